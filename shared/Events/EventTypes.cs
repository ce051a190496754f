namespace ShitOps.Events;

/// <summary>The event types of the contract, as they stand in the CloudEvents attribute <c>type</c>.</summary>
public static class EventTypes
{
    public const string ProjectCreated = "project.created";
    public const string ProjectUpdated = "project.updated";
    public const string ProjectStatusChanged = "project.status-changed";
    public const string TaskCreated = "task.created";
    public const string TaskUpdated = "task.updated";
    public const string TaskStatusChanged = "task.status-changed";
    public const string TaskAssigned = "task.assigned";
    public const string TaskEstimated = "task.estimated";
    public const string TaskBlocked = "task.blocked";
    public const string TaskUnblocked = "task.unblocked";
    public const string TaskDeleted = "task.deleted";
    public const string ResourceAllocated = "resource.allocated";
    public const string ResourceReleased = "resource.released";

    /// <summary>Every type that this version knows, in the order of the documentation.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        ProjectCreated, ProjectUpdated, ProjectStatusChanged,
        TaskCreated, TaskUpdated, TaskStatusChanged, TaskAssigned, TaskEstimated, TaskBlocked, TaskUnblocked, TaskDeleted,
        ResourceAllocated, ResourceReleased,
    ];

    /// <summary>Whether the type is of the contract.</summary>
    internal static bool Knows(string type) =>
        OfTask(type) != TaskEventType.None || type is ProjectCreated or ProjectUpdated or ProjectStatusChanged or ResourceAllocated or ResourceReleased;

    /// <summary>Which one of a task's it is; none if it is about something else, or unknown.</summary>
    internal static TaskEventType OfTask(string type) => type switch
    {
        TaskCreated => TaskEventType.Created,
        TaskUpdated => TaskEventType.Updated,
        TaskStatusChanged => TaskEventType.StatusChanged,
        TaskAssigned => TaskEventType.Assigned,
        TaskEstimated => TaskEventType.Estimated,
        TaskBlocked => TaskEventType.Blocked,
        TaskUnblocked => TaskEventType.Unblocked,
        TaskDeleted => TaskEventType.Deleted,
        _ => TaskEventType.None,
    };

    /// <summary>The type that <paramref name="data"/> belongs to.</summary>
    public static string Of(EventData data) => data switch
    {
        Events.ProjectCreated => ProjectCreated,
        Events.ProjectUpdated => ProjectUpdated,
        Events.ProjectStatusChanged => ProjectStatusChanged,
        Events.TaskCreated => TaskCreated,
        Events.TaskUpdated => TaskUpdated,
        Events.TaskStatusChanged => TaskStatusChanged,
        Events.TaskAssigned => TaskAssigned,
        Events.TaskEstimated => TaskEstimated,
        Events.TaskBlocked => TaskBlocked,
        Events.TaskUnblocked => TaskUnblocked,
        Events.TaskDeleted => TaskDeleted,
        Events.ResourceAllocated => ResourceAllocated,
        Events.ResourceReleased => ResourceReleased,
        _ => throw new ArgumentOutOfRangeException(nameof(data), data, "not a type of the event contract"),
    };
}
