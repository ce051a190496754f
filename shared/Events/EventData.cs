namespace ShitOps.Events;

/// <summary>
/// What an event states: absolute values, never increments, so that a repeated or late event does no harm.
/// The hierarchy is closed: one record for each of <see cref="EventTypes.All"/>.
/// </summary>
public abstract record EventData
{
    private protected EventData() { }

    /// <summary>The person who made the change, 1 to 256 characters; null: not said. It says who, never what: no aggregate depends on it.</summary>
    public string? Actor { get; init; }
}

/// <summary>What an event states about one task.</summary>
public abstract record TaskEventData : EventData
{
    private protected TaskEventData(string task) => Task = task;

    /// <summary>The task's key, unique within its project; 1 to 256 characters.</summary>
    public string Task { get; init; }
}

/// <summary><c>project.created</c></summary>
public sealed record ProjectCreated(ProjectFields Fields) : EventData;

/// <summary><c>project.updated</c>: only the fields that are stated change.</summary>
public sealed record ProjectUpdated(ProjectFields Fields) : EventData;

/// <summary><c>project.status-changed</c></summary>
public sealed record ProjectStatusChanged(Status Status) : EventData;

/// <summary><c>task.created</c></summary>
/// <param name="Task">The task's key, unique within its project; 1 to 256 characters.</param>
/// <param name="Fields">What is known of it from the start.</param>
public sealed record TaskCreated(string Task, TaskFields Fields) : TaskEventData(Task);

/// <summary><c>task.updated</c>: only the fields that are stated change.</summary>
public sealed record TaskUpdated(string Task, TaskFields Fields) : TaskEventData(Task);

/// <summary><c>task.status-changed</c></summary>
public sealed record TaskStatusChanged(string Task, Status Status) : TaskEventData(Task);

/// <summary><c>task.assigned</c></summary>
/// <param name="Task">The task's key.</param>
/// <param name="Assignee">The person who has it from now on; null: nobody.</param>
public sealed record TaskAssigned(string Task, string? Assignee) : TaskEventData(Task);

/// <summary><c>task.estimated</c>: hours, 0 to 1,000,000; a field that is stated as null is no longer known.</summary>
/// <param name="Task">The task's key.</param>
/// <param name="EstimateHours">The whole effort as it is estimated now.</param>
/// <param name="RemainingHours">What is left of it.</param>
/// <param name="SpentHours">What has been spent so far.</param>
public sealed record TaskEstimated(string Task, Field<double?> EstimateHours, Field<double?> RemainingHours, Field<double?> SpentHours) : TaskEventData(Task);

/// <summary><c>task.blocked</c></summary>
/// <param name="Task">The task's key.</param>
/// <param name="Reason">In words, at most 4,096 characters; null: not said.</param>
public sealed record TaskBlocked(string Task, string? Reason) : TaskEventData(Task);

/// <summary><c>task.unblocked</c></summary>
public sealed record TaskUnblocked(string Task) : TaskEventData(Task);

/// <summary><c>task.deleted</c></summary>
public sealed record TaskDeleted(string Task) : TaskEventData(Task);

/// <summary><c>resource.allocated</c>: a person or another resource is planned for the project. The same allocation stated again replaces it.</summary>
/// <param name="Allocation">The allocation's id, unique within its project; 1 to 256 characters.</param>
/// <param name="Resource">The person's name or the resource's.</param>
/// <param name="HoursPerWeek">0 to 1,000,000.</param>
/// <param name="From">The first day, included.</param>
/// <param name="To">The last day, included; null: until it is released.</param>
/// <param name="Role">As what; null: not said.</param>
public sealed record ResourceAllocated(string Allocation, string Resource, double HoursPerWeek, DateOnly From, DateOnly? To, string? Role) : EventData;

/// <summary><c>resource.released</c>: the allocation ends at the event's time.</summary>
public sealed record ResourceReleased(string Allocation) : EventData;

/// <summary>The fields of a project that an event may state.</summary>
public sealed record ProjectFields
{
    /// <summary>The name that people read; at most 4,096 characters.</summary>
    public Field<string?> Name { get; init; }

    /// <summary>The team that answers for the project.</summary>
    public Field<string?> Team { get; init; }

    /// <summary>The person who answers for the project.</summary>
    public Field<string?> Owner { get; init; }

    /// <summary>Null: not stated. A status cannot be cleared.</summary>
    public Status? Status { get; init; }

    /// <summary>The first planned day.</summary>
    public Field<DateOnly?> Start { get; init; }

    /// <summary>The day on which the project has to be done, that day included.</summary>
    public Field<DateOnly?> Due { get; init; }
}

/// <summary>The fields of a task that an event may state.</summary>
public sealed record TaskFields
{
    /// <summary>At most 4,096 characters.</summary>
    public Field<string?> Title { get; init; }

    /// <summary>The tracker's kind of issue: bug, story, pull request, ….</summary>
    public Field<string?> Kind { get; init; }

    public Field<string?> Priority { get; init; }

    /// <summary>Null: not stated. A status cannot be cleared.</summary>
    public Status? Status { get; init; }

    /// <summary>The person who has the task.</summary>
    public Field<string?> Assignee { get; init; }

    /// <summary>The team that has the task, where it is not the project's.</summary>
    public Field<string?> Team { get; init; }

    /// <summary>The key of the task that this one is a part of.</summary>
    public Field<string?> Parent { get; init; }

    /// <summary>Hours, 0 to 1,000,000.</summary>
    public Field<double?> EstimateHours { get; init; }

    /// <summary>The day on which the task has to be done, that day included.</summary>
    public Field<DateOnly?> Due { get; init; }

    /// <summary>The sprint, milestone or version that the task is planned for.</summary>
    public Field<Milestone?> Milestone { get; init; }

    /// <summary>All labels; at most 256 of them.</summary>
    public Field<IReadOnlyList<string>?> Labels { get; init; }
}

/// <summary>A sprint, milestone or version: something with an end that tasks are planned for.</summary>
/// <param name="Name">1 to 256 characters.</param>
/// <param name="Kind">Which of the three it is.</param>
/// <param name="Start">The first day; null: not known.</param>
/// <param name="Due">The last day, included; null: not known.</param>
public sealed record Milestone(string Name, MilestoneKind Kind, DateOnly? Start, DateOnly? Due);

/// <summary>What a <see cref="Milestone"/> is called in its tracker.</summary>
public enum MilestoneKind
{
    Milestone,
    Sprint,
    Version,
}
