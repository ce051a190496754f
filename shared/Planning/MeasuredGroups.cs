using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Planning;

/// <summary>A value of a group.</summary>
/// <param name="Group">The group; empty: there is one for all, or those that have no such thing.</param>
/// <param name="From">Where its time begins; null: it is a value of now, or of an instant.</param>
/// <param name="Until">The instant that it is of, or where its time ends.</param>
/// <param name="Value">The value, in the metric's unit; null: nothing to make it of.</param>
/// <param name="Versus">The value of the span that is put beside; null: there is none.</param>
public sealed record QueryValue(string Group, DateTime? From, DateTime Until, double? Value, double? Versus);

/// <summary>The times of a query are of no use. The message says what was found and what was expected.</summary>
public sealed class QuerySpanException(string message) : FormatException(message);

/// <summary>
/// What was measured of each group, by the hour, and the values that a query asks for. Wherever the changes came from, the same ones give the
/// same values. An instant in the running hour or behind it has all that is known; one before has the hours that were over.
/// </summary>
public sealed class MeasuredGroups
{
    /// <summary>The most values of an answer.</summary>
    private const int MostValues = 1_000_000;

    /// <summary>The most steps of a trend.</summary>
    public const int MostSteps = 10_000;

    private readonly Dictionary<string, HistoryChanges> _groups = new(StringComparer.Ordinal);

    /// <summary>Adds changes to a group.</summary>
    public void Add(string group, HistoryChanges changes) => Of(group).Add(changes);

    /// <summary>Adds sums as of now to a group; of how they came about nothing is known.</summary>
    public void AddNow(string group, Counters sums)
    {
        var changes = Of(group);
        for (var measure = 0; measure < Measures.All; measure++)
            if (sums[(Measure)measure] is not 0 and var amount) changes.Add(0L, (Measure)measure, amount);
    }

    /// <summary>Adds changes to the group of each category; only the levels of the categories count then.</summary>
    public void AddByCategory(HistoryChanges changes, IReadOnlyCollection<StatusCategory> categories)
    {
        foreach (var (hour, measure, amount) in changes.Measures)
            if (measure <= Measure.Cancelled && categories.Contains((StatusCategory)measure)) Of(((StatusCategory)measure).Word()).Add(hour * TimeSpan.TicksPerHour, measure, amount);
    }

    /// <summary>Adds how many tasks were in statuses, to a group for each or to one for all.</summary>
    /// <param name="changes">The changes of statuses.</param>
    /// <param name="lets">Which statuses, by their labels.</param>
    /// <param name="group">The group; null: that of the status.</param>
    public void AddStatuses(HistoryChanges changes, Func<string, bool> lets, string? group)
    {
        // Of tasks in general it does not matter what their statuses mean.
        foreach (var (hour, status, amount) in changes.Statuses)
            if (lets(status)) Of(group ?? status).Add(hour * TimeSpan.TicksPerHour, Measure.Todo, amount);
    }

    /// <summary>Adds sums as of now to the group of each category.</summary>
    public void AddNowByCategory(Counters sums, IReadOnlyCollection<StatusCategory> categories)
    {
        foreach (var category in categories)
            if (sums[Measures.Of(category)] is not 0 and var amount) Of(category.Word()).Add(0L, Measures.Of(category), amount);
    }

