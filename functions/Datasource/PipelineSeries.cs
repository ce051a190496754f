using System.Globalization;
using System.Runtime.CompilerServices;
using ShitOps.Metrics;
using ShitOps.Pipeline;
using ShitOps.Planning;
using ShitOps.PromQL;

namespace ShitOps.Datasource;

/// <summary>The series of the pipeline itself: how far it is, at the present moment only.</summary>
public sealed class PipelineSeries(PipelineHealth health, QueryLog queries, TimeProvider time)
{
    private static readonly Metric[] OfQueries = [MetricCatalogue.PipelineQueries, MetricCatalogue.PipelineQueryTime];

    private static readonly Metric[] Metrics =
        [MetricCatalogue.PipelineLag, MetricCatalogue.PipelineFreshness, MetricCatalogue.PipelineEvents, MetricCatalogue.PipelineDeadLetters, MetricCatalogue.PipelineArchiveLag, .. OfQueries];

    /// <inheritdoc cref="ISeriesSource.SelectAsync"/>
    public async ValueTask<IReadOnlyList<Series>> SelectAsync(SeriesSelector selector, CancellationToken cancellationToken) =>
        selector.PresentMs(time.GetUtcNow().ToUnixTimeMilliseconds()) is { } at ? await AtAsync(selector.Matchers, at, cancellationToken) : [];

    /// <summary>The label sets of the series that fit all matchers; none, if the present is not asked for.</summary>
    public async IAsyncEnumerable<Labels> LabelsAsync(SeriesSelector selector, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var series in await SelectAsync(selector, cancellationToken)) yield return series.Labels;
    }

    private async Task<IReadOnlyList<Series>> AtAsync(IReadOnlyList<LabelMatcher> matchers, long now, CancellationToken cancellationToken)
    {
        if (Matched.NamesOf(Metrics, matchers) is not { Count: > 0 } names) return [];
        QueryLoad? load = null;
        if (OfQueries.Any(metric => names.Contains(metric.Name))) load = await queries.LoadAsync(cancellationToken);
        return Of(await health.MeasureAsync(cancellationToken), load, matchers, now);
    }

    /// <summary>The series of a report that fit all matchers.</summary>
    internal static IReadOnlyList<Series> Of(HealthReport report, QueryLoad? load, IReadOnlyList<LabelMatcher> matchers, long now)
    {
        // What is not known has no sample, so that nobody takes an outage for an empty pipeline.
        if (!report.IsCounted) return [];
        List<Series> found = [];
        foreach (var partition in report.Partitions)
        {
            var number = partition.Partition.ToString(CultureInfo.InvariantCulture);
            Add(MetricCatalogue.PipelineLag, partition.EndOffset < partition.Checkpoint ? null : partition.Lag, ("partition", number));
            Add(MetricCatalogue.PipelineFreshness, partition.BehindSeconds, ("partition", number));
        }

        foreach (var (type, count) in report.Events.ByType) Add(MetricCatalogue.PipelineEvents, count, ("type", type));
        Add(MetricCatalogue.PipelineDeadLetters, report.DeadLetters);
        Add(MetricCatalogue.PipelineArchiveLag, report.Partitions.All(partition => partition.ArchiveLag is not null) ? report.Archive?.Lag : null);
        Add(MetricCatalogue.PipelineQueries, load?.PerSecond);
        Add(MetricCatalogue.PipelineQueryTime, load is { PerSecond: > 0 } ? load.ExpectedMs / 1_000 : null);
        return found;

        void Add(Metric metric, double? value, params (string, string)[] own)
        {
            var labels = Labels.Of([(Labels.MetricName, metric.Name), ("stream", report.Stream), ("topic", report.Topic), .. own]);
            if (value is { } known && matchers.All(matcher => matcher.Matches(labels[matcher.Name]))) found.Add(new Series(labels, new[] { now }, new[] { known }));
        }
    }
}
