namespace ShitOps.Local.Simulator;

/// <summary>Somebody who works in a team, as the simulation remembers them.</summary>
internal sealed class Person(string name, bool isOvercommitted)
{
    private const double FullWeek = 40;

    public string Name { get; } = name;

    /// <summary>Whether this person says yes to more than a week has hours for.</summary>
    public bool IsOvercommitted { get; } = isOvercommitted;

    /// <summary>Hours per week promised to each project.</summary>
    public Dictionary<Project, double> Promised { get; } = [];

    /// <summary>What this person has begun and not handed over, the oldest first; blocked work among it.</summary>
    public List<Work> Begun { get; } = [];

    /// <summary>On leave until then.</summary>
    public DateTimeOffset AwayUntil { get; set; }

    public double PromisedHours => Promised.Values.Sum();

    /// <summary>How much of an hour goes into work: the more promises beyond a week, the more is lost in switching between them.</summary>
    public double Focus => 0.75 * Math.Min(1, FullWeek / Math.Max(1, PromisedHours));

    /// <summary>Whether the person would still take on so many hours per week.</summary>
    public bool Takes(double hours) => PromisedHours + hours <= (IsOvercommitted ? FullWeek * 1.75 : FullWeek);
}
