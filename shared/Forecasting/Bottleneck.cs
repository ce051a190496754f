using System.Text.Json.Serialization;
using ShitOps.Wording;

namespace ShitOps.Forecasting;

/// <summary>What a bottleneck is.</summary>
public enum BottleneckKind
{
    /// <summary>A status that tasks queue in.</summary>
    Status,

    /// <summary>A person that tasks wait for.</summary>
    Resource,

    /// <summary>A team that tasks wait for.</summary>
    Team,
}

/// <summary>
/// Where open tasks wait, and what it would bring to widen it: one more person in a status, a second one beside a person, a team of twice the
/// size. A queue that at its pace would take more than three years is stalled: nothing is known of what would make it go on, so it gains nothing.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The tracker's word of the status, the person id, or the team.</param>
/// <param name="Score">0 to 100: the share of the time until the backlog is done, at odds of 85%, that widening it would save; if it is stalled, the share of open tasks that wait there, less if half of them have waited for less than twelve weeks.</param>
/// <param name="Tasks">Open tasks that wait there.</param>
/// <param name="InflowRatio">Tasks that came in over tasks that left, in the last 12 weeks; above 1 it grows. Null: none left.</param>
/// <param name="GrowthPerWeek">How much longer the queue became in a week, the mean of the last 12.</param>
/// <param name="LeftPerWeek">Tasks that left in a week, the mean of the last 12.</param>
/// <param name="AgeDays">How long half of the tasks have waited there at least, in days.</param>
/// <param name="Blocked">How many of them are blocked.</param>
/// <param name="BlockedDays">How long those have been so, in days together.</param>
/// <param name="GainDays">How many days earlier the backlog is done at odds of 85% if it is widened; 0 if it is stalled.</param>
public sealed record Bottleneck(
    BottleneckKind Kind, string Name, double Score, int Tasks, double? InflowRatio, double GrowthPerWeek, double LeftPerWeek, double AgeDays, int Blocked, double BlockedDays, double GainDays)
{
    /// <summary>Whether next to nothing leaves it.</summary>
    public bool IsStalled { get; init; }

    /// <summary>The kind in a word: status, resource or team, or stalled-status and so on.</summary>
    [JsonIgnore]
    public string KindName => $"{(IsStalled ? "stalled-" : "")}{Kind.ToString().ToLowerInvariant()}";

    /// <summary>Why it is one, as a sentence.</summary>
    /// <param name="name">What people call it.</param>
    public string Sentence(string name)
    {
        var queue = FormattableString.Invariant($"{name}: {Quantity.Of(Tasks, "open task")} {(Kind == BottleneckKind.Status ? Quantity.Noun(Tasks, "waits", "wait") : Quantity.Noun(Tasks, "is waiting for it", "are waiting for it"))}, half of them for {AgeDays:0.#} days or longer; {Pace}");
        var growth = Math.Abs(GrowthPerWeek) < 0.05 ? "" : FormattableString.Invariant($", and the queue {(GrowthPerWeek > 0 ? "grows" : "shrinks")} by {Math.Abs(GrowthPerWeek):0.#}");
        var blocked = Blocked == 0 ? "" : FormattableString.Invariant($"; {Blocked} blocked, for {BlockedDays:0.#} days together");
        var gain = GainDays < 0.5 ? "" : FormattableString.Invariant($"; {Wider} would bring the end, at odds of 85%, {GainDays:0} days nearer");
        return $"{queue}{growth}{blocked}{gain}.";
    }

    private string Pace => LeftPerWeek == 0
        ? "none has left in 12 weeks"
        : FormattableString.Invariant($"{LeftPerWeek:0.#} a week leave{(IsStalled ? ", too few to be done within three years" : "")}");

    private string Wider => Kind switch
    {
        BottleneckKind.Status => "one more person there",
        BottleneckKind.Resource => "a second person who does as much",
        _ => "a team of twice the size",
    };
}
