using ShitOps.Events;
using ShitOps.Flow;

namespace ShitOps.Forecasting;

/// <summary>An open task, as a forecast takes it.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Status">The tracker's word of its status; empty: none was stated.</param>
/// <param name="Category">What the status means.</param>
/// <param name="AgeHours">Hours since it came to be.</param>
/// <param name="StatusHours">Hours since it took on its status.</param>
/// <param name="Due">The last day, included: its own, else its milestone's, else the project's; null: none.</param>
/// <param name="Milestone">What it is planned for; null: nothing.</param>
public sealed record OpenTask(string Key, string Status, StatusCategory Category, int AgeHours, int StatusHours, DateOnly? Due, string? Milestone);

/// <summary>How long tasks stayed open from when they took on a status.</summary>
/// <param name="Status">The tracker's word.</param>
/// <param name="Category">What it means.</param>
/// <param name="Hours">As <see cref="StayTimes"/> takes them, of the latest time.</param>
public sealed record StatusStays(string Status, StatusCategory Category, IReadOnlyList<int> Hours);

/// <summary>A milestone, sprint or version with a last day.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Due">The last day, included.</param>
/// <param name="Tasks">Its tasks without cancelled ones, at least one.</param>
/// <param name="Done">Those of them that are done.</param>
/// <param name="InTime">Those that were done when the last day was over; while it is not, as many as <paramref name="Done"/>.</param>
/// <param name="Unlisted">Those that are open but not among <see cref="ForecastInput.Tasks"/>, since there are too many.</param>
public sealed record MilestoneScope(string Name, DateOnly Due, int Tasks, int Done, int InTime, int Unlisted);

/// <summary>The ranks of the outcomes of other projects at a horizon.</summary>
public sealed record HorizonPool(int Weeks, RankPool Ranks);

/// <summary>
/// All that a forecast is computed from: with the same input the same version of the model gives the same forecast, digit by digit.
/// </summary>
public sealed record ForecastInput
{
    /// <summary>The version of the model. It changes with whatever changes a forecast.</summary>
    public const int PresentModel = 4;

    /// <summary>The horizons, in weeks, at which items are promised and promises are settled.</summary>
    public static IReadOnlyList<int> Horizons { get; } = [1, 2, 4, 8, 12];

    /// <summary>Weeks of the past that are used at most.</summary>
    public const int MostWeeks = 156;

    /// <summary>Open tasks that are judged one by one at most: those begun first, then the oldest.</summary>
    public const int MostTasks = 2000;

    private const int MostClosed = 400;
    private const int MostStays = 1200;
    private const int MostStatuses = 24;
    private const int MostMilestones = 50;

    /// <summary>A milestone that is complete is told of until its last day has been over for so long, or its last task done.</summary>
    private static readonly TimeSpan ToldComplete = TimeSpan.FromDays(14);

    /// <summary>The version of the model that it is for.</summary>
    public int Model { get; init; } = PresentModel;

    /// <summary>The project's key.</summary>
    public required string Project { get; init; }

    /// <summary>What lies before it is known.</summary>
    public required DateTimeOffset Cutoff { get; init; }

    /// <summary>Seeds the simulation.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Tasks done in each week up to the cutoff, the oldest first.</summary>
    public required int[] Done { get; init; }

    /// <summary>Tasks that left the backlog in each week: done or cancelled.</summary>
    public required int[] Left { get; init; }

    /// <summary>Tasks that came to be in each week.</summary>
    public required int[] Arrived { get; init; }

    /// <summary>Open tasks.</summary>
    public required int Backlog { get; init; }

    /// <summary>The project's last day, included; null: none.</summary>
    public DateOnly? Due { get; init; }

    /// <summary>Open tasks, up to <see cref="MostTasks"/>.</summary>
    public required IReadOnlyList<OpenTask> Tasks { get; init; }

    /// <summary>How long tasks stayed open, by status.</summary>
    public required IReadOnlyList<StatusStays> Stays { get; init; }

    /// <summary>Milestones with a last day that have open tasks or were completed lately, by that day: those whose day comes next, then those whose day was last, up to 50.</summary>
    public required IReadOnlyList<MilestoneScope> Milestones { get; init; }

    /// <summary>The state of calibration and combination, by horizon.</summary>
    public required IReadOnlyList<HorizonState> Records { get; init; }

    /// <summary>What other projects teach where the own past is short.</summary>
    public required IReadOnlyList<HorizonPool> Pools { get; init; }

