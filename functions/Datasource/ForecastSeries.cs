using System.Globalization;
using System.Runtime.CompilerServices;
using ShitOps.Aggregation;
using ShitOps.Forecasting;
using ShitOps.Metrics;
using ShitOps.People;
using ShitOps.PromQL;
using ShitOps.Security;
using ShitOps.Storage;

namespace ShitOps.Datasource;

/// <summary>
/// The series of forecasts: a sample on each full hour and one at the present moment, each of the forecast that was the latest then, up to two
/// weeks after it unless it is the latest of all; and of trajectories samples on the hours to come, of the latest one.
/// </summary>
public sealed class ForecastSeries(LiveAggregates aggregates, ProjectCache cache, ForecastTable forecasts, PersonNames people, TimeProvider time)
{
    private const long HourMs = ProjectSeries.ResolutionMs;
    private const int ConcurrentProjects = 16;

    private static readonly long OldestMs = (long)ForecastAge.Oldest.TotalMilliseconds;

    // Trajectories have 52 weeks from their cutoff.
    private const long FarthestMs = 53L * 7 * 24 * HourMs;

    private static readonly Metric[] Metrics =
    [
        MetricCatalogue.ForecastCompletion, MetricCatalogue.ForecastCompletionWithGrowth, MetricCatalogue.ForecastRemaining, MetricCatalogue.ForecastOpen, MetricCatalogue.ForecastOnTime,
        MetricCatalogue.ForecastOnTimeWithGrowth, MetricCatalogue.ForecastItems, MetricCatalogue.ForecastMoved, MetricCatalogue.BottleneckScore,
        MetricCatalogue.MilestoneDone, MetricCatalogue.MilestoneOnTime, MetricCatalogue.MilestoneRemaining, MetricCatalogue.MilestoneDue, MetricCatalogue.MilestoneMoved, MetricCatalogue.PromisesSettled, MetricCatalogue.PromisesHeld,
    ];

    private static readonly Metric[] OfMilestones = [MetricCatalogue.MilestoneDone, MetricCatalogue.MilestoneOnTime, MetricCatalogue.MilestoneRemaining, MetricCatalogue.MilestoneDue];

    private static readonly (string Odds, Func<TrajectoryPoint, double> Of)[] OfTrajectory =
        [("0.05", point => point.P05), ("0.15", point => point.P15), ("0.5", point => point.P50), ("0.85", point => point.P85), ("0.95", point => point.P95)];

    private static readonly (string Odds, Func<CompletionForecast, DateTimeOffset?> Of)[] OfCompletion = [("0.5", dates => dates.P50), ("0.85", dates => dates.P85), ("0.95", dates => dates.P95)];

    private static readonly (string Odds, Func<ItemsForecast, double> Of)[] OfItems = [("0.5", items => items.P50), ("0.85", items => items.P85), ("0.95", items => items.P95)];

    private static readonly (string Odds, Func<MilestoneForecast, double> Of)[] OfMilestone = [("0.5", milestone => milestone.P50), ("0.85", milestone => milestone.P85), ("0.95", milestone => milestone.P95)];

    /// <summary>Of so many projects at most label sets are read row by row: the rows of all together are some dozens of pages. Settable for tests.</summary>
    internal int FewProjects { get; init; } = 32;

    /// <inheritdoc cref="ISeriesSource.SelectAsync"/>
    /// <param name="scope">What whoever asks may see.</param>
    /// <param name="selector">Which series, and of which time.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<IReadOnlyList<Series>> SelectAsync(Scope scope, SeriesSelector selector, CancellationToken cancellationToken)
    {
        var names = Matched.NamesOf(Metrics, selector.Matchers);
        var (from, now) = (selector.FirstMs(HourMs), time.GetUtcNow().ToUnixTimeMilliseconds());
        if (names.Count == 0 || selector.ToMs < from) return [];
        var to = Math.Min(selector.ToMs, now + FarthestMs);
        var table = await aggregates.TableAsync(cancellationToken);
        var found = new FoundSeries(selector);
        await Parallel.ForEachAsync(
            Matched.OfAsync(cache, table, scope, selector.Matchers, cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = ConcurrentProjects, CancellationToken = cancellationToken },
            async (project, stopping) =>
            {
                var (made, latest, tallies) = await MadeAsync(project.Key, from, Math.Min(now, selector.ToMs), stopping);
                var resources = await ResourcesAsync(made, names, stopping);
                found.Add(new SeriesSet(project, made, latest, tallies, names, selector.Matchers, from, to, now, selector.PresentMs(now), resources).All());
            });
        return found.All;
    }

