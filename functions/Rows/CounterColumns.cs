using ShitOps.Projects;

namespace ShitOps.Rows;

/// <summary>The columns that come from <see cref="Counters"/>, the same wherever tasks are summed up.</summary>
internal static class CounterColumns
{
    /// <summary>How many tasks there are, by what their statuses mean.</summary>
    public static IEnumerable<Column<T>> Tasks<T>(Func<T, Counters> of) =>
    [
        new("tasksTodo", CellKind.Integer, "tasks not begun", row => of(row)[Measure.Todo]),
        new("tasksInProgress", CellKind.Integer, "tasks whose status means in progress", row => of(row)[Measure.InProgress]),
        new("tasksBlockedStatus", CellKind.Integer, "tasks whose status means blocked", row => of(row)[Measure.BlockedStatus]),
        new("tasksDone", CellKind.Integer, "tasks that are done", row => of(row)[Measure.Done]),
        new("tasksCancelled", CellKind.Integer, "tasks that are cancelled", row => of(row)[Measure.Cancelled]),
        new("tasksOpen", CellKind.Integer, "tasks neither done nor cancelled", row => of(row).Open),
        new("tasksBlocked", CellKind.Integer, "open tasks that wait, by their status or by a block", row => of(row)[Measure.Blocked]),
        new("wip", CellKind.Integer, "work in progress: tasks begun and not finished, those that wait included", row => of(row).WorkInProgress),
    ];

    /// <summary>Effort of all tasks, done ones too.</summary>
    public static IEnumerable<Column<T>> Effort<T>(Func<T, Counters> of) =>
    [
        new("estimateHours", CellKind.Number, "effort as estimated, over all its tasks", row => EffortHours.ToHours(of(row)[Measure.EstimateMilliHours])),
        new("remainingHours", CellKind.Number, "effort that remains, as stated", row => EffortHours.ToHours(of(row)[Measure.RemainingMilliHours])),
        new("spentHours", CellKind.Number, "effort spent", row => EffortHours.ToHours(of(row)[Measure.SpentMilliHours])),
    ];

    /// <summary>What happened, over all time.</summary>
    public static IEnumerable<Column<T>> Flow<T>(Func<T, Counters> of) =>
    [
        new("completions", CellKind.Integer, "times that a task became done; once more after a reopening", row => of(row)[Measure.Completed]),
        new("reopenings", CellKind.Integer, "times that a task which was done or cancelled became open again", row => of(row)[Measure.Reopened]),
        new("cancellations", CellKind.Integer, "times that a task became cancelled", row => of(row)[Measure.Dropped]),
        new("leadTimeMeanSeconds", CellKind.Number, "from created to done, the mean over all completions", row => Mean(of(row), Measure.LeadMilliseconds, Measure.LeadBuckets)),
        new("leadTimeP50Seconds", CellKind.Number, "its median, estimated within a factor of √2", row => Quantile(of(row), Measure.LeadBuckets, 0.5)),
        new("leadTimeP85Seconds", CellKind.Number, "what 85 % took at most, estimated likewise", row => Quantile(of(row), Measure.LeadBuckets, 0.85)),
        new("cycleTimeMeanSeconds", CellKind.Number, "from first in progress to done, the mean over all completions of tasks that had been in progress", row => Mean(of(row), Measure.CycleMilliseconds, Measure.CycleBuckets)),
        new("cycleTimeP50Seconds", CellKind.Number, "its median, estimated within a factor of √2", row => Quantile(of(row), Measure.CycleBuckets, 0.5)),
        new("cycleTimeP85Seconds", CellKind.Number, "what 85 % took at most, estimated likewise", row => Quantile(of(row), Measure.CycleBuckets, 0.85)),
    ];

    /// <summary>The mean in seconds; null: none was counted.</summary>
    public static object? Mean(Counters counters, Measure milliseconds, Measure firstBucket)
    {
        var count = Enumerable.Range((int)firstBucket, DurationBuckets.Count).Sum(measure => counters[(Measure)measure]);
        return count > 0 ? Math.Round(counters[milliseconds] / 1000d / count, 3) : null;
    }

    private static object? Quantile(Counters counters, Measure firstBucket, double quantile) =>
        DurationBuckets.QuantileSeconds(counters, firstBucket, quantile) is { } seconds ? Math.Round(seconds, 3) : null;
}
