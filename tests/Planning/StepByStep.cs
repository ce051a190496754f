using ShitOps.Planning;
using ShitOps.Projects;

namespace ShitOps.Tests.Planning;

/// <summary>The values of a trend, each step by itself: the changes are gone through from the first one on for the end of the step, and once more for its begin.</summary>
internal sealed class StepByStep
{
    private readonly (long Hour, Measure Measure, long Amount)[] _changes;
    private Counters _sum = new();
    private int _summed;

    private StepByStep(HistoryChanges changes) => _changes = [.. changes.Measures.OrderBy(one => one.Hour).Select(one => ((long)one.Hour, one.Measure, one.Amount))];

    /// <summary>The values of a group of the trend.</summary>
    public static IReadOnlyList<(DateTime From, DateTime Until, double? Value)> Of(Query trend, HistoryChanges changes, DateTime now)
    {
        var course = new StepByStep(changes);
        var begin = trend.Span!.Value.From!.Value.Instant;
        List<(DateTime, DateTime, double?)> values = [];
        foreach (var until in QuerySpans.StepEnds(trend.Step!.Value, begin, QuerySpans.EndOf(trend.Span, now)))
        {
            values.Add((begin, until, course.ValueOf(trend, begin, until, now)));
            begin = until;
        }

        return values;
    }

    private double? ValueOf(Query trend, DateTime begin, DateTime end, DateTime now)
    {
        var at = Until(end, now);
        if (trend.Aggregation is QueryAggregation.Mean or QueryAggregation.Min or QueryAggregation.Max && QueryMetrics.Of(trend.Metric).Time == MetricTime.Level) return Over(trend, begin, end);
        if (QueryMetrics.Of(trend.Metric).Time == MetricTime.Level) return MetricFormula.Level(trend.Metric, at);
        at.Add(Until(begin, now), -1);
        return MetricFormula.Flow(trend.Metric, trend.Aggregation, at);
    }

    private Counters Until(DateTime at, DateTime now)
    {
        MoveTo(at >= now ? long.MaxValue : at.Ticks / TimeSpan.TicksPerHour);
        return _sum.Copy();
    }

    private double? Over(Query trend, DateTime begin, DateTime end)
    {
        var first = Array.FindIndex(_changes, change => change.Measure <= Measure.Cancelled);
        if (first < 0) return null;
        List<double> levels = [];
        for (var hour = Math.Max(begin.Ticks / TimeSpan.TicksPerHour, _changes[first].Hour) + 1; hour <= end.Ticks / TimeSpan.TicksPerHour; hour++)
        {
            MoveTo(hour);
            levels.Add(MetricFormula.Level(trend.Metric, _sum));
        }

        return levels.Count == 0 ? null : trend.Aggregation switch { QueryAggregation.Min => levels.Min(), QueryAggregation.Max => levels.Max(), _ => levels.Average() };
    }

    private void MoveTo(long hour)
    {
        if (_summed > 0 && _changes[_summed - 1].Hour >= hour) (_sum, _summed) = (new Counters(), 0);
        for (; _summed < _changes.Length && _changes[_summed].Hour < hour; _summed++) _sum.Add(_changes[_summed].Measure, _changes[_summed].Amount);
    }
}