    /// <summary>
    /// The label sets of the series that fit all matchers, as they are now; of moves there are none. If the present is not asked for, those are left out
    /// that are of the present only; and of a span that is all to come, those that have no sample there.
    /// </summary>
    /// <param name="scope">What whoever asks may see.</param>
    /// <param name="selector">Which series, and of which time.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async IAsyncEnumerable<Labels> LabelsAsync(Scope scope, SeriesSelector selector, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (names, now) = (Matched.NamesOf(Metrics, selector.Matchers), time.GetUtcNow().ToUnixTimeMilliseconds());

        // Trajectories have samples without a gap until they end, so those that go on into a span show on its first hour.
        var from = Math.Max(now, selector.FirstMs(HourMs));
        var to = from == now ? now : Math.Min(selector.ToMs, Math.Min(from, now + FarthestMs) + HourMs);
        if (names.Count == 0 || to < from) yield break;
        var table = await aggregates.TableAsync(cancellationToken);
        var projects = new Dictionary<string, StoredProject>(StringComparer.Ordinal);
        await foreach (var project in Matched.OfAsync(cache, table, scope, selector.Matchers, cancellationToken)) projects[project.Key] = project;
        await foreach (var outlook in OutlooksAsync(projects.Keys, cancellationToken))
        {
            if (!projects.TryGetValue(outlook.Latest.Forecast.Project, out var project)) continue;
            StoredForecast[] made = [outlook.Latest];
            var latest = outlook.Latest.Forecast.Cutoff.ToUnixTimeMilliseconds();
            var resources = await ResourcesAsync(made, names, cancellationToken);
            foreach (var series in new SeriesSet(project, made, latest, outlook.Tallies, names, selector.Matchers, from, to, now, selector.PresentMs(now), resources).All()) yield return series.Labels;
        }
    }

    /// <summary>Where the forecasting of projects stands, of others perhaps too.</summary>
    private IAsyncEnumerable<ProjectOutlook> OutlooksAsync(IReadOnlyCollection<string> projects, CancellationToken cancellationToken) => projects.Count > FewProjects
        ? forecasts.OutlooksAsync(after: null, cancellationToken)
        : ReadAhead.OfAsync(projects.ToAsyncEnumerable(), OutlookAsync, cancellationToken);

    private async IAsyncEnumerable<ProjectOutlook> OutlookAsync(string project, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await forecasts.OutlookAsync(project, cancellationToken) is { } outlook) yield return outlook;
    }

    /// <summary>The names of people among the bottlenecks, by person id.</summary>
    private async Task<IReadOnlyDictionary<string, string>> ResourcesAsync(IEnumerable<StoredForecast> made, HashSet<string> names, CancellationToken cancellationToken) =>
        names.Contains(MetricCatalogue.BottleneckScore.Name)
            ? await people.OfAsync(made.SelectMany(one => one.Bottlenecks).Where(one => one.Kind == BottleneckKind.Resource).Select(one => one.Name), cancellationToken)
            : new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The forecasts that were the latest ones at some time of a span, the earliest first; the cutoff of the latest of all; and how often promises held.</summary>
    private async Task<(IReadOnlyList<StoredForecast> Made, long LatestMs, IReadOnlyList<PromiseTally> Tallies)> MadeAsync(string project, long fromMs, long toMs, CancellationToken cancellationToken)
    {
        // The present needs one row only.
        if (await forecasts.OutlookAsync(project, cancellationToken) is not { Latest: var latest } outlook) return ([], 0, []);
        var latestMs = latest.Forecast.Cutoff.ToUnixTimeMilliseconds();
        if (latestMs <= fromMs) return ([latest], latestMs, outlook.Tallies);

        // What is older than this tells nothing of the beginning of the span.
        var from = DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(0, fromMs)) - ForecastAge.Oldest;
        List<StoredForecast> made = [];
        await foreach (var stored in forecasts.ForecastsAsync(project, from, DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(0, toMs)), cancellationToken)) made.Add(stored);
        return (made, latestMs, outlook.Tallies);
    }

    /// <summary>The series of one project that fit.</summary>
    private sealed class SeriesSet(StoredProject project, IReadOnlyList<StoredForecast> made, long latestMs, IReadOnlyList<PromiseTally> tallies, HashSet<string> names, IReadOnlyList<LabelMatcher> matchers, long fromMs, long toMs, long nowMs, long? presentMs,
        IReadOnlyDictionary<string, string> resources)
    {
        private readonly IReadOnlyList<StoredForecast> _told = [.. made.Where(one => one.Forecast.Shortage is null)];

        public IEnumerable<Series> All() => Dates().Concat(Trajectories()).Concat(Odds()).Concat(Items()).Concat(Milestones()).Concat(Promises()).Concat(Scores()).Concat(Moves()).Concat(MilestoneMoves()).OfType<Series>();

        private IEnumerable<Series?> Dates()
        {
            (Metric Metric, Func<ProjectForecast, CompletionForecast?> Of)[] metrics =
                [(MetricCatalogue.ForecastCompletion, forecast => forecast.Completion), (MetricCatalogue.ForecastCompletionWithGrowth, forecast => forecast.CompletionWithGrowth)];
            foreach (var (metric, completion) in metrics)
                foreach (var (odds, date) in OfCompletion)
                    yield return Present(metric, [(MetricCatalogue.Quantile, odds)], forecast => completion(forecast) is { } dates ? date(dates)?.ToUnixTimeSeconds() : null);
        }

        private IEnumerable<Series?> Odds()
        {
            yield return Present(MetricCatalogue.ForecastOnTime, [], forecast => forecast.Completion?.OnTime);
            yield return Present(MetricCatalogue.ForecastOnTimeWithGrowth, [], forecast => forecast.CompletionWithGrowth?.OnTime);
        }

        private IEnumerable<Series?> Items()
        {
            foreach (var weeks in ForecastInput.Horizons)
                foreach (var (odds, count) in OfItems)
                {
                    yield return Present(
                        MetricCatalogue.ForecastItems, [("weeks", weeks.ToString(CultureInfo.InvariantCulture)), (MetricCatalogue.Quantile, odds)],
                        forecast => forecast.Items.FirstOrDefault(items => items.Weeks == weeks) is { } items ? count(items) : null);
                }
        }

        private IEnumerable<Series?> Milestones()
        {
            if (!OfMilestones.Any(metric => names.Contains(metric.Name))) yield break;
            foreach (var name in _told.SelectMany(one => one.Forecast.Milestones).Select(one => one.Name).Distinct(StringComparer.Ordinal))
            {
                foreach (var (odds, share) in OfMilestone)
                    yield return Present(MetricCatalogue.MilestoneDone, [("milestone", name), (MetricCatalogue.Quantile, odds)], forecast => Of(forecast, name) is { } milestone ? share(milestone) : null);
                yield return Present(MetricCatalogue.MilestoneOnTime, [("milestone", name)], forecast => Of(forecast, name)?.AllDone);
                yield return Present(MetricCatalogue.MilestoneRemaining, [("milestone", name)], forecast => Of(forecast, name)?.Remaining);
                yield return Present(MetricCatalogue.MilestoneDue, [("milestone", name)], forecast => Of(forecast, name) is { } milestone ? milestone.End.ToUnixTimeSeconds() : null);
            }

            static MilestoneForecast? Of(ProjectForecast forecast, string name) => forecast.Milestones.FirstOrDefault(milestone => milestone.Name == name);
        }

        private IEnumerable<Series?> Trajectories()
        {
            (Metric Metric, Func<ProjectForecast, IReadOnlyList<TrajectoryPoint>> Of)[] metrics = [(MetricCatalogue.ForecastRemaining, forecast => forecast.Remaining), (MetricCatalogue.ForecastOpen, forecast => forecast.Open)];
            foreach (var (metric, points) in metrics)
                foreach (var (odds, count) in OfTrajectory)
                    yield return Sampled(metric, [(MetricCatalogue.Quantile, odds)], isFuture: true, (stored, ms) => At(points(stored.Forecast), count, ms));
        }

        /// <summary>How often promises held, of the present only, since it is not kept how often they had held before.</summary>
        private IEnumerable<Series?> Promises()
        {
            if (presentMs is not { } present) yield break;
            foreach (var weeks in (int[])[.. ForecastInput.Horizons, 0])
            {
                var tally = tallies.FirstOrDefault(one => one.Weeks == weeks) ?? PromiseTally.Of(weeks);
                (string Odds, int Settled, int Held)[] counts = [("0.5", tally.Settled, tally.Held50), ("0.85", tally.Settled85, tally.Held85), ("0.95", tally.Settled95, tally.Held95)];
                foreach (var (odds, settled, held) in counts)
                {
                    (string, string)[] own = [("promise", tally.Word()), ("weeks", weeks == 0 ? "" : weeks.ToString(CultureInfo.InvariantCulture)), (MetricCatalogue.Quantile, odds)];
                    yield return Count(MetricCatalogue.PromisesSettled, own, settled);
                    yield return Count(MetricCatalogue.PromisesHeld, own, held);
                }
            }

            Series? Count(Metric metric, (string, string)[] own, int count) =>
                names.Contains(metric.Name) && LabelsOf(metric, own) is { } labels ? new Series(labels, new[] { present }, new[] { (double)count }) : null;
        }

        private IEnumerable<Series?> Scores()
        {
            if (!names.Contains(MetricCatalogue.BottleneckScore.Name)) yield break;
            foreach (var (kind, kindName, name) in made.SelectMany(one => one.Bottlenecks).Select(one => (one.Kind, one.KindName, one.Name)).Distinct())
            {
                yield return Sampled(
                    MetricCatalogue.BottleneckScore,
                    [
                        ("kind", kindName),
                        kind switch
                        {
                            BottleneckKind.Status => (MetricCatalogue.Status, name),
                            BottleneckKind.Resource => ("resource", resources.GetValueOrDefault(name, name)),
                            _ => ("holder", name),
                        },
                    ],
                    isFuture: false,
                    (stored, _) => stored.Bottlenecks.FirstOrDefault(one => one.KindName == kindName && one.Name == name)?.Score);
            }
        }

        /// <summary>A sample for each move, at the cutoff of the forecast that made it.</summary>
        private IEnumerable<Series?> Moves()
        {
            if (!names.Contains(MetricCatalogue.ForecastMoved.Name)) yield break;
            foreach (var cause in _told.Where(one => one.Move is not null && Ms(one) >= fromMs).GroupBy(one => one.Move!.Cause, StringComparer.Ordinal))
            {
                if (LabelsOf(MetricCatalogue.ForecastMoved, [("cause", cause.Key)]) is { } labels)
                    yield return new Series(labels, cause.Select(Ms).ToArray(), cause.Select(one => Seconds(one.Move!)).ToArray());
            }

            // Where no date is known before and after, the odds of the due day moved.
            static double Seconds(ForecastMove move) => move.IsLost switch
            {
                true => double.PositiveInfinity,
                false => double.NegativeInfinity,
                null => (move.Days ?? 0) * 86_400,
            };
        }

        private IEnumerable<Series?> MilestoneMoves()
        {
            if (!names.Contains(MetricCatalogue.MilestoneMoved.Name)) yield break;
            foreach (var cause in _told.Where(one => Ms(one) >= fromMs).SelectMany(one => one.MilestoneMoves.Select(move => (At: Ms(one), Move: move))).GroupBy(one => (one.Move.Milestone, one.Move.Cause)))
            {
                if (LabelsOf(MetricCatalogue.MilestoneMoved, [("milestone", cause.Key.Milestone), ("cause", cause.Key.Cause)]) is { } labels)
                    yield return new Series(labels, cause.Select(one => one.At).ToArray(), cause.Select(one => one.Move.Odds).ToArray());
            }
        }

        private static long Ms(StoredForecast stored) => stored.Forecast.Cutoff.ToUnixTimeMilliseconds();

        private Series? Present(Metric metric, (string, string)[] own, Func<ProjectForecast, double?> valueOf) => Sampled(metric, own, isFuture: false, (stored, _) => valueOf(stored.Forecast));

        private Series? Sampled(Metric metric, (string, string)[] own, bool isFuture, Func<StoredForecast, long, double?> valueOf)
        {
            if (!names.Contains(metric.Name) || _told.Count == 0 || LabelsOf(metric, own) is not { } labels) return null;
            List<long> times = [];
            List<double> values = [];
            var (at, known) = (0, -1);
            double? constant = null;
            var first = Math.Max(fromMs, Ms(_told[0]));
            for (var hour = (first + HourMs - 1) / HourMs * HourMs; hour <= toMs + HourMs; hour += HourMs)
            {
                // The present moment lies between two hours; who asks for a moment ago asks for it.
                if (hour > nowMs && hour - HourMs < nowMs) Add(Math.Min(nowMs, toMs));
                if (hour > toMs || (hour > nowMs && !isFuture)) break;
                Add(hour);
            }

            return times.Count == 0 ? null : new Series(labels, times.ToArray(), values.ToArray(), HourMs);

            void Add(long ms)
            {
                if (ms < first || (times.Count > 0 && times[^1] >= ms)) return;
                while (at + 1 < _told.Count && Ms(_told[at + 1]) <= ms) at++;
                if (Ms(_told[at]) is var made && made != latestMs && made + OldestMs < ms) return;
                if (isFuture || at != known) (constant, known) = (valueOf(_told[at], ms), at);
                if (constant is not { } value) return;
                times.Add(ms);
                values.Add(value);
            }
        }

        /// <summary>On the line between the points before and after; null: beyond the last one.</summary>
        private static double? At(IReadOnlyList<TrajectoryPoint> points, Func<TrajectoryPoint, double> of, long ms)
        {
            if (points.Count == 0) return null;
            var weeks = (ms - points[0].Time.ToUnixTimeMilliseconds()) / (7 * 24.0 * HourMs);
            var week = (int)weeks;
            if (weeks < 0 || week >= points.Count) return null;
            return week + 1 == points.Count ? (weeks == week ? of(points[week]) : null) : of(points[week]) + ((weeks - week) * (of(points[week + 1]) - of(points[week])));
        }

        private Labels? LabelsOf(Metric metric, (string Name, string Value)[] own) => Matched.LabelsOf(project, matchers, metric.Name, own);
    }
}
