using ShitOps.PromQL;
using ShitOps.Security;

namespace ShitOps.Datasource;

/// <summary>Every series that can be asked for.</summary>
public sealed class MetricSeries(ProjectSeries projects, TaskAgeSeries ages, ForecastSeries forecasts, PipelineSeries pipeline)
{
    /// <summary>The series that a scope sees.</summary>
    public ISeriesSource In(Scope scope) => new Visible(this, scope);

    /// <summary>
    /// The label sets of all series that a scope sees and that fit all matchers, as they are now, in no particular order. Those are left out of which
    /// it is known without their history that they have no sample in the selector's span.
    /// </summary>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public IAsyncEnumerable<Labels> LabelsAsync(Scope scope, SeriesSelector selector, CancellationToken cancellationToken)
    {
        var ofProjects = projects.LabelsAsync(scope, selector, cancellationToken).Concat(ages.LabelsAsync(scope, selector, cancellationToken)).Concat(forecasts.LabelsAsync(scope, selector, cancellationToken));
        return scope.IsAll ? ofProjects.Concat(pipeline.LabelsAsync(selector, cancellationToken)) : ofProjects;
    }

    private async ValueTask<IReadOnlyList<Series>> SelectAsync(Scope scope, SeriesSelector selector, CancellationToken cancellationToken)
    {
        var ofProjects = await projects.SelectAsync(scope, selector, cancellationToken);
        var ofTasks = await ages.SelectAsync(scope, selector, cancellationToken);
        var left = selector with
        {
            MostSeries = selector.MostSeries - ofProjects.Count - ofTasks.Count, MostSamples = selector.MostSamples - ofProjects.Sum(series => (long)series.Times.Length) - ofTasks.Count,
        };
        var ofForecasts = await forecasts.SelectAsync(scope, left, cancellationToken);
        return scope.IsAll ? [.. ofProjects, .. ofTasks, .. ofForecasts, .. await pipeline.SelectAsync(selector, cancellationToken)] : [.. ofProjects, .. ofTasks, .. ofForecasts];
    }

    private sealed class Visible(MetricSeries all, Scope scope) : ISeriesSource
    {
        public ValueTask<IReadOnlyList<Series>> SelectAsync(SeriesSelector selector, CancellationToken cancellationToken) => all.SelectAsync(scope, selector, cancellationToken);
    }
}
