using System.Globalization;
using System.Runtime.CompilerServices;
using ShitOps.Aggregation;
using ShitOps.Events;
using ShitOps.History;
using ShitOps.Metrics;
using ShitOps.People;
using ShitOps.Projects;
using ShitOps.PromQL;
using ShitOps.Security;

namespace ShitOps.Datasource;

/// <summary>
/// The series of projects, from their hourly history: a sample at the end of each hour, and one of the running hour at the present moment. A
/// series begins with the first hour in which anything happened in its project, and goes on until now.
/// </summary>
public sealed class ProjectSeries(LiveAggregates aggregates, ProjectCache cache, ProjectPasts pasts, PersonNames people, TimeProvider time)
{
    /// <summary>Milliseconds between samples.</summary>
    public const long ResolutionMs = 3_600_000;

    private const int ProjectsAtATime = 2_000;
    private const double MilliHours = 1_000;
    private const int DayOf1970 = 719_162;
    private const long FirstUnixHour = DayOf1970 * 24L;

    private static readonly Metric[] OfHistory =
    [
        MetricCatalogue.Tasks, MetricCatalogue.TasksByStatus, MetricCatalogue.TasksBlocked, MetricCatalogue.Effort, MetricCatalogue.TasksCreated, MetricCatalogue.TasksCompleted,
        MetricCatalogue.TasksReopened, MetricCatalogue.TasksDropped, MetricCatalogue.TaskTransitions, MetricCatalogue.LeadTime, MetricCatalogue.CycleTime,
    ];

    private static readonly Metric[] OfState = [MetricCatalogue.ProjectInfo, MetricCatalogue.ProjectDue, MetricCatalogue.ResourceAllocation];

    private static readonly Metric[] All = [.. OfHistory, .. OfState];

    private static readonly (string Word, Measure Measure)[] Categories =
        [("todo", Measure.Todo), ("in-progress", Measure.InProgress), ("blocked", Measure.BlockedStatus), ("done", Measure.Done), ("cancelled", Measure.Cancelled)];

    private static readonly (string Word, Measure Measure)[] Kinds = [("estimate", Measure.EstimateMilliHours), ("remaining", Measure.RemainingMilliHours), ("spent", Measure.SpentMilliHours)];

    private static readonly string[] BucketWords = [.. DurationBuckets.UpperBounds.Select(bound => bound.ToString(CultureInfo.InvariantCulture)), "+Inf"];

    /// <inheritdoc cref="ISeriesSource.SelectAsync"/>
    /// <param name="scope">What whoever asks may see.</param>
    /// <param name="selector">Which series, and of which time.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<IReadOnlyList<Series>> SelectAsync(Scope scope, SeriesSelector selector, CancellationToken cancellationToken)
    {
        var names = Matched.NamesOf(All, selector.Matchers);
        if (names.Count == 0) return [];
        var hours = HoursOf(selector);
        if (hours.ToMs < hours.FromMs) return [];

        var table = await aggregates.TableAsync(cancellationToken);
        var index = await pasts.IndexAsync(table, cancellationToken);
        var wanted = Wanted(names);
        var found = new FoundSeries(selector);
        var isOfState = names.IsSubsetOf(OfState.Select(metric => metric.Name));
        await foreach (var projects in Matched.OfAsync(cache, table, scope, selector.Matchers, cancellationToken).Chunk(ProjectsAtATime).WithCancellation(cancellationToken))
        {
            // What is known of a project itself needs no history, unless only its tasks tell when it began.
            var withHistory = projects.ToLookup(project => !isOfState || project.State.FirstStated is null);
            foreach (var project in withHistory[false]) await TakeAsync(project, ProjectPast.None, cancellationToken);
            await pasts.ReadAsync(table, index, [.. withHistory[true]], wanted, hours.FirstDay, TakeAsync, cancellationToken);
        }

        return found.All;

        async Task TakeAsync(StoredProject project, ProjectPast past, CancellationToken stopping) =>
            found.Add(new SeriesSet(project, Amounts.Of(past), hours, names, selector.Matchers, await ResourcesAsync(project, names, stopping), found).All());
    }

