using System.Runtime.CompilerServices;
using ShitOps.Events;

namespace ShitOps.Projects;

/// <summary>
/// Folds the events of one project into its states. It holds the states that it works on; the caller loads them, and stores what
/// <see cref="Settle"/> says has changed, in one transaction with the checkpoint. If storing fails, the fold is thrown away and the states
/// are loaded anew. Not safe for concurrent use.
/// </summary>
/// <remarks>
/// <see cref="Apply(Event)"/> touches one task, and mostly only goes on from where it stands: then the sums and history are brought up to date at
/// once. A task that an event changes in its past is compared with what it was, once for each batch. In which order, how often, and in which
/// batches events are applied makes no difference to any state.
/// </remarks>
public sealed class ProjectFold
{
    /// <summary>For how many events memory is fetched at a time: enough to keep it busy, and few enough that all of it stays in the cache.</summary>
    private const int Ahead = 32;

    private readonly ProjectState _project;
    private readonly ProjectSummary _summary;
    private readonly Func<string, string> _personId;
    private readonly TaskTable _tasks = new();
    private readonly List<TaskState> _changed = [];
    private TeamChanges _teamChanges = new();
    private HistoryChanges _history = new();

    /// <summary>The sums of teams as they were last settled; null as long as all that changes in them is in <see cref="_teamChanges"/>.</summary>
    private Dictionary<string, Counters>? _settledTeams;
    private bool _isProjectChanged;
    private bool _isSummaryChanged;

    /// <summary>A fold of one project that holds no tasks yet.</summary>
    /// <param name="project">The project's own state.</param>
    /// <param name="summary">The sums over its tasks.</param>
    /// <param name="personId">The person id of a name: a pure function, asked about an assignee, an owner or a resource unless it just was.</param>
    public ProjectFold(ProjectState project, ProjectSummary summary, Func<string, string> personId)
    {
        (_project, _summary) = (project, summary);
        var known = new RecentTexts<string>();
        _personId = name =>
        {
            if (!known.TryGet(name, out var person)) known.Set(name, person = personId(name));
            return person;
        };
    }

    /// <summary>The project's own state.</summary>
    public ProjectState Project => _project;

    /// <summary>The sums over the project's tasks, as of the last <see cref="Settle"/>; between one and the next they are not all up to date.</summary>
    public ProjectSummary Summary => _summary;

    /// <summary>How many tasks are held.</summary>
    public int LoadedTasks => _tasks.Count;

    /// <summary>How many tasks have changed since the last <see cref="Settle"/>.</summary>
    public int ChangedTasks => _changed.Count;

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
    public bool IsLoaded(string task) => _tasks.Find(task) is not null;

    /// <summary>Holds a task's state, and of this fold alone: the stored one, or a new one if there is none.</summary>
    /// <exception cref="ArgumentException">It is held already.</exception>
    public void Load(string task, TaskState state)
    {
        (state.Key, state.IsChanged, state.Counted) = (task, false, null);
        _tasks.Add(state);
    }

    /// <summary>Lets go of a task's state, to save memory.</summary>
    /// <exception cref="InvalidOperationException">It has changed since the last <see cref="Settle"/>.</exception>
    public void Unload(string task)
    {
        if (_tasks.Find(task) is not { } state) return;
        if (state.IsChanged) throw new InvalidOperationException($"Task {task} has changed and is not settled.");
        _tasks.Remove(state);
    }

    /// <summary>
    /// Takes in events of this project in their order: as if one by one, but in less time, since the tasks that they are about are fetched
    /// from memory together.
    /// </summary>
    /// <param name="events">The events.</param>
    /// <param name="outcomes">Takes the outcome of each.</param>
    public void Apply(ReadOnlySpan<Event> events, Span<FoldOutcome> outcomes)
    {
        // Not an array on the heap: to store into one the task itself is looked at, which is just what has to wait.
        var ahead = default(TasksAhead);
        for (; !events.IsEmpty; events = events[Math.Min(events.Length, Ahead)..], outcomes = outcomes[Math.Min(outcomes.Length, Ahead)..])
        {
            var next = events[..Math.Min(events.Length, Ahead)];
            for (var i = 0; i < next.Length; i++)
            {
                ahead[i] = TaskOf(next[i]) is { } key ? _tasks.Find(key) : null;
                ahead[i]?.Prefetch();
            }

            for (var i = 0; i < next.Length; i++) ahead[i]?.PrefetchFacts();
            for (var i = 0; i < next.Length; i++) outcomes[i] = ahead[i] is { } task ? ApplyToTask(next[i], task) : Apply(next[i]);
        }
    }

