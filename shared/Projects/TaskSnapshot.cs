namespace ShitOps.Projects;

/// <summary>As much of a task's state at one moment as the sums depend on. It stays as it is when the state changes.</summary>
internal sealed class TaskSnapshot
{
    private readonly FactLog _progress;
    private readonly FactLog _effort;
    private readonly TaskPlace _place;

    public TaskSnapshot(TaskState state)
    {
        (_progress, _effort, FirstTicks) = (state.ProgressLog, state.EffortLog, state.FirstTicks);
        state.GetPlace(out _place);
    }

    /// <summary>Under which labels the task was counted; the default if it did not count.</summary>
    public ref readonly TaskPlace Place => ref _place;

    public long FirstTicks { get; }

    /// <summary>Gives what is different now: the changes that it took back, and those that are new.</summary>
    /// <param name="now">The same task at a later moment.</param>
    /// <param name="old">Takes the changes of this moment that are not of the later one; they are to be subtracted.</param>
    /// <param name="next">Takes the changes of the later moment that were not of this one.</param>
    public void Compare<TTimeline>(TaskSnapshot now, ref TTimeline old, ref TTimeline next)
        where TTimeline : struct, ITimeline
    {
        if (!Place.IsCounted || !now.Place.IsCounted || FirstTicks != now.FirstTicks)
        {
            if (Place.IsCounted) Walk(ref old);
            if (now.Place.IsCounted) now.Walk(ref next);
            return;
        }

        // The changes of the facts that both have in common from the start would be subtracted and added again.
        var progress = now._progress.CommonWith(_progress);
        var effort = now._effort.CommonWith(_effort);
        var nobody = default(NoTimeline);
        var course = new TaskCourse(FirstTicks);
        course.Continue(in _progress, progress, in _effort, effort, ref nobody);
        var other = course;
        course.Continue(in _progress, _progress.Count, in _effort, _effort.Count, ref old);
        other.Continue(in now._progress, now._progress.Count, in now._effort, now._effort.Count, ref next);
    }

    /// <summary>Gives all changes of the task's life.</summary>
    public void Walk<TTimeline>(ref TTimeline timeline)
        where TTimeline : struct, ITimeline
    {
        var course = new TaskCourse(FirstTicks);
        course.Create(ref timeline);
        course.Continue(in _progress, _progress.Count, in _effort, _effort.Count, ref timeline);
    }
}

/// <summary>Under which labels a task is counted, and what it adds to the levels there. The default is that of a task that does not count.</summary>
internal struct TaskPlace
{
    /// <summary>The tracker's word; empty if no status was stated; null if it does not count.</summary>
    public string? Status;

    /// <summary>The person id; null: nobody has it.</summary>
    public string? Assignee;

    /// <summary>The milestone's name; null: it has none.</summary>
    public string? Milestone;

    /// <summary>Its own team; null: it has none.</summary>
    public string? Team;

    /// <summary>What it adds.</summary>
    public TaskLevels Levels;

    /// <summary>Whether it counts at all.</summary>
    public readonly bool IsCounted => Status is not null;
}