    /// <summary>
    /// The label sets of all series that fit all matchers, as they are now: statuses that no task is in any more are left out. When a project was first
    /// stated is at hand, and what is known of itself is listed if it has a sample within the span, an allocation if it was in force at one; when its
    /// history began is not, so series of history are listed for every span that any samples are answered of.
    /// </summary>
    /// <param name="scope">What whoever asks may see.</param>
    /// <param name="selector">Which series, and of which time.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async IAsyncEnumerable<Labels> LabelsAsync(Scope scope, SeriesSelector selector, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var names = Matched.NamesOf(All, selector.Matchers);
        if (names.Count == 0) yield break;
        var hours = HoursOf(selector);
        if (hours.LastMs is not { } last) yield break;
        var table = await aggregates.TableAsync(cancellationToken);
        await foreach (var project in Matched.OfAsync(cache, table, scope, selector.Matchers, cancellationToken))
        {
            var set = new SeriesSet(project, Amounts.Of(project, last), hours with { FromMs = last, ToMs = last }, names, selector.Matchers, await ResourcesAsync(project, names, cancellationToken), found: null)
            {
                Span = hours,
            };
            foreach (var series in set.All()) yield return series.Labels;
        }
    }

    /// <summary>The instants of samples that are answered of a selection.</summary>
    private Hours HoursOf(SeriesSelector selector)
    {
        var hours = Hours.Of(selector, time.GetUtcNow().ToUnixTimeMilliseconds());
        var first = new DateTimeOffset(pasts.FirstDay, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeMilliseconds();
        return hours.FromMs < first ? hours with { FromMs = first } : hours;
    }

    /// <summary>What of a history series of these names need.</summary>
    private static WantedHistory Wanted(HashSet<string> names)
    {
        var measures = Enumerable.Range(0, Measures.All).Select(number => (Measure)number).Where(measure => MetricOf(measure).SeriesNames.Any(names.Contains)).ToHashSet();
        return new WantedHistory(measures, names.Contains(MetricCatalogue.TasksByStatus.Name));
    }

    private static Metric MetricOf(Measure measure) => measure switch
    {
        < Measure.Blocked => MetricCatalogue.Tasks,
        Measure.Blocked => MetricCatalogue.TasksBlocked,
        < Measure.Created => MetricCatalogue.Effort,
        Measure.Created => MetricCatalogue.TasksCreated,
        Measure.Completed => MetricCatalogue.TasksCompleted,
        Measure.Reopened => MetricCatalogue.TasksReopened,
        Measure.Dropped => MetricCatalogue.TasksDropped,
        >= Measure.Transitions => MetricCatalogue.TaskTransitions,
        Measure.LeadMilliseconds or (>= Measure.LeadBuckets and < Measure.CycleBuckets) => MetricCatalogue.LeadTime,
        _ => MetricCatalogue.CycleTime,
    };

    /// <summary>The names of those who are allocated to a project, by person id.</summary>
    private async Task<IReadOnlyDictionary<string, string>> ResourcesAsync(StoredProject project, HashSet<string> names, CancellationToken cancellationToken) =>
        names.Contains(MetricCatalogue.ResourceAllocation.Name)
            ? await people.OfAsync(project.State.Allocations.Select(one => one.Value.Terms?.Resource), cancellationToken)
            : new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The instants of samples.</summary>
    private readonly record struct Hours(long FromMs, long ToMs, long NowMs)
    {
        /// <summary>
        /// Those of a selection. Who asks for the present asks for a moment ago, by another clock or rounded to a step: if that is no longer ago than one
        /// looks back by, the sample of its hour is of that moment. Of an earlier moment of the running hour nothing is known but how the hour began.
        /// </summary>
        public static Hours Of(SeriesSelector selector, long nowMs)
        {
            var isPresent = selector.ToMs < nowMs && selector.ToMs >= nowMs - Lookback.DefaultMs;
            return new Hours(selector.FirstMs(ResolutionMs), Math.Min(selector.ToMs, nowMs), isPresent ? selector.ToMs : nowMs);
        }

        /// <summary>When the sample of an hour is taken: at its end, or now if it is not over.</summary>
        public long TimeOf(long hour) => Math.Min((hour - FirstUnixHour + 1) * ResolutionMs, NowMs);

        /// <summary>The instant of the last sample within the span that a series which is still there has; null: it has none.</summary>
        public long? LastMs
        {
            get
            {
                var last = ToMs >= NowMs ? NowMs : (long)Math.Floor(ToMs / (double)ResolutionMs) * ResolutionMs;
                return last >= FromMs ? last : null;
            }
        }

        /// <summary>The instant of the first sample within the span that a series from some hour on has at or after an instant; null: it has none.</summary>
        public long? FirstMs(long begin, long notBefore)
        {
            if (begin == long.MaxValue) return null;
            var wanted = Math.Max(Math.Max(FromMs, notBefore), TimeOf(begin));
            var first = Math.Min((long)Math.Ceiling(wanted / (double)ResolutionMs) * ResolutionMs, NowMs);
            return first >= wanted && first <= ToMs ? first : null;
        }

        /// <summary>The day of the first hour whose changes the levels at the first sample do not have yet.</summary>
        public DateOnly FirstDay => FromMs / ResolutionMs / 24 > -DayOf1970 ? DateOnly.FromDayNumber((int)((FromMs / ResolutionMs / 24) + DayOf1970 - 1)) : DateOnly.MinValue;

        /// <summary>A bound of how many hours <see cref="From"/> gives.</summary>
        public long MostFrom(long begin) => Math.Max(0, (ToMs >= NowMs ? ((NowMs - 1) / ResolutionMs) + 1 : ToMs / ResolutionMs) + FirstUnixHour - FirstFrom(begin));

        /// <summary>The hours whose samples lie within the span, from one in which a series begins.</summary>
        public IEnumerable<long> From(long begin)
        {
            var hour = FirstFrom(begin);
            var last = (NowMs / ResolutionMs) + FirstUnixHour;
            for (; hour <= last && TimeOf(hour) <= ToMs; hour++)
            {
                // On the hour itself the running one has no length yet.
                if (TimeOf(hour) >= FromMs && (hour < last || NowMs % ResolutionMs != 0)) yield return hour;
            }
        }

        private long FirstFrom(long begin) => Math.Max(begin, ((FromMs + ResolutionMs - 1) / ResolutionMs) - 1 + FirstUnixHour);
    }

    /// <summary>How much more or less there was by the hour, of each measure and of the tasks in each status; what was there before stands at the first hour.</summary>
    private sealed record Amounts(ILookup<Measure, (long Hour, long Amount)> Measures, ILookup<string, (long Hour, long Amount)> Statuses, long Begin)
    {
        public static Amounts Of(ProjectPast past)
        {
            var begin = past.FirstHour ?? long.MaxValue;
            var measures = past.Changes.Measures.Select(one => (one.Measure, Hour: (long)one.Hour, one.Amount));
            var statuses = past.Changes.Statuses.Where(one => one.Status.Length > 0).Select(one => (one.Status, Hour: (long)one.Hour, one.Amount));
            if (past.Now is { } now)
            {
                measures = measures.Concat(Enumerable.Range(0, Projects.Measures.All).Select(number => ((Measure)number, begin, now.Totals[(Measure)number])))
                    .Concat(past.Changes.Measures.Select(one => (one.Measure, begin, -one.Amount)));
                statuses = statuses.Concat(now.Statuses.Counted.Where(one => one.Key.Length > 0).Select(one => (one.Key, begin, one.Value.Tasks)))
                    .Concat(past.Changes.Statuses.Where(one => one.Status.Length > 0).Select(one => (one.Status, begin, -one.Amount)));
            }

            return new Amounts(measures.ToLookup(one => one.Measure, one => (one.Hour, one.Amount)), statuses.ToLookup(one => one.Status, one => (one.Hour, one.Amount), StringComparer.Ordinal), begin);
        }

        /// <summary>What there is now, as if all of it had come about before the sample at some instant: enough to name the series.</summary>
        public static Amounts Of(StoredProject project, long atMs)
        {
            var hour = (atMs / ResolutionMs) + FirstUnixHour - 1;
            return new Amounts(
                Enumerable.Range(0, Projects.Measures.All).Select(number => (Measure)number).ToLookup(measure => measure, measure => (hour, project.Summary.Totals[measure])),
                project.Summary.Statuses.Counted.ToLookup(one => one.Key, one => (hour, one.Value.Tasks), StringComparer.Ordinal),
                project.Summary.Totals.IsZero ? long.MaxValue : hour);
        }
    }

    /// <summary>The series of one project that fit.</summary>
    private sealed class SeriesSet(
        StoredProject project, Amounts amounts, Hours hours, HashSet<string> names, IReadOnlyList<LabelMatcher> matchers, IReadOnlyDictionary<string, string> resources, FoundSeries? found)
    {
        /// <summary>Of names only: the whole span that an allocation may be in force in; null: the hours have all samples.</summary>
        public Hours? Span { get; init; }

        public IEnumerable<Series> All() => Gauges().Concat(Counters()).Concat(Histograms()).Concat(State()).OfType<Series>();

        private IEnumerable<Series?> Gauges()
        {
            if (names.Contains(MetricCatalogue.Tasks.Name))
                foreach (var (word, measure) in Categories) yield return Summed(MetricCatalogue.Tasks.Name, [(MetricCatalogue.Category, word)], amounts.Measures[measure]);
            if (names.Contains(MetricCatalogue.TasksByStatus.Name))
                foreach (var status in amounts.Statuses) yield return Summed(MetricCatalogue.TasksByStatus.Name, [(MetricCatalogue.Status, status.Key)], status, isLeftOutAtZero: true);
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
            if (!names.Contains(MetricCatalogue.TaskTransitions.Name)) yield break;
            foreach (var from in Enum.GetValues<StatusCategory>())
                foreach (var to in Enum.GetValues<StatusCategory>().Where(other => other != from))
                    yield return Summed(MetricCatalogue.TaskTransitions.Name, [("from", StatusCategories.Word(from)), ("to", StatusCategories.Word(to))], amounts.Measures[Measures.Of(from, to)], isLeftOutAtZero: true);
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
                    hour => Span is { } span
                        ? (resource.Any(one => IsInForceWithin(one, span)) ? 1 : null)
                        : InForce(resource, hour) is var hoursPerWeek && hoursPerWeek > 0 ? hoursPerWeek / MilliHours : null);
            }
        }

        private double InForce(IEnumerable<Allocation> allocations, long hour)
        {
            var at = DateTimeOffset.FromUnixTimeMilliseconds(hours.TimeOf(hour));
            return allocations.Where(one => one.IsInForce(at)).Sum(one => (double)one.Terms!.MilliHoursPerWeek);
        }

        /// <summary>Whether it is in force at a sample: where it is so at all, it is at the first one that is not before its days, the project and the span.</summary>
        private bool IsInForceWithin(Allocation allocation, Hours span)
        {
            var firstDay = new DateTimeOffset(allocation.Terms!.From, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeMilliseconds();
            return span.FirstMs(BeginOfState(), firstDay) is { } first && allocation.Terms.MilliHoursPerWeek > 0 && allocation.IsInForce(DateTimeOffset.FromUnixTimeMilliseconds(first));
        }

        /// <summary>When the project itself was first stated; else, it is known by its tasks only.</summary>
        private long BeginOfState() => project.State.FirstStated is { } first ? first.UtcTicks / TimeSpan.TicksPerHour : amounts.Begin;

        private Series? Constant(string name, (string Name, string Value)[] own, double value) => Sampled(name, own, BeginOfState(), _ => value);

        /// <summary>A series of prefix sums.</summary>
        private Series? Summed(string name, (string Name, string Value)[] own, IEnumerable<(long Hour, long Amount)> changes, double scale = 1, bool isLeftOutAtZero = false)
        {
            using var next = changes.OrderBy(one => one.Hour).GetEnumerator();
            var isMore = next.MoveNext();
            var (sum, isZero) = (0L, true);
            var series = Sampled(name, own, amounts.Begin, hour =>
            {
                for (; isMore && next.Current.Hour <= hour; isMore = next.MoveNext()) sum += next.Current.Amount;
                isZero &= sum == 0;
                return sum / scale;
            });
            return isLeftOutAtZero && isZero ? null : series;
        }

        /// <summary>A series of what a function gives for each hour, asked in their order; null: there is no sample. Null: the labels do not fit, or there is no sample at all.</summary>
        private Series? Sampled(string name, (string Name, string Value)[] own, long begin, Func<long, double?> valueOf)
        {
            if (begin == long.MaxValue || Matched.LabelsOf(project, matchers, name, own) is not { } labels) return null;

            // An event may state any year, and then there are millions of hours.
            var most = hours.MostFrom(begin);
            found?.Reserve(most);
            var (times, values, count) = (new long[most], new double[most], 0);
            foreach (var hour in hours.From(begin))
            {
                if (valueOf(hour) is not { } value) continue;
                (times[count], values[count]) = (hours.TimeOf(hour), value);
                count++;
            }

            found?.Release(most);
            if (count == 0) return null;
            if (count < most / 2) (times, values) = (times[..count], values[..count]);
            return new Series(labels, times.AsMemory(0, count), values.AsMemory(0, count), ResolutionMs);
        }

        private static string Word(Events.Status status) => StatusCategories.Word(status.Category);
    }
}
