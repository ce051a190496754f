using Azure;
using Microsoft.Extensions.Logging;
using ShitOps.Aggregation;
using ShitOps.Flow;
using ShitOps.Storage;
using ShitOps.Wording;

namespace ShitOps.Forecasting;

/// <summary>
/// Forecasts the projects that have changed since they were last forecast, and those whose forecast is a week old. Each is one transaction, so
/// a run that is stopped has done what it has done, and the next goes on; what is done is told by (project, cutoff).
/// </summary>
/// <param name="aggregates">What is forecast.</param>
/// <param name="forecasts">Where forecasts are kept.</param>
/// <param name="retention">How long they are kept; null: for ever.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Is told what was done, and what cannot be.</param>
public sealed class ProjectForecaster(LiveAggregates aggregates, ForecastTable forecasts, ForecastRetention retention, TimeProvider time, ILogger<ProjectForecaster> logger)
{
    /// <summary>Hours from one cutoff to the next; the first of a day is midnight (UTC).</summary>
    public const int CutoffHours = 6;

    /// <summary>How long a run takes at most; a timer function of a consumption plan may take five minutes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private const ulong Seed = 1;
    private const int RanksOfAProject = 26;
    private const int MostBottlenecks = 20;

    /// <summary>The cutoff of forecasts that are made at an instant.</summary>
    public static DateTimeOffset CutoffAt(DateTimeOffset now) => new(now.UtcTicks - (now.UtcTicks % (CutoffHours * TimeSpan.TicksPerHour)), TimeSpan.Zero);

    /// <summary>Forecasts what is due.</summary>
    /// <returns>How many projects were forecast.</returns>
    /// <exception cref="RequestFailedException">Storage is down or refuses; what was stored stands.</exception>
    /// <exception cref="ForecastException">Some projects cannot be forecast; all others are.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var (table, began, cutoff) = (await aggregates.TableAsync(cancellationToken), time.GetTimestamp(), CutoffAt(time.GetUtcNow()));
        var known = await forecasts.AgesAsync(cancellationToken);
        List<StoredProject> due = [];
        await foreach (var project in table.AllProjectsAsync(after: null, few: null, cancellationToken))
        {
            if (!known.TryGetValue(project.Key, out var age) || age.IsOver(project.LastWritten, cutoff, time.GetUtcNow())) due.Add(project);
        }

