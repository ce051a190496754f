namespace ShitOps.Projects;

/// <summary>As much of a task's state at one moment as the sums depend on. It stays as it is when the state changes.</summary>
internal sealed class TaskSnapshot
{
    private FactLog _progress;
    private FactLog _effort;

    public static TaskSnapshot Of(TaskState state)
    {
        var snapshot = new TaskSnapshot();
        snapshot.Take(state);
        return snapshot;
    }

    /// <summary>Becomes a snapshot of this state as it is now.</summary>
    public void Take(TaskState state)
    {
        Exists = state.Exists;
        FirstTicks = state.FirstTicks;
        Assignee = state.Assignee;
        Team = state.Team;
        Milestone = state.Milestone?.Name;
        (_progress, _effort) = (state.ProgressLog, state.EffortLog);
    }

    public bool Exists { get; private set; }

    public long FirstTicks { get; private set; }

    public string? Assignee { get; private set; }

    public string? Team { get; private set; }

    public string? Milestone { get; private set; }

    /// <summary>How the task stood; known once its changes were walked through.</summary>
    public TaskStanding Standing { get; private set; }

    /// <summary>From which fact on an earlier state of the task has others: what comes before is common to both.</summary>
    public (int Progress, int Effort) Since(TaskSnapshot earlier) => (_progress.CommonWith(earlier._progress), _effort.CommonWith(earlier._effort));

    /// <summary>Whether there are no facts from there on.</summary>
    public bool EndsAt((int Progress, int Effort) from) => _progress.Facts.Length == from.Progress && _effort.Facts.Length == from.Effort;

    /// <summary>Gives the changes that the facts from there on make; with the creation only if they are all wanted.</summary>
    public void Walk<TTimeline>((int Progress, int Effort) from, bool emitCreation, ref TTimeline timeline)
        where TTimeline : struct, ITimeline =>
        Standing = TaskTimeline.Walk(FirstTicks, _progress.Facts, _effort.Facts, from.Progress, from.Effort, emitCreation, ref timeline);
}
