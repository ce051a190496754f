using Azure;
using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Aggregation;

/// <summary>
/// A project that is held in memory between batches, with as many of its tasks as events were about lately. That it is what the table
/// holds is assumed when it is used, and proved when it is written: by the ETag of its sums, which change with everything of it.
/// </summary>
internal sealed class HotProject
{
    private readonly Dictionary<TaskKey, int> _lastUses = [];
    private int _lastUse;
    private byte[]? _pendingBytes;
    private DateOnly? _lastDay;
    private DayPart? _lastDayPart;

    /// <summary>A project as it was read, or, if there was none, a new one, of which no task can have a row.</summary>
    public HotProject(string name, StoredProject? stored, Func<string, string> personId, int batch)
    {
        (Name, _lastUse) = (name, batch);
        Fold = new ProjectFold(stored?.State ?? new ProjectState(), stored?.Summary ?? new ProjectSummary(), personId);
        Pending = stored?.Pending ?? new PendingHistory();
        ETag = stored?.ETag ?? default;
        HoldsAllTasks = stored is null;
    }

    public string Name { get; }

    public ProjectFold Fold { get; }

    public PendingHistory Pending { get; }

    /// <summary>The version of its sums; default: it is not stored yet.</summary>
    public ETag ETag { get; set; }

    /// <summary>Whether a task that is not held has no row either.</summary>
    public bool HoldsAllTasks { get; set; }

    /// <summary>In which batches it, and each task that is held, was last in use.</summary>
    public IEnumerable<int> LastUses => _lastUses.Values.Append(_lastUse);

    /// <summary>The pending history as bytes.</summary>
    public byte[] PendingBytes(StateWriter writer) => Pending.IsEmpty ? [] : _pendingBytes ??= Pending.ToBytes(writer);

    /// <summary>Adds to the history.</summary>
    public void Add(HistoryChanges changes)
    {
        if (changes.IsZero) return;
        Pending.Add(changes);
        _pendingBytes = null;
    }

    /// <summary>The row to which the changes of a day are to be added, if it is known without reading it.</summary>
    public DayPart? DayPartOf(DateOnly day)
    {
        if (day == _lastDay) return _lastDayPart;
        return Pending.LastFlushedDay is null || day > Pending.LastFlushedDay ? new DayPart(0, new HistoryChanges()) : null;
    }

    /// <summary>Moves what is pending of a day into its row.</summary>
    public void MoveDay(DateOnly day, DayPart part)
    {
        part.Changes.Add(Pending.TakeDay(day));
        _pendingBytes = null;
        if (day == Pending.LastFlushedDay) (_lastDay, _lastDayPart) = (day, part);
    }

    /// <summary>Makes a task's state available.</summary>
    public void Load(TaskKey task, TaskState state, int batch)
    {
        Fold.Load(task, state);
        _lastUses.Add(task, batch);
    }

    /// <summary>Notes that the project, and a task of it, are in use.</summary>
    public void Touch(TaskKey? task, int batch)
    {
        _lastUse = batch;
        if (task is { } key) _lastUses[key] = batch;
    }

    /// <summary>Lets go of the tasks that were last in use before a batch.</summary>
    /// <returns>Whether the project itself can go, too.</returns>
    public bool LetGo(int before)
    {
        foreach (var (task, lastUse) in _lastUses)
        {
            if (lastUse >= before) continue;
            Fold.Unload(task);
            _lastUses.Remove(task);
            HoldsAllTasks = false;
        }

        return _lastUses.Count == 0 && _lastUse < before;
    }
}