        if (due.Count == 0) return 0;
        var pools = await PoolsAsync(cancellationToken);
        var (count, failed) = (0, 0);
        await Parallel.ForEachAsync(
            due.OrderBy(project => known.GetValueOrDefault(project.Key).Cutoff),
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken },
            async (project, stopping) =>
            {
                if (time.GetElapsedTime(began) > Patience) return;
                try
                {
                    var before = await forecasts.StandingAsync(project.Key, stopping);

                    // Another run may have been here meanwhile.
                    if (before is { } other && !other.Age.IsOver(project.LastWritten, cutoff, time.GetUtcNow())) return;

                    // A first forecast that is made anew is a first one still.
                    var standing = before?.Age.First is null || before.Value.Age.Cutoff < cutoff ? before?.Outlook : null;
                    var (outlook, source, settled) = await ForecastAsync(table, project, standing, cutoff, pools, stopping);
                    var first = standing is null ? before?.Age.First ?? outlook.Latest.Computed : (DateTimeOffset?)null;
                    if (await forecasts.StoreAsync(outlook, source, settled, first, before?.ETag, stopping)) Interlocked.Increment(ref count);
                    if (retention.Period is { } period) await forecasts.ExpireAsync(project.Key, cutoff - period, stopping);
                }
                catch (Exception fault) when (!stopping.IsCancellationRequested && !StorageFault.IsOutage(fault))
                {
                    // One project that cannot be read, computed or stored does not hold up the others, whatever is wrong with it; in an outage none can be, and the next run goes on.
                    Interlocked.Increment(ref failed);
                    logger.LogError(fault, "The project {Project} of slice {Slice} cannot be forecast", project.Key, table.SliceOf(project.Key));
                }
            });
        if (count > 0) logger.LogInformation("{Count} of {Due} {Projects} forecast with the cutoff {Cutoff:u}", count, due.Count, Quantity.Noun(due.Count, "project was", "projects were"), cutoff);
        return failed == 0 ? count : throw new ForecastException($"{failed} of {Quantity.Of(due.Count, "project")} cannot be forecast; the log says why, and shitops verify what cannot be read");
    }

    /// <summary>A project's past as it is known in the table.</summary>
    public static async Task<ProjectHistory> HistoryAsync(AggregateTable table, StoredProject project, CancellationToken cancellationToken)
    {
        List<TaskHistory> tasks = [];
        await foreach (var (key, task) in table.TasksAsync(project.Key, after: null, cancellationToken))
            if (task.Exists) tasks.Add(TaskHistory.Of(key, task, project.State.Team));
        return new ProjectHistory(project.Key, tasks);
    }

    /// <summary>Forecasts a project from its past alone and what was announced of it before.</summary>
    /// <param name="history">Its past; what lies after the cutoff changes nothing.</param>
    /// <param name="project">The project.</param>
    /// <param name="cutoff">What lies before it is known.</param>
    /// <param name="pools">What other projects teach.</param>
    /// <param name="announced">What moves are measured from.</param>
    /// <param name="now">The time.</param>
    internal static (StoredForecast Forecast, ForecastInput Input) Forecast(ProjectHistory history, StoredProject project, DateTimeOffset cutoff, IReadOnlyList<HorizonPool> pools, Announcements announced, DateTimeOffset now)
    {
        var input = ForecastInput.Of(history, project.State.Due, cutoff, pools, Seed);
        var forecast = new StoredForecast(ProjectForecast.Of(input), project.State.Team, project.State.Due, now, [.. Bottlenecks.Of(history, cutoff, input.Seed).Take(MostBottlenecks)], Move: null);
        return (Moved(forecast, announced), input);
    }

    /// <summary>The forecast with how far it is from what was announced.</summary>
    internal static StoredForecast Moved(StoredForecast forecast, Announcements announced)
    {
        var (next, move, milestones) = announced.With(forecast.Forecast, forecast.Due);
        return forecast with { Move = move, MilestoneMoves = milestones, Announced = next };
    }

    /// <summary>What a forecast was computed from.</summary>
    internal static ForecastSource SourceOf(ForecastInput input, IReadOnlyList<ConsumedPartition> consumed) =>
        new(input, [.. consumed.Select(ForecastCheckpoint.Of).OrderBy(one => one.Stream, StringComparer.Ordinal).ThenBy(one => one.Topic, StringComparer.Ordinal).ThenBy(one => one.Partition)]);

    private async Task<(ProjectOutlook Outlook, ForecastSource Source, IReadOnlyList<SettledPromise> Settled)> ForecastAsync(
        AggregateTable table, StoredProject project, ProjectOutlook? before, DateTimeOffset cutoff, IReadOnlyList<HorizonPool> pools, CancellationToken cancellationToken)
    {
        // What is read after the checkpoints is at least as new as they say.
        var consumed = await table.PartitionsAsync(table.SliceOf(project.Key), cancellationToken);
        var history = await HistoryAsync(table, project, cancellationToken);
        IReadOnlyList<HorizonPool> others = before is null ? pools : [.. pools.Select(pool => Without(pool, before.Records))];
        var (latest, input) = Forecast(history, project, cutoff, others, before?.Latest.Announced ?? Announcements.None, time.GetUtcNow());
        var forecast = latest.Forecast;
        List<SettledPromise> settled = [];
        List<Promise> promises = [];
        foreach (var promise in before?.Promises ?? [])
        {
            var (over, rest) = promise.Settle(history, cutoff);
            settled.AddRange(over);
            if (rest is not null) promises.Add(rest);
        }

        // One promise a week: those of a day are about nearly the same future.
        var promised = before?.LastPromised;
        if (forecast.Shortage is null && (promised is not { } last || WeekOf(cutoff) > WeekOf(last)))
        {
            promises.Add(Promise.Of(forecast));
            promised = cutoff;
        }

        return (new ProjectOutlook(latest, promises, promised, TalliesOf(before?.Tallies ?? [], settled), input.Records), SourceOf(input, consumed), settled);
    }

    /// <summary>A pool of all projects without what one of them gave to it.</summary>
    private static HorizonPool Without(HorizonPool pool, IReadOnlyList<HorizonState> own) =>
        own.FirstOrDefault(state => state.Weeks == pool.Weeks) is { } state ? pool with { Ranks = pool.Ranks.Without(state.Ranks.TakeLast(RanksOfAProject)) } : pool;

    private static IReadOnlyList<PromiseTally> TalliesOf(IReadOnlyList<PromiseTally> before, IReadOnlyList<SettledPromise> settled)
    {
        var tallies = before.ToDictionary(tally => tally.Weeks);
        foreach (var one in settled) tallies[one.Weeks] = tallies.GetValueOrDefault(one.Weeks, PromiseTally.Of(one.Weeks)).With(one);
        return [.. tallies.Values.OrderBy(tally => tally.Weeks)];
    }

    /// <summary>What all projects together teach one whose own past is short; few ranks of each, so that no project speaks for all.</summary>
    private async Task<IReadOnlyList<HorizonPool>> PoolsAsync(CancellationToken cancellationToken)
    {
        var ranks = new SortedDictionary<int, List<double>>();
        await foreach (var states in forecasts.CalibrationsAsync(cancellationToken))
            foreach (var state in states)
            {
                if (!ranks.TryGetValue(state.Weeks, out var pool)) ranks.Add(state.Weeks, pool = []);
                pool.AddRange(state.Ranks.TakeLast(RanksOfAProject));
            }

        return [.. ranks.Select(pool => new HorizonPool(pool.Key, RankPool.Of(pool.Value)))];
    }

    /// <summary>Weeks since the year 1, which began with a Monday.</summary>
    private static int WeekOf(DateTimeOffset time) => (int)(time.UtcTicks / TimeSpan.TicksPerDay / 7);
}
