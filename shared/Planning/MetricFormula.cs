using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Planning;

/// <summary>How the values of metrics come from what is counted of tasks.</summary>
public static class MetricFormula
{
    /// <summary>Whether a metric is made of the counters of tasks.</summary>
    public static bool IsOfCounters(QueryMetric metric) => metric <= QueryMetric.Wip || metric is >= QueryMetric.EstimatedHours and <= QueryMetric.SpentHours or >= QueryMetric.Created and <= QueryMetric.CycleTime;

    /// <summary>The categories whose tasks a level counts; for <see cref="QueryMetric.BlockedTasks"/> those that a task which waits may have.</summary>
    public static IReadOnlyList<StatusCategory> Categories(QueryMetric metric) => metric switch
    {
        QueryMetric.OpenTasks or QueryMetric.BlockedTasks => [StatusCategory.Todo, StatusCategory.InProgress, StatusCategory.Blocked],
        QueryMetric.TodoTasks => [StatusCategory.Todo],
        QueryMetric.InProgressTasks => [StatusCategory.InProgress],
        QueryMetric.DoneTasks => [StatusCategory.Done],
        QueryMetric.CancelledTasks => [StatusCategory.Cancelled],
        QueryMetric.Wip => [StatusCategory.InProgress, StatusCategory.Blocked],
        _ => Enum.GetValues<StatusCategory>(),
    };

    /// <summary>The value of a level.</summary>
    /// <param name="metric">A metric with <see cref="MetricTime.Level"/> that is made of counters.</param>
    /// <param name="sum">The sums at the instant.</param>
    public static double Level(QueryMetric metric, Counters sum) => metric switch
    {
        QueryMetric.BlockedTasks => sum[Measure.Blocked],
        QueryMetric.EstimatedHours => EffortHours.ToHours(sum[Measure.EstimateMilliHours]),
        QueryMetric.RemainingHours => EffortHours.ToHours(sum[Measure.RemainingMilliHours]),
        QueryMetric.SpentHours => EffortHours.ToHours(sum[Measure.SpentMilliHours]),
        <= QueryMetric.Wip => Categories(metric).Sum(category => sum[Measures.Of(category)]),
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "no level that is made of counters"),
    };

    /// <summary>The value of a flow; null: there was nothing to measure.</summary>
    /// <param name="metric">A metric with <see cref="MetricTime.Flow"/> that is made of counters.</param>
    /// <param name="aggregation">What is made of durations.</param>
    /// <param name="change">What happened within the span.</param>
    public static double? Flow(QueryMetric metric, QueryAggregation aggregation, Counters change) => metric switch
    {
        QueryMetric.Created => change[Measure.Created],
        QueryMetric.Completed => change[Measure.Completed],
        QueryMetric.Reopened => change[Measure.Reopened],
        QueryMetric.Dropped => change[Measure.Dropped],
        QueryMetric.LeadTime => Duration(aggregation, change, Measure.LeadMilliseconds, Measure.LeadBuckets),
        QueryMetric.CycleTime => Duration(aggregation, change, Measure.CycleMilliseconds, Measure.CycleBuckets),
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "no flow that is made of counters"),
    };

    /// <summary>The share of a quantile; null: the aggregation is none.</summary>
    public static double? Quantile(QueryAggregation aggregation) => aggregation switch { QueryAggregation.P50 => 0.5, QueryAggregation.P85 => 0.85, QueryAggregation.P95 => 0.95, _ => null };

    private static double? Duration(QueryAggregation aggregation, Counters change, Measure milliseconds, Measure buckets)
    {
        if (Quantile(aggregation) is { } quantile) return DurationBuckets.QuantileSeconds(change, buckets, quantile);
        var count = Enumerable.Range((int)buckets, DurationBuckets.Count).Sum(measure => change[(Measure)measure]);
        return count > 0 ? change[milliseconds] / 1000d / count : null;
    }
}
