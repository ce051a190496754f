using ShitOps.Events;

namespace ShitOps.Projects;

/// <summary>
/// What is counted of tasks, in the order in which <see cref="Counters"/> hold it. First the levels, which say how it is at a time, then
/// the counts of what happened. The numbers are stored: new measures go to the end.
/// </summary>
public enum Measure
{
    /// <summary>Level: tasks by the category of their status, in the order of <see cref="StatusCategory"/>.</summary>
    Todo,
    InProgress,
    BlockedStatus,
    Done,
    Cancelled,

    /// <summary>Level: open tasks that wait, by their status or by a block.</summary>
    Blocked,

    /// <summary>Level: effort as estimated, in thousandths of an hour.</summary>
    EstimateMilliHours,
    RemainingMilliHours,
    SpentMilliHours,

    /// <summary>Count: tasks that came to be.</summary>
    Created,

    /// <summary>Count: times that a task became done; once more after every reopening. One lead time is counted with each.</summary>
    Completed,

    /// <summary>Count: times that a task which was done or cancelled became open again.</summary>
    Reopened,

    /// <summary>Count: times that a task became cancelled.</summary>
    Dropped,

    /// <summary>Sum of the lead times counted, in milliseconds.</summary>
    LeadMilliseconds,

    /// <summary>Sum of the cycle times counted, in milliseconds.</summary>
    CycleMilliseconds,

    /// <summary>Count: lead times in the first of <see cref="DurationBuckets"/>; the others follow.</summary>
    LeadBuckets,

    /// <summary>Count: cycle times in the first of <see cref="DurationBuckets"/>; the others follow.</summary>
    CycleBuckets = LeadBuckets + DurationBuckets.Count,

    /// <summary>Count: times that a task went from the first category to the second; those between all other two follow (<see cref="Measures.Of(StatusCategory, StatusCategory)"/>).</summary>
    Transitions = CycleBuckets + DurationBuckets.Count,
}

/// <summary>How many measures there are, and which belongs to what.</summary>
public static class Measures
{
    /// <summary>The levels come first.</summary>
    public const int Levels = (int)Measure.Created;

    /// <summary>All measures.</summary>
    public const int All = (int)Measure.Transitions + (Categories * (Categories - 1));

    private const int Categories = (int)StatusCategory.Cancelled + 1;

    /// <summary>The level of tasks in a category.</summary>
    public static Measure Of(StatusCategory category) => (Measure)category;

    /// <summary>The count of tasks that went from one category to another.</summary>
    public static Measure Of(StatusCategory from, StatusCategory to) => Measure.Transitions + ((int)from * (Categories - 1)) + (int)to - (to > from ? 1 : 0);
}
