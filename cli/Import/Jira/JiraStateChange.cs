using ShitOps.Events;

namespace ShitOps.Cli.Import.Jira;

/// <summary>What happened to an issue between two of its states.</summary>
internal static class JiraStateChange
{
    /// <summary>The reason that a flagged issue is blocked, in Jira's word for it.</summary>
    public const string Impediment = "Impediment";

    /// <summary>States at <paramref name="time"/>, as done by <paramref name="actor"/>, what is other in <paramref name="after"/> than in <paramref name="before"/>.</summary>
    public static void State(TaskEvents events, string task, IReadOnlyList<JiraMilestone> milestones, JiraState before, JiraState after, DateTimeOffset time, string? actor)
    {
        var (milestoneBefore, milestoneAfter) = (JiraMilestone.Of(before, milestones), JiraMilestone.Of(after, milestones));
        var (labelsBefore, labelsAfter) = (before.AllLabels, after.AllLabels);
        var fields = new TaskFields
        {
            Title = Changed(before.Title, after.Title),
            Kind = Changed(before.Kind, after.Kind),
            Parent = Changed(before.Parent, after.Parent),
            Priority = Changed(before.Priority, after.Priority),
            Due = Changed(before.Due ?? milestoneBefore?.Due, after.Due ?? milestoneAfter?.Due),
            Milestone = Changed(milestoneBefore?.ToMilestone(), milestoneAfter?.ToMilestone()),
            Labels = labelsBefore.SequenceEqual(labelsAfter, StringComparer.Ordinal) ? default : new(true, labelsAfter),
        };
        if (fields != new TaskFields()) events.State(time, new TaskUpdated(task, fields), actor);
        if (before.Assignee != after.Assignee) events.State(time, new TaskAssigned(task, after.Assignee), actor);

        var estimated = new TaskEstimated(
            task,
            Changed(before.EstimateHours, after.EstimateHours),
            Changed(before.RemainingHours, after.RemainingHours),
            Changed(before.SpentHours, after.SpentHours));
        if (estimated != new TaskEstimated(task, default, default, default)) events.State(time, estimated, actor);
        if (before.Flagged != after.Flagged) events.State(time, after.Flagged ? new TaskBlocked(task, Impediment) : new TaskUnblocked(task), actor);
    }

    private static Field<T> Changed<T>(T before, T after) => EqualityComparer<T>.Default.Equals(before, after) ? default : new(true, after);
}
