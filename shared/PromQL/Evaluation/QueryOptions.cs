namespace ShitOps.PromQL.Evaluation;

/// <summary>What one query may take.</summary>
/// <param name="MaxSeries">Series that its selectors find, all together.</param>
/// <param name="MaxSamples">Samples that it holds in memory at once: those selected, those between operators and those of the answer.</param>
public sealed record QueryLimits(int MaxSeries = 100_000, long MaxSamples = 50_000_000);

/// <summary>How queries are evaluated.</summary>
public sealed record QueryOptions
{
    /// <summary>How far an instant selector looks back, in milliseconds; a series of a long resolution is looked back for farther (<see cref="Lookback"/>).</summary>
    public long LookbackMs { get; init; } = Lookback.DefaultMs;

    /// <summary>Whether <see cref="LookbackMs"/> holds of every series, whatever its resolution, as in Prometheus.</summary>
    public bool HasFixedLookback { get; init; }

    /// <summary>The step of a subquery that states none, in milliseconds. Prometheus takes its evaluation interval, a minute if nothing is set.</summary>
    public long DefaultSubqueryStepMs { get; init; } = 60_000;

    public QueryLimits Limits { get; init; } = new();
}
