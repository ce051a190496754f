using ShitOps.Wording;

namespace ShitOps.Forecasting;

/// <summary>A forecast that has moved so much that somebody should know, and why.</summary>
/// <param name="Days">How much later than announced before 85% are sure to be done, in days; negative: earlier; null: one of both dates is not known.</param>
/// <param name="Odds">How much the odds of the due date have gained, −1 to 1; null: there is none.</param>
/// <param name="Cause">What moved it most, as a sentence.</param>
public sealed record ForecastMove(double? Days, double? Odds, string Cause)
{
    private const double FewestDays = 7;
    private const double LeastShare = 0.1;
    private const double LeastOdds = 0.1;

    /// <summary>True: from a date to later than is looked ahead; false: from there to a date; null: neither.</summary>
    public bool? IsLost { get; init; }

    /// <summary>What has moved since it was last announced; null: nothing that matters.</summary>
    /// <param name="before">What was announced.</param>
    /// <param name="now">A later forecast, with a completion.</param>
    /// <param name="due">The project's last day now.</param>
    public static ForecastMove? Between(AnnouncedCompletion before, ProjectForecast now, DateOnly? due)
    {
        if (now.Completion is not { } completion) return null;
        var days = (completion.P85 - before.Completion.P85)?.TotalDays;
        var odds = due is null || before.Due is null ? null : completion.OnTime - before.Completion.OnTime;
        var ahead = (before.Completion.P85 - before.Cutoff)?.TotalDays ?? 0;
        bool? isLost = before.Completion.P85 is null == completion.P85 is null ? null : completion.P85 is null;
        var areDatesMoved = isLost is not null || Math.Abs(days ?? 0) >= Math.Max(FewestDays, LeastShare * ahead);
        if (!areDatesMoved && Math.Abs(odds ?? 0) < LeastOdds) return null;

        // The due day moves the odds only, by as much as the time that is left to it grows; a date moves by work and pace alone.
        var dueDays = due is { } day && before.Due is { } former ? day.DayNumber - former.DayNumber : 0;
        var byDue = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the due date moved from {before.Due:yyyy-MM-dd} to {due:yyyy-MM-dd}");
        var cause = areDatesMoved || dueDays == 0 || Math.Abs(dueDays) < Math.Abs(days ?? 0)
            ? $"{Lost(isLost)}{CauseOf(before, now)}{(dueDays == 0 ? "" : $"; {byDue}")}"
            : byDue;
        return new ForecastMove(days is { } moved ? Math.Round(moved, 2) : null, odds is { } gained ? Math.Round(gained, 4) : null, cause) { IsLost = isLost };
    }

    private static string Lost(bool? isLost) => isLost switch
    {
        true => "no longer within three years: ",
        false => "within three years again: ",
        null => "",
    };

    /// <summary>Each cause counts by the weeks that it adds or takes, if all else stays.</summary>
    private static string CauseOf(AnnouncedCompletion before, ProjectForecast now)
    {
        var weeks = (now.Cutoff - before.Cutoff).TotalDays / 7;
        var expected = Math.Max(0, before.Backlog - (before.Pace * weeks));
        var (paceBefore, paceNow) = (Math.Max(before.Pace, 0.05), Math.Max(now.Pace, 0.05));
        var byBacklog = (now.Backlog - expected) / paceBefore;
        var byPace = now.Backlog * ((1 / paceNow) - (1 / paceBefore));
        return Math.Abs(byBacklog) >= Math.Abs(byPace)
            ? FormattableString.Invariant($"{Quantity.Of(now.Backlog, "task is", "tasks are")} open, {Math.Abs(now.Backlog - expected):0} {(now.Backlog >= expected ? "more" : "fewer")} than at the pace before; {now.Growth:0.#} a week come in")
            : FormattableString.Invariant($"the pace {(paceNow >= paceBefore ? "rose" : "fell")} from {before.Pace:0.#} to {now.Pace:0.#} tasks a week");
    }
}