    /// <summary>The values, group by group in ordinal order and in each by time; a group without any task and any value is left out, unless the query names it.</summary>
    /// <param name="query">The query.</param>
    /// <param name="now">When it is asked; UTC.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="QuerySpanException">There are too many steps.</exception>
    public IReadOnlyList<QueryValue> Values(Query query, DateTime now, CancellationToken cancellationToken = default)
    {
        if (query.By is { } by && query.Filters.FirstOrDefault(filter => filter.Field == by && !filter.Excludes) is { } named && by is not (QueryField.Person or QueryField.Task))
            foreach (var value in named.Values) Of(by is QueryField.Status or QueryField.Team or QueryField.Milestone ? Label.Of(value) : value);
        if (query.By is null) Of("");
        var earliest = _groups.Values.SelectMany(group => group.Measures).Where(one => one.Measure <= Measure.Cancelled && one.Hour > 0).Select(one => (long)one.Hour).DefaultIfEmpty(now.Ticks / TimeSpan.TicksPerHour).Min();
        var known = new DateTime(Math.Min(earliest * TimeSpan.TicksPerHour, now.Ticks), DateTimeKind.Utc);
        List<QueryValue> values = [];
        foreach (var (name, changes) in _groups.OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var course = new GroupCourse(changes);
            List<QueryValue> here = [];
            var hasTasks = false;
            if (query.Step is { } step)
            {
                var begin = QuerySpans.BeginOf(query, query.Span, now, query.Span is { From: null } ? known : DateTime.MinValue);
                var ends = Steps(step, begin, QuerySpans.EndOf(query.Span, now));
                CheckValues(_groups.Count, ends.Count);
                foreach (var until in ends)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    here.Add(new QueryValue(name, begin, until, ValueOf(query, course, begin, until, now, ref hasTasks), null));
                    begin = until;
                }
            }
            else
            {
                here.Add(new QueryValue(name, From(query.Span), QuerySpans.EndOf(query.Span, now), Over(query.Span), query.Versus is { } versus ? Over(versus) : null));
            }

            if (query.By is null || hasTasks || here.Exists(value => value.Value is not (null or 0) || value.Versus is not (null or 0)) || IsNamed(query, name)) values.AddRange(here);

            DateTime? From(QuerySpan? span) => QueryMetrics.Of(query.Metric).Time == MetricTime.Flow || IsOverTime(query) ? QuerySpans.BeginOf(query, span, now, known) : null;
            double? Over(QuerySpan? span) => ValueOf(query, course, QuerySpans.BeginOf(query, span, now, DateTime.MinValue), QuerySpans.EndOf(span, now), now, ref hasTasks);
        }

