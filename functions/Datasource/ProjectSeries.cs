using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using ShitOps.Aggregation;
using ShitOps.Metrics;
using ShitOps.People;
using ShitOps.Projects;
using ShitOps.PromQL;

namespace ShitOps.Datasource;

/// <summary>
/// The series of projects, from their hourly history: a sample at the end of each hour, and one of the running hour at the present moment. A
/// series begins with the first hour in which anything happened in its project, and goes on until now.
/// </summary>
public sealed class ProjectSeries(LiveAggregates aggregates, PersonNames people, TimeProvider time) : ISeriesSource
{
    /// <summary>Milliseconds between samples.</summary>
    public const long ResolutionMs = 3_600_000;

    private const int ConcurrentProjects = 16;
    private const double MilliHours = 1_000;
    private const long FirstUnixHour = 719_162L * 24;
    private const long FirstMs = -FirstUnixHour * ResolutionMs;

    private static readonly Metric[] OfHistory =
    [
        MetricCatalogue.Tasks, MetricCatalogue.TasksByStatus, MetricCatalogue.TasksBlocked, MetricCatalogue.Effort, MetricCatalogue.TasksCreated, MetricCatalogue.TasksCompleted,
        MetricCatalogue.TasksReopened, MetricCatalogue.TasksDropped, MetricCatalogue.LeadTime, MetricCatalogue.CycleTime,
    ];

    private static readonly Metric[] OfState = [MetricCatalogue.ProjectInfo, MetricCatalogue.ProjectDue, MetricCatalogue.ResourceAllocation];

    private static readonly (string Word, Measure Measure)[] Categories =
        [("todo", Measure.Todo), ("in-progress", Measure.InProgress), ("blocked", Measure.BlockedStatus), ("done", Measure.Done), ("cancelled", Measure.Cancelled)];

    private static readonly (string Word, Measure Measure)[] Kinds = [("estimate", Measure.EstimateMilliHours), ("remaining", Measure.RemainingMilliHours), ("spent", Measure.SpentMilliHours)];

    private static readonly string[] BucketWords = [.. DurationBuckets.UpperBounds.Select(bound => bound.ToString(CultureInfo.InvariantCulture)), "+Inf"];

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Series>> SelectAsync(SeriesSelector selector, CancellationToken cancellationToken)
    {
        var names = NamesOf(selector.Matchers);
        if (names.Count == 0) return [];
        var hours = Hours.Of(selector, time.GetUtcNow().ToUnixTimeMilliseconds());
        if (hours.ToMs < hours.FromMs || hours.ToMs < FirstMs) return [];

        var table = await aggregates.TableAsync(cancellationToken);
        var found = new ConcurrentBag<Series>();
        var (mostSeries, mostSamples) = (selector.MostSeries, selector.MostSamples);
        await Parallel.ForEachAsync(
            ProjectsAsync(table, selector.Matchers, cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = ConcurrentProjects, CancellationToken = cancellationToken },
            async (project, stopping) =>
            {
                var amounts = IsWithoutHistory(project, names) ? Amounts.None : Amounts.Of(await table.HistoryAsync(project.Key, hours.LastDay, stopping));
                var set = new SeriesSet(project, amounts, hours, names, selector.Matchers, await ResourcesAsync(project, names, stopping));
                foreach (var series in set.All())
                {
                    if (Interlocked.Decrement(ref mostSeries) < 0) throw QueryException.TooManySeries();
                    if (Interlocked.Add(ref mostSamples, -series.Times.Length) < 0) throw QueryException.TooManySamples();
                    found.Add(series);
                }
            });
        return [.. found];
    }

