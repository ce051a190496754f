namespace ShitOps.Forecasting;

/// <summary>When a project's backlog is done, as it was last announced.</summary>
/// <param name="Cutoff">The cutoff of the forecast that it was announced with.</param>
/// <param name="Due">The project's last day then.</param>
/// <param name="Backlog">Open tasks then.</param>
/// <param name="Pace">Tasks that left in a week then.</param>
/// <param name="Completion">The dates, and the odds of the last day.</param>
public sealed record AnnouncedCompletion(DateTimeOffset Cutoff, DateOnly? Due, int Backlog, double Pace, CompletionForecast Completion);

/// <summary>A milestone as it was last announced.</summary>
/// <param name="Cutoff">The cutoff of the forecast that it was announced with.</param>
/// <param name="Milestone">Its forecast.</param>
public sealed record AnnouncedMilestone(DateTimeOffset Cutoff, MilestoneForecast Milestone);

/// <summary>
/// What was last announced of a project: with its first forecast, and with each that moved materially since. Moves are measured from there
/// and not from the forecast before, so that a slide in many small steps is told too.
/// </summary>
/// <param name="Completion">Null: nothing yet.</param>
/// <param name="Milestones">Each milestone that the latest forecast has.</param>
public sealed record Announcements(AnnouncedCompletion? Completion, IReadOnlyList<AnnouncedMilestone> Milestones)
{
    /// <summary>Nothing was announced.</summary>
    public static Announcements None { get; } = new(null, []);

    /// <summary>Takes in the next forecast.</summary>
    /// <param name="forecast">The forecast; of one without enough history nothing is announced.</param>
    /// <param name="due">The project's last day, as it is known with it.</param>
    /// <returns>What is announced from then on; how far the project moved, null: not so much that it matters; and the milestones that did.</returns>
    public (Announcements Announced, ForecastMove? Move, IReadOnlyList<MilestoneMove> MilestoneMoves) With(ProjectForecast forecast, DateOnly? due)
    {
        if (forecast.Completion is not { } completion) return (this, null, []);
        var present = new AnnouncedCompletion(forecast.Cutoff, due, forecast.Backlog, forecast.Pace, completion);
        var move = Completion is null ? null : ForecastMove.Between(Completion, forecast, due);
        var announced = Completion is null || move is not null ? present : Completion;

        // Odds of a day that there was not before have nothing to move from: they begin with it.
        if (announced.Due is null != due is null) announced = announced with { Due = due, Completion = announced.Completion with { OnTime = completion.OnTime } };

        List<AnnouncedMilestone> milestones = [];
        List<MilestoneMove> moves = [];
        var known = Milestones.ToDictionary(one => one.Milestone.Name, StringComparer.Ordinal);
        foreach (var milestone in forecast.Milestones)
        {
            var before = known.GetValueOrDefault(milestone.Name);
            var moved = before is null ? null : MilestoneMove.Between(before, milestone, forecast.Cutoff);
            if (moved is not null) moves.Add(moved);
            milestones.Add(before is null || moved is not null ? new AnnouncedMilestone(forecast.Cutoff, milestone) : before);
        }

        return (new Announcements(announced, milestones), move, moves);
    }
}
