using ShitOps.Events;

namespace ShitOps.Projects;

/// <summary>Takes the changes that a task makes over time.</summary>
internal interface ITimeline
{
    /// <summary>At a time a measure changes by so much.</summary>
    void Change(long ticks, Measure measure, long amount);

    /// <summary>At a time the number of tasks in a status changes by so much.</summary>
    void Change(long ticks, string status, long amount);
}

/// <summary>Nobody is interested.</summary>
internal readonly struct NoTimeline : ITimeline
{
    public void Change(long ticks, Measure measure, long amount) { }

    public void Change(long ticks, string status, long amount) { }
}

/// <summary>
/// The life of a task as changes of measures over time. This is the one place that says what a task contributes: its changes by the hour
/// are history, and their sum is its part of the project's totals, so that the two cannot disagree.
/// </summary>
internal static class TaskTimeline
{
    /// <summary>
    /// Goes through a task's facts in order, and gives the changes that the facts from the given numbers on make. So two states of a task
    /// that have facts in common from the start differ by the changes of the others only.
    /// </summary>
    /// <param name="created">When the task came to be; not after any fact.</param>
    /// <param name="progress">The facts about status and blocks.</param>
    /// <param name="effort">The facts about effort.</param>
    /// <param name="progressFrom">The number of the first progress fact whose changes are wanted.</param>
    /// <param name="effortFrom">The number of the first effort fact whose changes are wanted.</param>
    /// <param name="emitCreation">Whether the changes of the creation are wanted.</param>
    /// <param name="timeline">Takes the changes.</param>
    /// <returns>How the task stands after all of them.</returns>
    public static TaskStanding Walk<TTimeline>(
        long created, ReadOnlySpan<Fact> progress, ReadOnlySpan<Fact> effort, int progressFrom, int effortFrom, bool emitCreation, ref TTimeline timeline)
        where TTimeline : struct, ITimeline
    {
        string? status = null;
        var category = StatusCategory.Todo;
        bool isFlagged = false, isBlocked = false;
        long started = -1, since = created, blockedSince = -1, blocked = 0;
        var reopened = 0;

        if (emitCreation)
        {
            timeline.Change(created, Measure.Created, 1);
            timeline.Change(created, Measure.Todo, 1);
            timeline.Change(created, "", 1);
        }

        for (var i = 0; i < progress.Length; i++)
        {
            ref readonly var fact = ref progress[i];
            var at = fact.Stamp.Ticks;
            var emit = i >= progressFrom;
            if (fact.IsStatus)
            {
                var next = (StatusCategory)fact.Kind;
                if (emit && !string.Equals(fact.Word, status, StringComparison.Ordinal))
                {
                    timeline.Change(at, status ?? "", -1);
                    timeline.Change(at, fact.Word!, 1);
                }

                status = fact.Word;
                if (started < 0 && fact.IsBegun) started = at;
                if (next != category)
                {
                    var isReopened = category >= StatusCategory.Done && next < StatusCategory.Done;
                    if (isReopened) reopened++;
                    if (emit)
                    {
                        timeline.Change(at, Measures.Of(category), -1);
                        timeline.Change(at, Measures.Of(next), 1);
                        if (isReopened) timeline.Change(at, Measure.Reopened, 1);
                        if (next == StatusCategory.Done) Complete(created, started, at, ref timeline);
                        if (next == StatusCategory.Cancelled) timeline.Change(at, Measure.Dropped, 1);
                    }

                    (category, since) = (next, at);
                }
            }
            else
            {
                isFlagged = fact.Kind == FactKind.Blocked;
            }

            var waits = category == StatusCategory.Blocked || (isFlagged && category < StatusCategory.Done);
            if (waits == isBlocked) continue;
            if (emit) timeline.Change(at, Measure.Blocked, waits ? 1 : -1);
            if (waits) blockedSince = at;
            else blocked += at - blockedSince;
            isBlocked = waits;
        }

        long estimate = Fact.NotKnown, remaining = Fact.NotKnown, spent = Fact.NotKnown;
        for (var i = 0; i < effort.Length; i++)
        {
            ref readonly var fact = ref effort[i];
            ref var known = ref estimate;
            if (fact.Kind == FactKind.Remaining) known = ref remaining;
            else if (fact.Kind == FactKind.Spent) known = ref spent;
            var change = Math.Max(0, fact.MilliHours) - Math.Max(0, known);
            if (i >= effortFrom && change != 0) timeline.Change(fact.Stamp.Ticks, Measure.EstimateMilliHours + (fact.Kind - FactKind.Estimate), change);
            known = fact.MilliHours;
        }

        return new TaskStanding
        {
            Status = status,
            Category = category,
            Reopened = reopened,
            BlockedBefore = new TimeSpan(blocked),
            CreatedTicks = created,
            SinceTicks = since,
            StartedTicks = started,
            BlockedSinceTicks = isBlocked ? blockedSince : -1,
            Estimate = estimate,
            Remaining = remaining,
            Spent = spent,
        };
    }

    private static void Complete<TTimeline>(long created, long started, long at, ref TTimeline timeline)
        where TTimeline : struct, ITimeline
    {
        timeline.Change(at, Measure.Completed, 1);
        var lead = new TimeSpan(at - created);
        timeline.Change(at, Measure.LeadBuckets + DurationBuckets.IndexOf(lead), 1);
        timeline.Change(at, Measure.LeadMilliseconds, lead.Ticks / TimeSpan.TicksPerMillisecond);
        if (started < 0) return;
        var cycle = new TimeSpan(at - started);
        timeline.Change(at, Measure.CycleBuckets + DurationBuckets.IndexOf(cycle), 1);
        timeline.Change(at, Measure.CycleMilliseconds, cycle.Ticks / TimeSpan.TicksPerMillisecond);
    }
}
