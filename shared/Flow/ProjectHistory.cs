using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Flow;

/// <summary>One status that a task took on.</summary>
/// <param name="Time">When.</param>
/// <param name="Category">What the status means.</param>
public readonly record struct Transition(DateTimeOffset Time, StatusCategory Category);

/// <summary>
/// The retained transitions of a project's tasks. Every question takes an instant, the cutoff, and is answered from the transitions
/// before it alone: what became known later, a re-opening say, does not change the answer.
/// </summary>
public sealed class ProjectHistory
{
    private readonly Transition[][] _tasks;

    /// <summary>A history of the tasks' transitions.</summary>
    /// <param name="project">The project's key.</param>
    /// <param name="tasks">The transitions of each task, in any order.</param>
    public ProjectHistory(string project, IEnumerable<IEnumerable<Transition>> tasks)
    {
        Project = project;
        _tasks = [.. tasks.Select(task => task.OrderBy(one => one.Time).ToArray()).Where(task => task.Length > 0)];
        First = _tasks.Length == 0 ? null : _tasks.Min(task => task[0].Time);
        Last = _tasks.Length == 0 ? null : _tasks.Max(task => task[^1].Time);
    }

    /// <summary>The project's key.</summary>
    public string Project { get; }

    /// <summary>The earliest transition; null: there is none.</summary>
    public DateTimeOffset? First { get; }

    /// <summary>The latest transition; null: there is none.</summary>
    public DateTimeOffset? Last { get; }

    /// <summary>The statuses among a task's retained facts.</summary>
    public static IEnumerable<Transition> TransitionsOf(TaskState task)
    {
        List<Transition> transitions = [];
        foreach (var fact in task.Progress)
            if (fact.IsStatus) transitions.Add(new Transition(fact.Stamp.Time, Category(fact.Kind)));
        return transitions;
    }

    /// <summary>
    /// Throughput in the weeks that end at the cutoff, the oldest first: the tasks that stand done at the cutoff, each in the week in
    /// which it last became so. A week includes its start and not its end.
    /// </summary>
    public int[] Throughput(DateTimeOffset cutoff, int weeks)
    {
        var throughput = new int[weeks];
        foreach (var task in _tasks)
        {
            if (CompletedAsOf(task, cutoff) is not { } completed) continue;
            var week = (cutoff - completed - TimeSpan.FromTicks(1)).Days / 7;
            if (week < weeks) throughput[weeks - 1 - week]++;
        }

        return throughput;
    }

    /// <summary>When the task became done, as it is known before the cutoff; null unless it stands done there.</summary>
    private static DateTimeOffset? CompletedAsOf(Transition[] task, DateTimeOffset cutoff)
    {
        DateTimeOffset? completed = null;
        foreach (var (time, category) in task)
        {
            if (time >= cutoff) break;
            completed = category == StatusCategory.Done ? completed ?? time : null;
        }

        return completed;
    }

    private static StatusCategory Category(FactKind kind) => kind switch
    {
        FactKind.Todo => StatusCategory.Todo,
        FactKind.InProgress => StatusCategory.InProgress,
        FactKind.BlockedStatus => StatusCategory.Blocked,
        FactKind.Done => StatusCategory.Done,
        _ => StatusCategory.Cancelled,
    };
}
