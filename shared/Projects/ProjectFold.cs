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
    private readonly ProjectState _project;
    private readonly ProjectSummary _summary;
    private readonly Func<string, string> _personId;
    private readonly TaskTable _tasks = new();
    private readonly StatusWords _words = new();
    private readonly FactMemory _facts = new(TaskState.UsualFacts);
    private readonly List<ChangedTask> _changed = [];
    private readonly TeamChanges _teamChanges = new();
    private readonly HistoryChanges _history = new();

    /// <summary>The sums of teams as they were last settled; null as long as all that changes in them is in <see cref="_teamChanges"/>.</summary>
    private Dictionary<string, Counters>? _settledTeams;
    private bool _isProjectChanged;
    private bool _isSummaryChanged;

    /// <summary>The number of the batch that is under way; a task that was last changed in an earlier one has not changed.</summary>
    private int _batch = 1;

    /// <summary>Whether sums and history are still those of the batch before, which whoever settled it may be reading.</summary>
    private bool _isSettled;

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

    /// <summary>The tasks that are held, in no particular order.</summary>
    public IEnumerable<KeyValuePair<TaskKey, TaskState>> Tasks => _tasks.All;

    /// <summary>How many tasks are held.</summary>
    public int LoadedTasks => _tasks.Count;

    /// <summary>How many tasks have changed since the last <see cref="Settle"/>.</summary>
    public int ChangedTasks => _changed.Count;

    /// <summary>The key of the task that an event is about; null if it is about something else.</summary>
    public static TaskKey? TaskOf(Event one) => one.IsAboutTask ? one.Task.Task : null;

    /// <summary>Whether a task's state is held.</summary>
    public bool IsLoaded(TaskKey task) => _tasks.Find(task) is not null;

    /// <summary>Fetches a task's state, if it is held, into the processor's caches, for an event that is soon applied to it.</summary>
    /// <returns>Whether it is held.</returns>
    public bool TryFetch(TaskKey task)
    {
        if (_tasks.Find(task) is not { } state) return false;
        state.Fetch();
        return true;
    }

    /// <summary>Holds a task's state, and of this fold alone: the stored one, or a new one if there is none.</summary>
    /// <exception cref="ArgumentException">It is held already.</exception>
    public void Load(TaskKey task, TaskState state)
    {
        _tasks.Add(task, state);
        state.ChangedIn = 0;
        state.Share(_words, _facts);
    }

    /// <summary>Lets go of a task's state, to save memory.</summary>
    /// <exception cref="InvalidOperationException">It has changed since the last <see cref="Settle"/>.</exception>
    public void Unload(TaskKey task)
    {
        if (_tasks.Find(task) is not { } state) return;
        if (state.ChangedIn == _batch) throw new InvalidOperationException($"Task {task} has changed and is not settled.");
        _tasks.Remove(task);
        state.Leave(_words, _facts);
    }

    /// <summary>Takes in one event of this project.</summary>
    public FoldOutcome Apply(Event one)
    {
        if (!one.IsKnown) return FoldOutcome.Ignored;
        Begin();
        if (!one.IsAboutTask) return ApplyToProject(one);
        return _tasks.Find(one.Task.Task) is { } task ? ApplyToTask(one, task) : FoldOutcome.TaskNotLoaded;
    }

    /// <summary>Brings the sums up to date, and says what is to be stored since the last time.</summary>
    /// <returns>Sums and history in it are those of this fold and change with the next event: they are to be added to others before.</returns>
    public FoldChanges Settle()
    {
        Begin();
        var tasks = new KeyValuePair<TaskKey, TaskState>[_changed.Count];
        for (var i = 0; i < tasks.Length; i++)
        {
            var (task, before) = _changed[i];
            if (before is not null) _summary.Replace(before, new TaskSnapshot(task), _teamChanges, _history);
            tasks[i] = KeyValuePair.Create(task.Key, task);
        }

        _summary.Settle(_teamChanges);
        var teams = _settledTeams is null ? _summary.ChangesOfTeams(_teamChanges, _project.Team) : Difference(_settledTeams, _summary.TeamSums(_project.Team));
        var changes = new FoldChanges(tasks, _isProjectChanged, _isSummaryChanged || tasks.Length > 0, teams, _history);
        _changed.Clear();
        (_settledTeams, _isProjectChanged, _isSummaryChanged, _isSettled) = (null, false, false, true);
        _batch++;
        return changes;
    }

    private void Begin()
    {
        if (!_isSettled) return;
        _teamChanges.Clear();
        _history.Clear();
        _isSettled = false;
    }

    private FoldOutcome ApplyToProject(Event one)
    {
        var team = _project.Team;
        var outcome = _project.Apply(one, _personId, out var isChanged);

        // To another team go the sums of its tasks, which are as they were settled.
        if (_project.Team != team) _settledTeams ??= _summary.TeamSums(team);
        _isProjectChanged |= isChanged;
        return outcome;
    }

    private FoldOutcome ApplyToTask(Event one, TaskState task)
    {
        Admit(in one.Task);
        var isFirst = task.ChangedIn != _batch;
        if (!(isFirst || _changed[task.ChangedAt].Counted is null) || !task.IsContinuedBy(one)) return Reconsider(one, task, isFirst);

        FoldOutcome outcome;
        bool isChanged;
        if (task.CountsAlikeAfter(one))
        {
            outcome = task.Apply(one, _personId, out isChanged);
        }
        else
        {
            task.GetPlace(out var before);
            outcome = task.Apply(one, _personId, out isChanged);
            _summary.Continue(task, in before, _teamChanges, _history);
        }

        if (isChanged && isFirst) Note(task, counted: null);
        return outcome;
    }

    /// <summary>Applies an event to a task that it does not only go on with, or that waits to be counted anew.</summary>
    private FoldOutcome Reconsider(Event one, TaskState task, bool isFirst)
    {
        var counted = isFirst || _changed[task.ChangedAt].Counted is null ? new TaskSnapshot(task) : null;
        var outcome = task.Apply(one, _personId, out var isChanged);
        if (isChanged && isFirst) Note(task, counted);
        else if (isChanged && counted is not null) _changed[task.ChangedAt] = new ChangedTask(task, counted);
        return outcome;
    }

    private void Note(TaskState task, TaskSnapshot? counted)
    {
        (task.ChangedIn, task.ChangedAt) = (_batch, _changed.Count);
        _changed.Add(new ChangedTask(task, counted));
    }

    /// <summary>A task that has changed in the batch.</summary>
    /// <param name="Task">Its state.</param>
    /// <param name="Counted">How it was when it was last counted; null: it is counted as it is.</param>
    private readonly record struct ChangedTask(TaskState Task, TaskSnapshot? Counted);

    /// <summary>The labels that an event states are counted, whether its statement stands or not.</summary>
    private void Admit(ref readonly TaskStatement task)
    {
        if (task.Status is { } status) Admit(_summary.Statuses, status);
        if (task.Assignee is { } assignee) Admit(_summary.Assignees, _personId(assignee));
        if (task.Milestone is { } milestone) Admit(_summary.Milestones, milestone.Name);
        if (task.Team is { } team)
        {
            // A new one may push out another, whose sums then move.
            if (!_summary.Teams.HasAdmitted(team)) _settledTeams ??= _summary.TeamSums(_project.Team);
            Admit(_summary.Teams, team);
        }
    }

    private void Admit(Breakdown breakdown, string label) => _isSummaryChanged |= breakdown.Admit(label);

    private static List<KeyValuePair<string, Counters>> Difference(Dictionary<string, Counters> before, Dictionary<string, Counters> after)
    {
        foreach (var (team, sum) in before)
        {
            if (!after.TryGetValue(team, out var change)) after.Add(team, change = new Counters());
            change.Add(sum, -1);
        }

        return [.. after.Where(team => !team.Value.IsZero)];
    }
}

/// <summary>What a batch of events changed in a project, and is to be stored together.</summary>
/// <param name="Tasks">The tasks whose states changed, by their keys.</param>
/// <param name="IsProjectChanged">Whether the project's own state changed.</param>
/// <param name="IsSummaryChanged">Whether the sums changed.</param>
/// <param name="Teams">What to add to the sums of teams; a team is a label of its name, empty where neither task nor project has one.</param>
/// <param name="History">What to add to the project's history, day by day.</param>
public sealed record FoldChanges(
    IReadOnlyList<KeyValuePair<TaskKey, TaskState>> Tasks, bool IsProjectChanged, bool IsSummaryChanged, IReadOnlyList<KeyValuePair<string, Counters>> Teams, HistoryChanges History);
