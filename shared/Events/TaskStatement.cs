namespace ShitOps.Events;

/// <summary>
/// What an event states about one task, in one piece of memory: the fold reads it here, and <see cref="EventData"/> is made of it only where
/// it is asked for.
/// </summary>
internal struct TaskStatement
{
    /// <summary>The type of the event; none if it is not about a task.</summary>
    public TaskEventType Type;

    /// <summary>What else is stated here; of the rest nothing is said.</summary>
    public TaskParts Stated;

    public StatusCategory Category;
    public TaskKey Task;
    public string? Actor;
    public string? Title;
    public string? Kind;
    public string? Priority;

    /// <summary>The tracker's word.</summary>
    public string? Status;
    public string? Assignee;
    public string? Team;
    public string? Parent;

    /// <summary>Of a block; null: not said.</summary>
    public string? Reason;
    public Milestone? Milestone;
    public IReadOnlyList<string>? Labels;
    public DateOnly? Due;
    public double? EstimateHours;
    public double? RemainingHours;
    public double? SpentHours;

    /// <summary>The statement that data make; the default if they are not about a task.</summary>
    public static TaskStatement Of(EventData? data)
    {
        if (data is not TaskEventData about) return default;
        var statement = new TaskStatement { Task = new TaskKey(about.Task), Actor = about.Actor };
        switch (about)
        {
            case TaskCreated created:
                statement.Type = TaskEventType.Created;
                statement.State(created.Fields);
                break;
            case TaskUpdated updated:
                statement.Type = TaskEventType.Updated;
                statement.State(updated.Fields);
                break;
            case TaskStatusChanged changed:
                (statement.Type, statement.Stated, statement.Status, statement.Category) = (TaskEventType.StatusChanged, TaskParts.Status, changed.Status.Name, changed.Status.Category);
                break;
            case TaskAssigned assigned:
                (statement.Type, statement.Stated, statement.Assignee) = (TaskEventType.Assigned, TaskParts.Assignee, assigned.Assignee);
                break;
            case TaskEstimated estimated:
                statement.Type = TaskEventType.Estimated;
                statement.EstimateHours = statement.Take(estimated.EstimateHours, TaskParts.Estimate);
                statement.RemainingHours = statement.Take(estimated.RemainingHours, TaskParts.Remaining);
                statement.SpentHours = statement.Take(estimated.SpentHours, TaskParts.Spent);
                break;
            case TaskBlocked blocked:
                (statement.Type, statement.Reason) = (TaskEventType.Blocked, blocked.Reason);
                break;
            case TaskUnblocked:
                statement.Type = TaskEventType.Unblocked;
                break;
            case TaskDeleted:
                statement.Type = TaskEventType.Deleted;
                break;
        }

        return statement;
    }

    /// <summary>The same as data; null if the event is not about a task.</summary>
    public readonly EventData? ToData()
    {
        var task = Task.ToString();
        return Type switch
        {
            TaskEventType.Created => new TaskCreated(task, Fields()) { Actor = Actor },
            TaskEventType.Updated => new TaskUpdated(task, Fields()) { Actor = Actor },
            TaskEventType.StatusChanged => new TaskStatusChanged(task, new Status(Status!, Category)) { Actor = Actor },
            TaskEventType.Assigned => new TaskAssigned(task, Assignee) { Actor = Actor },
            TaskEventType.Estimated => new TaskEstimated(task, Give(EstimateHours, TaskParts.Estimate), Give(RemainingHours, TaskParts.Remaining), Give(SpentHours, TaskParts.Spent)) { Actor = Actor },
            TaskEventType.Blocked => new TaskBlocked(task, Reason) { Actor = Actor },
            TaskEventType.Unblocked => new TaskUnblocked(task) { Actor = Actor },
            TaskEventType.Deleted => new TaskDeleted(task) { Actor = Actor },
            _ => null,
        };
    }

    /// <summary>Whether a part is stated.</summary>
    public readonly bool States(TaskParts part) => (Stated & part) != TaskParts.None;

    private void State(TaskFields fields)
    {
        Title = Take(fields.Title, TaskParts.Title);
        Kind = Take(fields.Kind, TaskParts.Kind);
        Priority = Take(fields.Priority, TaskParts.Priority);
        Assignee = Take(fields.Assignee, TaskParts.Assignee);
        Team = Take(fields.Team, TaskParts.Team);
        Parent = Take(fields.Parent, TaskParts.Parent);
        EstimateHours = Take(fields.EstimateHours, TaskParts.Estimate);
        Due = Take(fields.Due, TaskParts.Due);
        Milestone = Take(fields.Milestone, TaskParts.Milestone);
        Labels = Take(fields.Labels, TaskParts.Labels);
        if (fields.Status is not { } status) return;
        Stated |= TaskParts.Status;
        (Status, Category) = (status.Name, status.Category);
    }

    private readonly TaskFields Fields() => new()
    {
        Title = Give(Title, TaskParts.Title),
        Kind = Give(Kind, TaskParts.Kind),
        Priority = Give(Priority, TaskParts.Priority),
        Status = States(TaskParts.Status) ? new Status(Status!, Category) : null,
        Assignee = Give(Assignee, TaskParts.Assignee),
        Team = Give(Team, TaskParts.Team),
        Parent = Give(Parent, TaskParts.Parent),
        EstimateHours = Give(EstimateHours, TaskParts.Estimate),
        Due = Give(Due, TaskParts.Due),
        Milestone = Give(Milestone, TaskParts.Milestone),
        Labels = Give(Labels, TaskParts.Labels),
    };

    private T Take<T>(Field<T> stated, TaskParts part)
    {
        if (stated.IsStated) Stated |= part;
        return stated.Value;
    }

    private readonly Field<T> Give<T>(T value, TaskParts part) => States(part) ? value : default(Field<T>);
}

/// <summary>The types of events about a task.</summary>
internal enum TaskEventType : byte
{
    None,
    Created,
    Updated,
    StatusChanged,
    Assigned,
    Estimated,
    Blocked,
    Unblocked,
    Deleted,
}

/// <summary>What a <see cref="TaskStatement"/> may state, apart from blocks.</summary>
[Flags]
internal enum TaskParts : ushort
{
    None = 0,
    Title = 1,
    Kind = 1 << 1,
    Priority = 1 << 2,
    Status = 1 << 3,
    Assignee = 1 << 4,
    Team = 1 << 5,
    Parent = 1 << 6,
    Estimate = 1 << 7,
    Remaining = 1 << 8,
    Spent = 1 << 9,
    Due = 1 << 10,
    Milestone = 1 << 11,
    Labels = 1 << 12,

    /// <summary>All that a <see cref="TaskFields"/> has.</summary>
    Fields = Title | Kind | Priority | Status | Assignee | Team | Parent | Estimate | Due | Milestone | Labels,

    /// <summary>The three efforts.</summary>
    Effort = Estimate | Remaining | Spent,
}
