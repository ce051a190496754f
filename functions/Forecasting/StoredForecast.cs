using ShitOps.Aggregation;

namespace ShitOps.Forecasting;

/// <summary>A project's forecast as it is stored.</summary>
/// <param name="Forecast">The forecast; its tasks only in the latest one.</param>
/// <param name="Team">The project's team then.</param>
/// <param name="Due">The project's last day then.</param>
/// <param name="Computed">When it was computed.</param>
/// <param name="Bottlenecks">What holds the project up, the worst first.</param>
/// <param name="Move">What had moved since it was last announced; null: nothing that matters.</param>
public sealed record StoredForecast(ProjectForecast Forecast, string? Team, DateOnly? Due, DateTimeOffset Computed, IReadOnlyList<Bottleneck> Bottlenecks, ForecastMove? Move)
{
    /// <summary>The milestones that had moved since they were last announced.</summary>
    public IReadOnlyList<MilestoneMove> MilestoneMoves { get; init; } = [];

    /// <summary>What the next forecast's moves are measured from.</summary>
    public Announcements Announced { get; init; } = Announcements.None;
}

/// <summary>Where a project's forecasting stands: the latest forecast, and what its promises have come to.</summary>
/// <param name="Latest">The latest forecast.</param>
/// <param name="Promises">Promises that are not settled, the oldest first.</param>
/// <param name="LastPromised">The cutoff of the latest promise; null: there was none.</param>
/// <param name="Tallies">How often promises held, by horizon.</param>
/// <param name="Records">The state of calibration that the latest forecast was read by.</param>
public sealed record ProjectOutlook(StoredForecast Latest, IReadOnlyList<Promise> Promises, DateTimeOffset? LastPromised, IReadOnlyList<PromiseTally> Tallies, IReadOnlyList<HorizonState> Records);

/// <summary>All that a forecast was computed from: with this it can be reproduced digit by digit.</summary>
/// <param name="Input">The model's version, the seed, the series and the calibration.</param>
/// <param name="Checkpoints">How far each Kafka partition had been consumed into the project's slice when it was read.</param>
public sealed record ForecastSource(ForecastInput Input, IReadOnlyList<ForecastCheckpoint> Checkpoints);

/// <summary>How far a Kafka partition had been consumed.</summary>
public sealed record ForecastCheckpoint(string Stream, string Topic, int Partition, long Next)
{
    internal static ForecastCheckpoint Of(ConsumedPartition consumed) => new(consumed.Stream, consumed.Topic, consumed.Partition, consumed.Next);
}
