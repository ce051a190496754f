using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Flow;

/// <summary>One status that a task took on.</summary>
/// <param name="Time">When.</param>
/// <param name="Category">What the status means.</param>
/// <param name="Status">The tracker's word; empty: none was stated yet.</param>
public readonly record struct Transition(DateTimeOffset Time, StatusCategory Category, string Status = "");

/// <summary>The retained past of one task, and what is planned for it as it is known now: plans have no past.</summary>
/// <param name="Key">The task's key.</param>
/// <param name="Transitions">Its statuses in the order of their times; the first is its creation.</param>
public sealed record TaskHistory(string Key, IReadOnlyList<Transition> Transitions)
{
    /// <summary>The last day, included.</summary>
    public DateOnly? Due { get; init; }

    /// <summary>The milestone, sprint or version that it is planned for.</summary>
    public Milestone? Milestone { get; init; }

    /// <summary>The person id of whoever has it; null: nobody.</summary>
    public string? Assignee { get; init; }

    /// <summary>The team that has it, its own or the project's; null: none.</summary>
    public string? Team { get; init; }

    /// <summary>Since when it waits, by its status or by a block; null: it does not.</summary>
    public DateTimeOffset? BlockedSince { get; init; }

    /// <summary>The history of a task of which something is known.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="task">What is known of it.</param>
    /// <param name="projectTeam">The team of its project.</param>
    public static TaskHistory Of(string key, TaskState task, string? projectTeam)
    {
        var standing = task.Standing();
        return new TaskHistory(key, TransitionsOf(task, standing.Created))
        {
            Due = task.Due,
            Milestone = task.Milestone,
            Assignee = task.Assignee,
            Team = task.Team ?? projectTeam,
            BlockedSince = standing.BlockedSince,
        };
    }

    /// <summary>How the task stood just before an instant; null: it had not come to be.</summary>
    public TaskStay? At(DateTimeOffset cutoff)
    {
        TaskStay? stay = null;
        foreach (var (time, category, status) in Transitions)
        {
            if (time >= cutoff) break;
            var isClosed = category >= StatusCategory.Done;
            stay = stay is { } before && before.Category == category && before.Status == status
                ? before
                : new TaskStay(category, status, time, isClosed ? stay?.ClosedSince ?? time : null);
        }

        return stay;
    }

    private static List<Transition> TransitionsOf(TaskState task, DateTimeOffset created)
    {
        List<Transition> transitions = [];
        foreach (var fact in task.Progress)
            if (fact.IsStatus) transitions.Add(new Transition(fact.Stamp.Time, (StatusCategory)fact.Kind, fact.Word!));
        if (transitions.Count == 0 || transitions[0].Time > created) transitions.Insert(0, new Transition(created, StatusCategory.Todo));
        return transitions;
    }
}

/// <summary>The status that a task is in at an instant.</summary>
/// <param name="Category">What it means.</param>
/// <param name="Status">The tracker's word.</param>
/// <param name="Since">When it last took it on.</param>
/// <param name="ClosedSince">When it became done, or cancelled; null: it is open.</param>
public readonly record struct TaskStay(StatusCategory Category, string Status, DateTimeOffset Since, DateTimeOffset? ClosedSince);
