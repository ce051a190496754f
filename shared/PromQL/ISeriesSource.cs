namespace ShitOps.PromQL;

/// <summary>Where the engine takes its samples from: any store, or a test's arrays.</summary>
public interface ISeriesSource
{
    /// <summary>
    /// Every series that fits all matchers of the selector (the metric name is the label <c>__name__</c>) and may have samples in its span.
    /// The order is free, label sets are unique; series without a sample in the span, and samples beyond it, do no harm.
    /// </summary>
    /// <exception cref="QueryException">The selection breaks a limit of the source.</exception>
    ValueTask<IReadOnlyList<Series>> SelectAsync(SeriesSelector selector, CancellationToken cancellationToken);
}