    /// <summary>Takes in one event of this project.</summary>
    public FoldOutcome Apply(Event one)
    {
        if (one.Data is null) return FoldOutcome.Ignored;
        if (TaskOf(one) is not { } key) return ApplyToProject(one);
        return _tasks.Find(key) is { } task ? ApplyToTask(one, task) : FoldOutcome.TaskNotLoaded;
    }

    /// <summary>Brings the sums up to date, and says what is to be stored since the last time.</summary>
    public FoldChanges Settle()
    {
        var tasks = new KeyValuePair<string, TaskState>[_changed.Count];
        for (var i = 0; i < tasks.Length; i++)
        {
            var task = _changed[i];
            if (task.Counted is { } before) _summary.Replace(before, new TaskSnapshot(task), _teamChanges, _history);
            (task.Counted, task.IsChanged) = (null, false);
            tasks[i] = KeyValuePair.Create(task.Key!, task);
        }

        _summary.Settle(_teamChanges);
        var teams = _settledTeams is null ? _summary.ChangesOfTeams(_teamChanges, _project.Team) : Difference(_settledTeams, _summary.TeamSums(_project.Team));
        var changes = new FoldChanges(tasks, _isProjectChanged, _isSummaryChanged || tasks.Length > 0, teams, _history);
        _changed.Clear();
        (_teamChanges, _history, _settledTeams) = (new TeamChanges(), new HistoryChanges(), null);
        (_isProjectChanged, _isSummaryChanged) = (false, false);
        return changes;
    }

    [InlineArray(Ahead)]
    private struct TasksAhead
    {
        private TaskState? _first;
    }

    private FoldOutcome ApplyToProject(Event one)
    {
        // It may state the project's team, and then the sums of its tasks move.
        _settledTeams ??= _summary.TeamSums(_project.Team);
        var outcome = _project.Apply(one, _personId, out var isChanged);
        _isProjectChanged |= isChanged;
        return outcome;
    }

    private FoldOutcome ApplyToTask(Event one, TaskState task)
    {
        Admit(one.Data!);
        FoldOutcome outcome;
        bool isChanged;
        if (task.Counted is null && task.IsContinuedBy(one))
        {
            var before = task.Place;
            outcome = task.Apply(one, _personId, out isChanged);
            _summary.Continue(task, before, _teamChanges, _history);
        }
        else
        {
            var before = task.Counted ?? new TaskSnapshot(task);
            outcome = task.Apply(one, _personId, out isChanged);
            if (isChanged) task.Counted = before;
        }

        if (isChanged && !task.IsChanged)
        {
            task.IsChanged = true;
            _changed.Add(task);
        }

        return outcome;
    }

    /// <summary>The labels that an event states are counted, whether its statement stands or not.</summary>
    private void Admit(EventData data)
    {
        switch (data)
        {
            case TaskStatusChanged changed: Admit(_summary.Statuses, changed.Status.Name); break;
            case TaskUpdated updated: Admit(updated.Fields); break;
            case TaskCreated created: Admit(created.Fields); break;
            case TaskAssigned { Assignee: { } assignee }: Admit(_summary.Assignees, _personId(assignee)); break;
        }
    }

    private void Admit(TaskFields fields)
    {
        if (fields.Status is { } status) Admit(_summary.Statuses, status.Name);
        if (fields.Assignee.Value is { } assignee) Admit(_summary.Assignees, _personId(assignee));
        if (fields.Milestone.Value is { } milestone) Admit(_summary.Milestones, milestone.Name);
        if (fields.Team.Value is { } team)
        {
            // A new one may push out another, whose sums then move.
            if (!_summary.Teams.HasAdmitted(team)) _settledTeams ??= _summary.TeamSums(_project.Team);
            Admit(_summary.Teams, team);
        }
    }

    private void Admit(Breakdown breakdown, string label) => _isSummaryChanged |= breakdown.Admit(label);

    private static Dictionary<string, Counters> Difference(Dictionary<string, Counters> before, Dictionary<string, Counters> after)
    {
        var changes = new Dictionary<string, Counters>(StringComparer.Ordinal);
        foreach (var (team, sum) in after) changes.Add(team, sum);
        foreach (var (team, sum) in before)
        {
            if (changes.TryGetValue(team, out var change)) change.Add(sum, -1);
            else (changes[team] = new Counters()).Add(sum, -1);
        }

        foreach (var (team, change) in changes)
            if (change.IsZero) changes.Remove(team);
        return changes;
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
