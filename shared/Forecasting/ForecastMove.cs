namespace ShitOps.Forecasting;

/// <summary>A forecast that has moved so much that somebody should know, and why.</summary>
/// <param name="Days">How much later than before 85% are sure to be done, in days; negative: earlier; null: one of both dates is not known.</param>
/// <param name="Odds">How much the odds of the due date have gained, −1 to 1; null: there is none.</param>
/// <param name="Cause">What moved it most, as a sentence.</param>
public sealed record ForecastMove(double? Days, double? Odds, string Cause)
{
    private const double FewestDays = 7;
    private const double LeastShare = 0.1;
    private const double LeastOdds = 0.1;

    /// <summary>What has moved from one forecast to the next; null: nothing that matters.</summary>
    /// <param name="before">The earlier forecast.</param>
    /// <param name="dueBefore">The project's last day then.</param>
    /// <param name="now">The later one.</param>
    /// <param name="due">The project's last day now.</param>
    public static ForecastMove? Between(ProjectForecast before, DateOnly? dueBefore, ProjectForecast now, DateOnly? due)
    {
        if (before.Completion is null || now.Completion is null) return null;
        var days = (now.Completion.P85 - before.Completion.P85)?.TotalDays;
        var odds = due is null || dueBefore is null ? null : now.Completion.OnTime - before.Completion.OnTime;
        var ahead = (before.Completion.P85 - before.Cutoff)?.TotalDays ?? 0;
        var isLost = before.Completion.P85 is null != now.Completion.P85 is null;
        return isLost || Math.Abs(days ?? 0) >= Math.Max(FewestDays, LeastShare * ahead) || Math.Abs(odds ?? 0) >= LeastOdds
            ? new ForecastMove(days is { } moved ? Math.Round(moved, 2) : null, odds is { } gained ? Math.Round(gained, 4) : null, CauseOf(before, dueBefore, now, due))
            : null;
    }

    /// <summary>Each cause counts by the weeks that it adds or takes, if all else stays.</summary>
    private static string CauseOf(ProjectForecast before, DateOnly? dueBefore, ProjectForecast now, DateOnly? due)
    {
        if (due != dueBefore && due is { } day && dueBefore is { } former) return FormattableString.Invariant($"the due date moved from {former:yyyy-MM-dd} to {day:yyyy-MM-dd}");
        var weeks = (now.Cutoff - before.Cutoff).TotalDays / 7;
        var expected = Math.Max(0, before.Backlog - (before.Pace * weeks));
        var (paceBefore, paceNow) = (Math.Max(before.Pace, 0.05), Math.Max(now.Pace, 0.05));
        var byBacklog = (now.Backlog - expected) / paceBefore;
        var byPace = now.Backlog * ((1 / paceNow) - (1 / paceBefore));
        return Math.Abs(byBacklog) >= Math.Abs(byPace)
            ? FormattableString.Invariant($"{now.Backlog} tasks are open, {Math.Abs(now.Backlog - expected):0} {(now.Backlog >= expected ? "more" : "fewer")} than at the pace before; {now.Growth:0.#} a week come in")
            : FormattableString.Invariant($"the pace {(paceNow >= paceBefore ? "rose" : "fell")} from {before.Pace:0.#} to {now.Pace:0.#} tasks a week");
    }
}
