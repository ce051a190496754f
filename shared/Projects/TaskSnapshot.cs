namespace ShitOps.Projects;

/// <summary>As much of a task's state at one moment as the sums depend on. It stays as it is when the state changes.</summary>
internal readonly struct TaskSnapshot(TaskState state)
{
    public readonly bool Exists = state.Exists;
    public readonly long FirstTicks = state.FirstTicks;
    public readonly FactLog Progress = state.ProgressLog;
    public readonly FactLog Effort = state.EffortLog;
    public readonly string? Assignee = state.Assignee;
    public readonly string? Team = state.Team;
    public readonly string? Milestone = state.Milestone?.Name;
}