        return values;
    }

    private static bool IsNamed(Query query, string group) => query.By is { } by && query.Filters.Any(filter => filter.Field == by && !filter.Excludes && filter.Values.Any(value => group == value || group == Label.Of(value)));

    /// <summary>Whether its value is made of those at many instants.</summary>
    private static bool IsOverTime(Query query) =>
        QueryMetrics.Of(query.Metric).Time == MetricTime.Level && query.Aggregation is QueryAggregation.Mean or QueryAggregation.Min or QueryAggregation.Max;

    /// <summary>The ends of a trend's steps.</summary>
    /// <exception cref="QuerySpanException">There are too many.</exception>
    public static IReadOnlyList<DateTime> Steps(QueryStep step, DateTime begin, DateTime end)
    {
        if (end <= begin) throw new QuerySpanException($"The trend begins at {begin:yyyy-MM-dd'T'HH:mm'Z'}, and until now nothing of that time is over; expected a span that has begun.");
        return Steps(step, begin, end, MostSteps);
    }

    /// <summary>The ends of the steps of a span, whether it has begun or not.</summary>
    /// <param name="step">The step.</param>
    /// <param name="begin">Where the span begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="most">How many steps of the stated length it may have.</param>
    /// <exception cref="QuerySpanException">There are too many.</exception>
    public static IReadOnlyList<DateTime> Steps(QueryStep step, DateTime begin, DateTime end, int most)
    {
        var hours = QuerySpans.Resolved(step, begin, end) switch { QueryStep.Hour => 1.0, QueryStep.Day => 24, QueryStep.Week => 168, _ => 672 };
        return (end - begin).TotalHours / hours <= most
            ? QuerySpans.StepEnds(step, begin, end)
            : throw new QuerySpanException($"From {begin:yyyy-MM-dd} to {end:yyyy-MM-dd} there are {(end - begin).TotalHours / hours:N0} steps; expected at most {most:N0}: take a longer step or a shorter span.");
    }

    /// <summary>Looks whether a trend has no more values than an answer may have.</summary>
    /// <exception cref="QuerySpanException">It has more.</exception>
    public static void CheckValues(int groups, int steps)
    {
        if ((long)groups * steps > MostValues)
            throw new QuerySpanException($"{groups:N0} groups over {steps:N0} steps are more than the {MostValues:N0} values of an answer; take a longer step or a shorter span, or name what is compared.");
    }

    private static double? ValueOf(Query query, GroupCourse course, DateTime begin, DateTime end, DateTime now, ref bool hasTasks)
    {
        // What lies earlier is asked first: a course that is asked in the order of time is gone through once.
        var isLevel = QueryMetrics.Of(query.Metric).Time == MetricTime.Level;
        var over = IsOverTime(query) ? course.Over(query, begin, end) : null;
        var before = isLevel ? null : course.Until(begin, now);
        var at = course.Until(end, now);
        hasTasks |= at.Tasks > 0;
        if (IsOverTime(query)) return over;
        if (before is null) return MetricFormula.Level(query.Metric, at);
        at.Add(before, -1);
        return MetricFormula.Flow(query.Metric, query.Aggregation, at);
    }

    private HistoryChanges Of(string group)
    {
        if (!_groups.TryGetValue(group, out var changes)) _groups[group] = changes = new HistoryChanges();
        return changes;
    }

    /// <summary>The changes of a group in the order of time. To ask for an earlier time than the last one begins anew.</summary>
    private sealed class GroupCourse
    {
        private readonly (long Hour, Measure Measure, long Amount)[] _changes;
        private readonly long? _firstTask;
        private Counters _sum = new();
        private int _summed;

        public GroupCourse(HistoryChanges changes)
        {
            _changes = [.. changes.Measures.OrderBy(one => one.Hour).Select(one => ((long)one.Hour, one.Measure, one.Amount))];
            if (Array.FindIndex(_changes, change => change.Measure <= Measure.Cancelled) is >= 0 and var first) _firstTask = _changes[first].Hour;
        }

        /// <summary>The sums of all hours that were over at an instant; from the present moment on, of all.</summary>
        public Counters Until(DateTime at, DateTime now)
        {
            MoveTo(at >= now ? long.MaxValue : at.Ticks / TimeSpan.TicksPerHour);
            return _sum.Copy();
        }

        /// <summary>The mean, least or greatest level at the ends of the whole hours within a span, from when the group first had a task.</summary>
        public double? Over(Query query, DateTime begin, DateTime end)
        {
            if (_firstTask is not { } first) return null;
            var (count, sum, least, greatest) = (0L, 0.0, double.MaxValue, double.MinValue);
            var last = end.Ticks / TimeSpan.TicksPerHour;
            for (var hour = Math.Max(begin.Ticks / TimeSpan.TicksPerHour, first) + 1; hour <= last;)
            {
                MoveTo(hour);
                var value = MetricFormula.Level(query.Metric, _sum);

                // So it stays until the end of the hour of the next change: a span may have millions of hours.
                var next = _summed < _changes.Length ? Math.Min(_changes[_summed].Hour, last) + 1 : last + 1;
                count += next - hour;
                sum += value * (next - hour);
                least = Math.Min(least, value);
                greatest = Math.Max(greatest, value);
                hour = next;
            }

            return count == 0 ? null : query.Aggregation switch { QueryAggregation.Min => least, QueryAggregation.Max => greatest, _ => sum / count };
        }

        private void MoveTo(long hour)
        {
            if (_summed > 0 && _changes[_summed - 1].Hour >= hour) (_sum, _summed) = (new Counters(), 0);
            for (; _summed < _changes.Length && _changes[_summed].Hour < hour; _summed++) _sum.Add(_changes[_summed].Measure, _changes[_summed].Amount);
        }
    }
}
