using ShitOps.PromQL;

namespace ShitOps.Datasource;

/// <summary>Every series that can be asked for.</summary>
public sealed class MetricSeries(ProjectSeries projects, PipelineSeries pipeline) : ISeriesSource
{
    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Series>> SelectAsync(SeriesSelector selector, CancellationToken cancellationToken) =>
        [.. await projects.SelectAsync(selector, cancellationToken), .. await pipeline.SelectAsync(selector, cancellationToken)];

    /// <summary>The label sets of all series that fit all matchers, as they are now, in no particular order.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public IAsyncEnumerable<Labels> LabelsAsync(IReadOnlyList<LabelMatcher> matchers, CancellationToken cancellationToken) =>
        projects.LabelsAsync(matchers, cancellationToken).Concat(pipeline.LabelsAsync(matchers, cancellationToken));
}
