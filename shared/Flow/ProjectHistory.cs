using ShitOps.Events;

namespace ShitOps.Flow;

/// <summary>
/// The retained transitions of a project's tasks. Every question takes an instant, the cutoff, and is answered from the transitions
/// before it alone: what became known later, a re-opening say, does not change the answer.
/// </summary>
public sealed class ProjectHistory
{
    private static readonly TimeSpan Silence = TimeSpan.FromDays(365);

    private readonly DateTimeOffset[] _created;

    /// <summary>A history of tasks.</summary>
    /// <param name="project">The project's key.</param>
    /// <param name="tasks">Its tasks, without deleted ones.</param>
    public ProjectHistory(string project, IEnumerable<TaskHistory> tasks)
    {
        Project = project;
        Tasks = [.. tasks.Where(task => task.Transitions.Count > 0)];
        First = Tasks.Count == 0 ? null : Tasks.Min(task => task.Transitions[0].Time);
        Last = Tasks.Count == 0 ? null : Tasks.Max(task => task.Transitions[^1].Time);
        _created = [.. Tasks.Select(task => task.Transitions[0].Time).Order()];
    }

    /// <summary>The project's key.</summary>
    public string Project { get; }

    /// <summary>Its tasks.</summary>
    public IReadOnlyList<TaskHistory> Tasks { get; }

    /// <summary>The earliest transition; null: there is none.</summary>
    public DateTimeOffset? First { get; }

    /// <summary>The latest transition; null: there is none.</summary>
    public DateTimeOffset? Last { get; }

    /// <summary>
    /// Throughput in the weeks that end at the cutoff, the oldest first: the tasks that stand done at the cutoff, each in the week in
    /// which it last became so. A week includes its start and not its end.
    /// </summary>
    public int[] Throughput(DateTimeOffset cutoff, int weeks) => ByWeek(cutoff, weeks, task => ClosedAsOf(task, cutoff, isDone: true));

    /// <summary>The same of tasks that stand closed: done or cancelled.</summary>
    public int[] Departures(DateTimeOffset cutoff, int weeks) => ByWeek(cutoff, weeks, task => ClosedAsOf(task, cutoff, isDone: false));

    /// <summary>The tasks that came to be in each of the weeks that end at the cutoff, the oldest first.</summary>
    public int[] Arrivals(DateTimeOffset cutoff, int weeks) => ByWeek(cutoff, weeks, task => task.Transitions[0].Time is var created && created < cutoff ? created : null);

    /// <summary>
    /// The project's beginning as it is known at the cutoff: the first task's creation; but if not more than one in fifty tasks, or one of
    /// fewer, came to be before a year without any, the one after: a wrong date gives no project a past. Null: there is no task yet.
    /// </summary>
    public DateTimeOffset? Began(DateTimeOffset cutoff)
    {
        var known = Array.BinarySearch(_created, cutoff);
        if (known < 0) known = ~known;
        while (known > 0 && _created[known - 1] >= cutoff) known--;
        if (known == 0) return null;
        var (began, few) = (0, Math.Max(1, known / 50));
        for (var i = 1; i <= few && i < known; i++)
            if (_created[i] - _created[i - 1] >= Silence) began = i;
        return _created[began];
    }

    /// <summary>The whole weeks from the project's beginning up to the cutoff.</summary>
    /// <param name="cutoff">What lies before it is known.</param>
    /// <param name="most">The most weeks that matter.</param>
    public int WeeksUpTo(DateTimeOffset cutoff, int most) => Began(cutoff) is { } began ? Math.Min(most, (cutoff - began).Days / 7) : 0;

    private int[] ByWeek(DateTimeOffset cutoff, int weeks, Func<TaskHistory, DateTimeOffset?> timeOf)
    {
        var counts = new int[weeks];
        foreach (var task in Tasks)
        {
            if (timeOf(task) is not { } time) continue;
            var week = (cutoff - time - TimeSpan.FromTicks(1)).Days / 7;
            if (week < weeks) counts[weeks - 1 - week]++;
        }

        return counts;
    }

    /// <summary>When the task became done, or closed in either way, as it is known before the cutoff; null unless it stands so there.</summary>
    private static DateTimeOffset? ClosedAsOf(TaskHistory task, DateTimeOffset cutoff, bool isDone)
    {
        DateTimeOffset? closed = null;
        foreach (var (time, category, _) in task.Transitions)
        {
            if (time >= cutoff) break;
            closed = category == StatusCategory.Done || (category == StatusCategory.Cancelled && !isDone) ? closed ?? time : null;
        }

        return closed;
    }
}
