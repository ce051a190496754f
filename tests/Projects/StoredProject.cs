using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Tests.Projects;

/// <summary>
/// The rows of one project as a store would hold them: bytes by name. Each batch loads what it needs, folds, and stores what changed, so
/// nothing survives between batches but bytes, unless the fold is kept.
/// </summary>
/// <param name="unload">Decides whether a task is let go of after a batch, and with it that the fold is kept; null: nothing is kept.</param>
internal sealed class StoredProject(Func<string, bool>? unload = null)
{
    private readonly HashSet<TaskKey> _loaded = [];
    private ProjectFold? _kept;
    private readonly SortedDictionary<string, byte[]> _rows = new(StringComparer.Ordinal);
    private readonly StateWriter _writer = new();

    public IReadOnlyDictionary<string, byte[]> Rows => _rows;

    public ProjectState Project => _rows.TryGetValue("project", out var bytes) ? ProjectState.FromBytes(bytes) : new ProjectState();

    public ProjectSummary Summary => _rows.TryGetValue("summary", out var bytes) ? ProjectSummary.FromBytes(bytes) : new ProjectSummary();

    public HistoryChanges History
    {
        get
        {
            var history = new HistoryChanges();
            foreach (var day in _rows.Where(row => row.Key.StartsWith("history/", StringComparison.Ordinal))) history.Add(HistoryChanges.FromBytes(day.Value));
            return history;
        }
    }

    public Dictionary<string, Counters> Teams =>
        _rows.Where(row => row.Key.StartsWith("team/", StringComparison.Ordinal)).ToDictionary(row => row.Key["team/".Length..], row => CountersOf(row.Value));

    public Dictionary<string, TaskState> Tasks =>
        _rows.Where(row => row.Key.StartsWith("task/", StringComparison.Ordinal)).ToDictionary(row => row.Key["task/".Length..], row => TaskState.FromBytes(row.Value));

    public static string PersonId(string name) => $"p:{name}";

    /// <summary>The rows after the events in this order, cut into batches of random sizes.</summary>
    public static StoredProject Of(Event[] events, int seed, Func<string, bool>? unload = null)
    {
        var random = new Random(seed);
        var stored = new StoredProject(unload);
        for (var at = 0; at < events.Length;)
        {
            var size = Math.Min(events.Length - at, random.Next(1, 1 + random.Next(1, events.Length + 1)));
            stored.Fold(events.AsSpan(at, size));
            at += size;
        }

        return stored;
    }

    /// <summary>The rows after the events as one batch.</summary>
    public static StoredProject Of(params ReadOnlySpan<Event> events)
    {
        var stored = new StoredProject();
        stored.Fold(events);
        return stored;
    }

    public List<FoldOutcome> Fold(params ReadOnlySpan<Event> batch)
    {
        var fold = _kept ?? new ProjectFold(Project, Summary, PersonId);
        var outcomes = new List<FoldOutcome>();
        foreach (var one in batch)
        {
            var outcome = fold.Apply(one);
            if (outcome == FoldOutcome.TaskNotLoaded)
            {
                var task = ProjectFold.TaskOf(one)!.Value;
                fold.Load(task, _rows.TryGetValue($"task/{task}", out var bytes) ? TaskState.FromBytes(bytes) : new TaskState());
                _loaded.Add(task);
                outcome = fold.Apply(one);
            }

            outcomes.Add(outcome);
        }

        Store(fold);
        if (unload is null) return outcomes;
        _kept = fold;
        foreach (var task in _loaded.Where(task => unload(task.ToString())).ToList())
        {
            fold.Unload(task);
            _loaded.Remove(task);
        }

        return outcomes;
    }

    private void Store(ProjectFold fold)
    {
        var changes = fold.Settle();
        foreach (var (key, state) in changes.Tasks) _rows[$"task/{key}"] = state.ToBytes(_writer);
        if (changes.IsProjectChanged) _rows["project"] = fold.Project.ToBytes(_writer);
        if (changes.IsSummaryChanged) _rows["summary"] = fold.Summary.ToBytes(_writer);
        foreach (var (day, change) in changes.History.ByDay())
        {
            var row = $"history/{day:O}";
            var sum = _rows.TryGetValue(row, out var bytes) ? HistoryChanges.FromBytes(bytes) : new HistoryChanges();
            sum.Add(change);
            if (sum.IsZero) _rows.Remove(row);
            else _rows[row] = sum.ToBytes(day, _writer);
        }

        foreach (var (team, change) in changes.Teams)
        {
            var row = $"team/{team}";
            var sum = _rows.TryGetValue(row, out var bytes) ? CountersOf(bytes) : new Counters();
            sum.Add(change);
            if (sum.IsZero) _rows.Remove(row);
            else _rows[row] = BytesOf(sum);
        }
    }

    private static byte[] BytesOf(Counters counters) => [.. Enumerable.Range(0, Measures.All).SelectMany(measure => BitConverter.GetBytes(counters[(Measure)measure]))];

    private static Counters CountersOf(byte[] bytes)
    {
        var counters = new Counters();
        for (var measure = 0; measure < Measures.All; measure++) counters.Add((Measure)measure, BitConverter.ToInt64(bytes, measure * sizeof(long)));
        return counters;
    }
}