    /// <summary>The label sets of all series that fit all matchers, as they are now: statuses that no task is in any more are left out.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async IAsyncEnumerable<Labels> LabelsAsync(IReadOnlyList<LabelMatcher> matchers, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var names = NamesOf(matchers);
        if (names.Count == 0) yield break;
        var table = await aggregates.TableAsync(cancellationToken);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        await foreach (var project in ProjectsAsync(table, matchers, cancellationToken))
        {
            var set = new SeriesSet(project, Amounts.Of(project, now), new Hours(now, now, now), names, matchers, await ResourcesAsync(project, names, cancellationToken));
            foreach (var series in set.All()) yield return series.Labels;
        }
    }

    /// <summary>The names of series that may fit.</summary>
    private static HashSet<string> NamesOf(IReadOnlyList<LabelMatcher> matchers)
    {
        var ofName = matchers.Where(matcher => matcher.Name == Labels.MetricName).ToList();
        return OfHistory.Concat(OfState).SelectMany(metric => metric.SeriesNames).Where(name => ofName.TrueForAll(matcher => matcher.Matches(name))).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The projects that fit; if the matchers list them, no others are read.</summary>
    private static async IAsyncEnumerable<StoredProject> ProjectsAsync(
        AggregateTable table, IReadOnlyList<LabelMatcher> matchers, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (matchers.FirstOrDefault(matcher => matcher.Name == MetricCatalogue.Project && matcher.Listed is not null) is { Listed: { } listed })
        {
            foreach (var key in listed.Distinct(StringComparer.Ordinal))
                if (key.Length > 0 && await table.ProjectAsync(key, cancellationToken) is { } project && Fits(project)) yield return project;
            yield break;
        }

        await foreach (var project in table.AllProjectsAsync(after: null, few: null, cancellationToken))
            if (Fits(project)) yield return project;

        bool Fits(StoredProject project) => matchers.All(matcher =>
            matcher.Name == MetricCatalogue.Project ? matcher.Matches(project.Key) : matcher.Name != MetricCatalogue.Team || matcher.Matches(project.State.Team ?? ""));
    }

    /// <summary>Whether all that is asked for of a project is what is known of the project itself.</summary>
    private static bool IsWithoutHistory(StoredProject project, HashSet<string> names) => project.State.FirstStated is not null && OfState.Count(metric => names.Contains(metric.Name)) == names.Count;

    /// <summary>The names of those who are allocated to a project, by person id.</summary>
    private async Task<IReadOnlyDictionary<string, string>> ResourcesAsync(StoredProject project, HashSet<string> names, CancellationToken cancellationToken) =>
        names.Contains(MetricCatalogue.ResourceAllocation.Name)
            ? await people.OfAsync(project.State.Allocations.Select(one => one.Value.Terms?.Resource), cancellationToken)
            : new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The instants of samples.</summary>
    private readonly record struct Hours(long FromMs, long ToMs, long NowMs)
    {
        /// <summary>
        /// Those of a selection. Who asks for the present asks for a moment ago, by another clock or rounded to a step: if that is in the running hour, or no
        /// longer ago than one looks back by, the sample of its hour is of that moment.
        /// </summary>
        public static Hours Of(SeriesSelector selector, long nowMs)
        {
            var isPresent = selector.ToMs < nowMs && (selector.ToMs / ResolutionMs == nowMs / ResolutionMs || selector.ToMs >= nowMs - Lookback.DefaultMs);
            return new Hours(selector.FirstMs(ResolutionMs), Math.Min(selector.ToMs, nowMs), isPresent ? selector.ToMs : nowMs);
        }

        /// <summary>When the sample of an hour is taken: at its end, or now if it is not over.</summary>
        public long TimeOf(long hour) => Math.Min((hour - FirstUnixHour + 1) * ResolutionMs, NowMs);

        /// <summary>The day of the last sample.</summary>
        public DateOnly LastDay => DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(ToMs).UtcDateTime);

        /// <summary>The hours whose samples lie within the span, from one in which a series begins.</summary>
        public IEnumerable<long> From(long begin)
        {
            var hour = Math.Max(begin, ((FromMs + ResolutionMs - 1) / ResolutionMs) - 1 + FirstUnixHour);
            var last = (NowMs / ResolutionMs) + FirstUnixHour;
            for (; hour <= last && TimeOf(hour) <= ToMs; hour++)
            {
                // On the hour itself the running one has no length yet.
                if (TimeOf(hour) >= FromMs && (hour < last || NowMs % ResolutionMs != 0)) yield return hour;
            }
        }
    }

    /// <summary>How much more or less there was by the hour, of each measure and of the tasks in each status.</summary>
    private sealed record Amounts(ILookup<Measure, (long Hour, long Amount)> Measures, ILookup<string, (long Hour, long Amount)> Statuses, long Begin)
    {
        public static Amounts None { get; } = Of(new HistoryChanges());

        public static Amounts Of(HistoryChanges changes) => new(
            changes.Measures.ToLookup(one => one.Measure, one => ((long)one.Hour, one.Amount)),
            changes.Statuses.Where(one => one.Status.Length > 0).ToLookup(one => one.Status, one => ((long)one.Hour, one.Amount), StringComparer.Ordinal),
            changes.Measures.Select(one => (long)one.Hour).DefaultIfEmpty(long.MaxValue).Min());

        /// <summary>What there is now, as if all of it had come about in the present hour: enough to name the series.</summary>
        public static Amounts Of(StoredProject project, long nowMs)
        {
            var hour = (nowMs / ResolutionMs) + FirstUnixHour - 1;
            return new Amounts(
                Enumerable.Range(0, Projects.Measures.All).Select(number => (Measure)number).ToLookup(measure => measure, measure => (hour, project.Summary.Totals[measure])),
                project.Summary.Statuses.Counted.ToLookup(one => one.Key, one => (hour, one.Value.Tasks), StringComparer.Ordinal),
                project.Summary.Totals.IsZero ? long.MaxValue : hour);
        }
    }

    /// <summary>The series of one project that fit.</summary>
    private sealed class SeriesSet(
        StoredProject project, Amounts amounts, Hours hours, HashSet<string> names, IReadOnlyList<LabelMatcher> matchers, IReadOnlyDictionary<string, string> resources)
    {
        public IEnumerable<Series> All() => Gauges().Concat(Counters()).Concat(Histograms()).Concat(State()).OfType<Series>();

        private IEnumerable<Series?> Gauges()
        {
            if (names.Contains(MetricCatalogue.Tasks.Name))
                foreach (var (word, measure) in Categories) yield return Summed(MetricCatalogue.Tasks.Name, [(MetricCatalogue.Category, word)], amounts.Measures[measure]);
            if (names.Contains(MetricCatalogue.TasksByStatus.Name))
                foreach (var status in amounts.Statuses) yield return Summed(MetricCatalogue.TasksByStatus.Name, [(MetricCatalogue.Status, status.Key)], status);
            if (names.Contains(MetricCatalogue.TasksBlocked.Name)) yield return Summed(MetricCatalogue.TasksBlocked.Name, [], amounts.Measures[Measure.Blocked]);
            if (names.Contains(MetricCatalogue.Effort.Name))
                foreach (var (word, measure) in Kinds) yield return Summed(MetricCatalogue.Effort.Name, [("kind", word)], amounts.Measures[measure], MilliHours);
        }

        private IEnumerable<Series?> Counters()
        {
            (Metric Metric, Measure Measure)[] counters =
            [
                (MetricCatalogue.TasksCreated, Measure.Created), (MetricCatalogue.TasksCompleted, Measure.Completed), (MetricCatalogue.TasksReopened, Measure.Reopened), (MetricCatalogue.TasksDropped, Measure.Dropped),
            ];
            foreach (var (metric, measure) in counters)
                if (names.Contains(metric.Name)) yield return Summed(metric.Name, [], amounts.Measures[measure]);
        }

        private IEnumerable<Series?> Histograms()
        {
            (Metric Metric, Measure First, Measure Sum)[] histograms = [(MetricCatalogue.LeadTime, Measure.LeadBuckets, Measure.LeadMilliseconds), (MetricCatalogue.CycleTime, Measure.CycleBuckets, Measure.CycleMilliseconds)];
            foreach (var (metric, first, sum) in histograms)
            {
                if (names.Contains(metric.Sum)) yield return Summed(metric.Sum, [], amounts.Measures[sum], scale: 1_000);
                List<(long Hour, long Amount)> upTo = [];
                for (var bucket = 0; bucket < DurationBuckets.Count; bucket++)
                {
                    upTo.AddRange(amounts.Measures[first + bucket]);
                    if (names.Contains(metric.Bucket)) yield return Summed(metric.Bucket, [("le", BucketWords[bucket])], upTo);
                }

                if (names.Contains(metric.Count)) yield return Summed(metric.Count, [], upTo);
            }
        }

        private IEnumerable<Series?> State()
        {
            var state = project.State;
            if (names.Contains(MetricCatalogue.ProjectInfo.Name))
            {
                yield return Constant(
                    MetricCatalogue.ProjectInfo.Name, [("name", state.Name ?? project.Key), (MetricCatalogue.Status, state.Status?.Name ?? ""), (MetricCatalogue.Category, state.Status is { } status ? Word(status) : "")], 1);
            }

            if (names.Contains(MetricCatalogue.ProjectDue.Name) && state.Due is { } due && due < DateOnly.MaxValue)
                yield return Constant(MetricCatalogue.ProjectDue.Name, [], new DateTimeOffset(due.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeSeconds());
            if (!names.Contains(MetricCatalogue.ResourceAllocation.Name)) yield break;
            foreach (var resource in state.Allocations.Select(one => one.Value).Where(one => one.Terms is not null).GroupBy(one => one.Terms!.Resource, StringComparer.Ordinal))
            {
                yield return Sampled(
                    MetricCatalogue.ResourceAllocation.Name, [("resource", resources.GetValueOrDefault(resource.Key, resource.Key))], BeginOfState(),
                    hour => InForce(resource, hour) is var hoursPerWeek && hoursPerWeek > 0 ? hoursPerWeek / MilliHours : null);
            }
        }

        private double InForce(IEnumerable<Allocation> allocations, long hour)
        {
            var at = DateTimeOffset.FromUnixTimeMilliseconds(hours.TimeOf(hour));
            return allocations.Where(one => one.IsInForce(at)).Sum(one => (double)one.Terms!.MilliHoursPerWeek);
        }

        /// <summary>When the project itself was first stated; else, it is known by its tasks only.</summary>
        private long BeginOfState() => project.State.FirstStated is { } first ? first.UtcTicks / TimeSpan.TicksPerHour : amounts.Begin;

        private Series? Constant(string name, (string Name, string Value)[] own, double value) => Sampled(name, own, BeginOfState(), _ => value);

        /// <summary>A series of prefix sums.</summary>
        private Series? Summed(string name, (string Name, string Value)[] own, IEnumerable<(long Hour, long Amount)> changes, double scale = 1)
        {
            using var next = changes.OrderBy(one => one.Hour).GetEnumerator();
            var isMore = next.MoveNext();
            var sum = 0L;
            return Sampled(name, own, amounts.Begin, hour =>
            {
                for (; isMore && next.Current.Hour <= hour; isMore = next.MoveNext()) sum += next.Current.Amount;
                return sum / scale;
            });
        }

        /// <summary>A series of what a function gives for each hour, asked in their order; null: there is no sample. Null: the labels do not fit, or there is no sample at all.</summary>
        private Series? Sampled(string name, (string Name, string Value)[] own, long begin, Func<long, double?> valueOf)
        {
            var builder = new LabelsBuilder();
            builder.Set(Labels.MetricName, name);
            builder.Set(MetricCatalogue.Project, project.Key);
            builder.Set(MetricCatalogue.Team, project.State.Team ?? "");
            foreach (var (label, value) in own) builder.Set(label, value);
            var labels = builder.Build();
            if (matchers.Any(matcher => !matcher.Matches(labels[matcher.Name])) || begin == long.MaxValue) return null;
            List<long> times = [];
            List<double> values = [];
            foreach (var hour in hours.From(begin))
            {
                if (valueOf(hour) is not { } value) continue;
                times.Add(hours.TimeOf(hour));
                values.Add(value);
            }

            return times.Count == 0 ? null : new Series(labels, times.ToArray(), values.ToArray(), ResolutionMs);
        }

        private static string Word(ShitOps.Events.Status status) => Events.StatusCategories.Word(status.Category);
    }
}