    /// <summary>The input of a forecast at a cutoff.</summary>
    /// <param name="history">The project's past.</param>
    /// <param name="due">The project's last day, included; null: none.</param>
    /// <param name="cutoff">What lies before it is known.</param>
    /// <param name="pools">What other projects teach.</param>
    /// <param name="seed">Another seed draws other runs.</param>
    public static ForecastInput Of(ProjectHistory history, DateOnly? due, DateTimeOffset cutoff, IReadOnlyList<HorizonPool> pools, ulong seed)
    {
        var weeks = history.WeeksUpTo(cutoff, MostWeeks);
        var stands = history.Tasks.Select(task => (Task: task, Stay: task.At(cutoff))).Where(one => one.Stay is not null).Select(one => (one.Task, Stay: one.Stay!.Value)).ToArray();
        var open = stands.Where(one => one.Stay.ClosedSince is null).ToArray();
        var byHorizon = pools.ToDictionary(pool => pool.Weeks, pool => pool.Ranks);
        OpenTask[] tasks =
        [
            .. open.Select(one => new OpenTask(
                    one.Task.Key, one.Stay.Status, one.Stay.Category, Hours(one.Task.Transitions[0].Time, cutoff), Hours(one.Stay.Since, cutoff), one.Task.Due ?? one.Task.Milestone?.Due ?? due, one.Task.Milestone?.Name))
                .OrderBy(task => task.Category == StatusCategory.Todo).ThenByDescending(task => task.AgeHours).ThenBy(task => task.Key, StringComparer.Ordinal).Take(MostTasks),
        ];
        var listed = tasks.Where(task => task.Milestone is not null).CountBy(task => task.Milestone!, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        return new ForecastInput
        {
            Project = history.Project,
            Cutoff = cutoff,
            Seed = RollingForecasts.SeedOf(history.Project, cutoff, seed),
            Done = history.Throughput(cutoff, weeks),
            Left = history.Departures(cutoff, weeks),
            Arrived = history.Arrivals(cutoff, weeks),
            Backlog = open.Length,
            Due = due,
            Tasks = tasks,
            Stays = StaysOf(stands.Select(one => one.Task), cutoff),
            Milestones =
            [
                .. stands.Where(one => one.Task.Milestone is not null && one.Stay.Category != StatusCategory.Cancelled)
                    .GroupBy(one => one.Task.Milestone!.Name, one => (one.Stay, one.Task.Milestone!.Due), StringComparer.Ordinal)
                    .Select(group => ScopeOf(group.Key, [.. group]))
                    .OfType<MilestoneScope>()
                    .OrderBy(milestone => IsOver(milestone.Due)).ThenBy(milestone => IsOver(milestone.Due) ? -milestone.Due.DayNumber : milestone.Due.DayNumber).ThenBy(milestone => milestone.Name, StringComparer.Ordinal)
                    .Take(MostMilestones)
                    .OrderBy(milestone => milestone.Due).ThenBy(milestone => milestone.Name, StringComparer.Ordinal),
            ],
            Records = [.. RollingForecasts.Learn(history, cutoff, Horizons, byHorizon, seed).Select(record => record.State)],
            Pools = pools,
        };

        bool IsOver(DateOnly day) => TaskOutlook.EndOf(day) <= cutoff;

        MilestoneScope? ScopeOf(string name, (TaskStay Stay, DateOnly? Due)[] its)
        {
            // Tasks may have heard of different days for the same milestone, some of none: the last one holds for all.
            if (its.Max(one => one.Due) is not { } last) return null;
            var done = its.Where(one => one.Stay.Category == StatusCategory.Done).Select(one => one.Stay.ClosedSince!.Value).ToArray();
            var told = cutoff - ToldComplete;
            if (done.Length == its.Length && TaskOutlook.EndOf(last) <= told && done.Max() <= told) return null;
            return new(name, last, its.Length, done.Length, IsOver(last) ? done.Count(closed => closed < TaskOutlook.EndOf(last)) : done.Length, its.Length - done.Length - listed.GetValueOrDefault(name));
        }
    }

    /// <summary>The records that the forecast is read by.</summary>
    public IReadOnlyList<HorizonRecord> RecordsWithPools() =>
        [.. Records.Select(state => new HorizonRecord(state, Pools.FirstOrDefault(pool => pool.Weeks == state.Weeks)?.Ranks ?? RankPool.None))];

    private static IReadOnlyList<StatusStays> StaysOf(IEnumerable<TaskHistory> tasks, DateTimeOffset cutoff)
    {
        var stays = new Dictionary<(string Status, StatusCategory Category), List<(DateTimeOffset Since, int Hours)>>();
        foreach (var task in tasks)
        {
            // From the last transition to the first, so that the next closing of each is known.
            DateTimeOffset? closed = null;
            for (var i = task.Transitions.Count - 1; i >= 0; i--)
            {
                var (time, category, status) = task.Transitions[i];
                if (time >= cutoff) continue;
                if (category >= StatusCategory.Done)
                {
                    closed = time;
                    continue;
                }

                if (i > 0 && task.Transitions[i - 1] is var before && before.Category == category && before.Status == status) continue;
                if (!stays.TryGetValue((status, category), out var ofStatus)) stays.Add((status, category), ofStatus = []);
                ofStatus.Add((time, closed is { } end ? Hours(time, end) : -1 - Hours(time, cutoff)));
            }
        }

        return
        [
            .. stays.OrderByDescending(one => one.Value.Count).ThenBy(one => one.Key.Status, StringComparer.Ordinal).ThenBy(one => one.Key.Category).Take(MostStatuses)
                .Select(one => new StatusStays(one.Key.Status, one.Key.Category, Latest([.. one.Value.OrderBy(stay => stay.Since).ThenBy(stay => stay.Hours).Select(stay => stay.Hours)]))),
        ];
    }

    /// <summary>Those since so many of them were closed, with those that began meanwhile and are open; of too many, some of all of that time.</summary>
    private static IReadOnlyList<int> Latest(int[] stays)
    {
        var (from, closed) = (stays.Length, 0);
        while (from > 0 && closed < MostClosed)
            if (stays[--from] >= 0) closed++;
        var window = stays[from..];
        return window.Length <= MostStays ? window : [.. Enumerable.Range(0, MostStays).Select(i => window[(int)((long)i * window.Length / MostStays)])];
    }

    private static int Hours(DateTimeOffset from, DateTimeOffset to) => (int)Math.Min(int.MaxValue - 1, Math.Max(0, (to - from).TotalHours));
}
