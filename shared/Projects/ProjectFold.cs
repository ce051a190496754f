using System.Runtime.InteropServices;
using ShitOps.Events;

namespace ShitOps.Projects;

/// <summary>
/// Folds the events of one project into its states. It holds the states that it works on; the caller loads them, and stores what
/// <see cref="Settle"/> says has changed, in one transaction with the checkpoint. If storing fails, the fold is thrown away and the states
/// are loaded anew. Not safe for concurrent use.
/// </summary>
/// <remarks>
/// <see cref="Apply"/> touches one task and nothing else; what changed of the sums and of history is worked out once for each task and
/// batch. In which order, how often, and in which batches events are applied makes no difference to any state.
/// </remarks>
/// <param name="project">The project's own state.</param>
/// <param name="summary">The sums over its tasks.</param>
/// <param name="personId">The person id of a name: a pure function, asked for each statement of an assignee, an owner or a resource.</param>
public sealed class ProjectFold(ProjectState project, ProjectSummary summary, Func<string, string> personId)
{
    private readonly Dictionary<string, Entry> _tasks = new(StringComparer.Ordinal);
    private readonly List<Entry> _changed = [];
    private Dictionary<string, Counters> _teamSums = summary.TeamSums(project.Team);
    private TaskSnapshot _spare = new();
    private bool _isProjectChanged;
    private bool _isSummaryChanged;

    /// <summary>The project's own state.</summary>
    public ProjectState Project => project;

    /// <summary>The sums over the project's tasks, as of the last <see cref="Settle"/>.</summary>
    public ProjectSummary Summary => summary;

    /// <summary>How many tasks are held.</summary>
    public int LoadedTasks => _tasks.Count;

    /// <summary>The key of the task that an event is about; null if it is about something else.</summary>
    public static string? TaskOf(Event one) => one.Data switch
    {
        TaskStatusChanged data => data.Task,
        TaskUpdated data => data.Task,
        TaskCreated data => data.Task,
        TaskAssigned data => data.Task,
        TaskEstimated data => data.Task,
        TaskBlocked data => data.Task,
        TaskUnblocked data => data.Task,
        TaskDeleted data => data.Task,
        _ => null,
    };

    /// <summary>Whether a task's state is held.</summary>
    public bool IsLoaded(string task) => _tasks.ContainsKey(task);

    /// <summary>Holds a task's state: the stored one, or a new one if there is none.</summary>
    /// <exception cref="ArgumentException">It is held already.</exception>
    public void Load(string task, TaskState state) => _tasks.Add(task, new Entry(task, state));

    /// <summary>Lets go of a task's state, to save memory.</summary>
    /// <exception cref="InvalidOperationException">It has changed since the last <see cref="Settle"/>.</exception>
    public void Unload(string task)
    {
        if (_tasks.Remove(task, out var entry) && entry.IsChanged) throw new InvalidOperationException($"Task {task} has changed and is not settled.");
    }

    /// <summary>Takes in one event of this project.</summary>
    public FoldOutcome Apply(Event one)
    {
        if (one.Data is null) return FoldOutcome.Ignored;
        if (TaskOf(one) is not { } task)
        {
            var result = project.Apply(one, personId, out var isChanged);
            _isProjectChanged |= isChanged;
            return result;
        }

        ref var held = ref CollectionsMarshal.GetValueRefOrNullRef(_tasks, task);
        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref held)) return FoldOutcome.TaskNotLoaded;

        var entry = held;
        Admit(one.Data);
        var outcome = entry.State.Apply(one, personId, out var isTaskChanged);
        if (isTaskChanged && !entry.IsChanged)
        {
            entry.IsChanged = true;
            _changed.Add(entry);
        }

        return outcome;
    }

    /// <summary>Brings the sums up to date, and says what is to be stored since the last time.</summary>
    public FoldChanges Settle()
    {
        var history = new HistoryChanges();
        var tasks = new KeyValuePair<string, TaskState>[_changed.Count];
        for (var i = 0; i < tasks.Length; i++)
        {
            var entry = _changed[i];
            _spare.Take(entry.State);
            summary.Replace(entry.Settled, _spare, history);
            (entry.Settled, _spare) = (_spare, entry.Settled);
            entry.IsChanged = false;
            tasks[i] = KeyValuePair.Create(entry.Key, entry.State);
        }

        var changes = new FoldChanges(tasks, _isProjectChanged, _isSummaryChanged || tasks.Length > 0, TeamChanges(), history);
        _changed.Clear();
        (_isProjectChanged, _isSummaryChanged) = (false, false);
        return changes;
    }

    /// <summary>The labels that an event states are counted, whether its statement stands or not.</summary>
    private void Admit(EventData data)
    {
        switch (data)
        {
            case TaskStatusChanged changed: Admit(summary.Statuses, changed.Status.Name); break;
            case TaskUpdated updated: Admit(updated.Fields); break;
            case TaskCreated created: Admit(created.Fields); break;
            case TaskAssigned { Assignee: { } assignee }: Admit(summary.Assignees, personId(assignee)); break;
        }
    }

    private void Admit(TaskFields fields)
    {
        if (fields.Status is { } status) Admit(summary.Statuses, status.Name);
        if (fields.Assignee.Value is { } assignee) Admit(summary.Assignees, personId(assignee));
        if (fields.Team.Value is { } team) Admit(summary.Teams, team);
        if (fields.Milestone.Value is { } milestone) Admit(summary.Milestones, milestone.Name);
    }

    private void Admit(Breakdown breakdown, string label) => _isSummaryChanged |= breakdown.Admit(label);

    private Dictionary<string, Counters> TeamChanges()
    {
        var changes = new Dictionary<string, Counters>(StringComparer.Ordinal);
        if (!_isProjectChanged && !_isSummaryChanged && _changed.Count == 0) return changes;

        var sums = summary.TeamSums(project.Team);
        foreach (var (team, sum) in sums) changes.Add(team, sum.Copy());
        foreach (var (team, sum) in _teamSums)
        {
            if (changes.TryGetValue(team, out var change)) change.Add(sum, -1);
            else (changes[team] = new Counters()).Add(sum, -1);
        }

        foreach (var (team, change) in changes)
            if (change.IsZero) changes.Remove(team);
        _teamSums = sums;
        return changes;
    }

    private static TaskSnapshot SettledOf(TaskState state)
    {
        var snapshot = TaskSnapshot.Of(state);
        var nobody = default(NoTimeline);
        if (snapshot.Exists) snapshot.Walk((int.MaxValue, int.MaxValue), emitCreation: false, ref nobody);
        return snapshot;
    }

    private sealed class Entry(string key, TaskState state)
    {
        public readonly string Key = key;
        public readonly TaskState State = state;
        public TaskSnapshot Settled = SettledOf(state);
        public bool IsChanged;
    }
}

/// <summary>What a batch of events changed in a project, and is to be stored together.</summary>
/// <param name="Tasks">The tasks whose states changed, by their keys.</param>
/// <param name="IsProjectChanged">Whether the project's own state changed.</param>
/// <param name="IsSummaryChanged">Whether the sums changed.</param>
/// <param name="Teams">What to add to the sums of teams; a team is a label of its name, empty where neither task nor project has one.</param>
/// <param name="History">What to add to the project's history, day by day.</param>
public sealed record FoldChanges(
    IReadOnlyList<KeyValuePair<string, TaskState>> Tasks, bool IsProjectChanged, bool IsSummaryChanged, IReadOnlyDictionary<string, Counters> Teams, HistoryChanges History);
