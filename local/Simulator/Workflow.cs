using ShitOps.Events;

namespace ShitOps.Local.Simulator;

/// <summary>The status words of one team's tracker, and how work passes through them.</summary>
/// <param name="Source">The tracker.</param>
/// <param name="Todo">Where tasks begin.</param>
/// <param name="Doing">Where they are worked on.</param>
/// <param name="Checks">Where they wait for somebody else, in this order: review, test.</param>
/// <param name="Blocked">The status of blocked work; null where the tracker only flags it.</param>
/// <param name="Done">Where they end with a result.</param>
/// <param name="Cancelled">Where they end without one.</param>
/// <param name="LogsHours">Whether people book the hours they spent.</param>
internal sealed record Workflow(
    string Source, Status Todo, Status Doing, IReadOnlyList<Status> Checks, Status? Blocked, Status Done, Status Cancelled, bool LogsHours)
{
    public static IReadOnlyList<Workflow> All { get; } =
    [
        new("https://jira.example.com", Is("To Do", StatusCategory.Todo), Is("In Progress", StatusCategory.InProgress),
            [Is("In Review", StatusCategory.InProgress)],
            Is("Blocked", StatusCategory.Blocked),
            Is("Done", StatusCategory.Done), Is("Won't Do", StatusCategory.Cancelled), true),
        new("https://github.com/example", Is("open", StatusCategory.Todo), Is("in progress", StatusCategory.InProgress),
            [Is("review requested", StatusCategory.InProgress)],
            null,
            Is("closed", StatusCategory.Done), Is("not planned", StatusCategory.Cancelled), false),
        new("https://jira.example.com", Is("Backlog", StatusCategory.Todo), Is("Development", StatusCategory.InProgress),
            [Is("Code Review", StatusCategory.InProgress), Is("Testing", StatusCategory.InProgress)],
            Is("Impeded", StatusCategory.Blocked),
            Is("Released", StatusCategory.Done), Is("Rejected", StatusCategory.Cancelled), true),
        new("https://linear.example.com", Is("Todo", StatusCategory.Todo), Is("Started", StatusCategory.InProgress),
            [],
            null,
            Is("Completed", StatusCategory.Done), Is("Canceled", StatusCategory.Cancelled), false),
    ];

    private static Status Is(string name, StatusCategory category) => new(name, category);
}
