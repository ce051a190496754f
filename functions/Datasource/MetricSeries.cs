using ShitOps.PromQL;

namespace ShitOps.Datasource;

/// <summary>Every series that can be asked for.</summary>
public sealed class MetricSeries(ProjectSeries projects, ForecastSeries forecasts, PipelineSeries pipeline) : ISeriesSource
{
    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Series>> SelectAsync(SeriesSelector selector, CancellationToken cancellationToken) =>
        [.. await projects.SelectAsync(selector, cancellationToken), .. await forecasts.SelectAsync(selector, cancellationToken), .. await pipeline.SelectAsync(selector, cancellationToken)];

    /// <summary>The label sets of all series that fit all matchers, as they are now, in their order.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task<IReadOnlyList<Labels>> LabelsAsync(IReadOnlyList<LabelMatcher> matchers, CancellationToken cancellationToken)
    {
        Labels[] all = [.. await projects.LabelsAsync(matchers, cancellationToken), .. await forecasts.LabelsAsync(matchers, cancellationToken), .. await pipeline.LabelsAsync(matchers, cancellationToken)];
        Array.Sort(all, Labels.Compare);
        return all;
    }
}
