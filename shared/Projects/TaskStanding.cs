using ShitOps.Events;

namespace ShitOps.Projects;

/// <summary>
/// How a task stands, derived from its retained facts. Everything here is of the retained facts: if some were dropped, the counts are of
/// what is left, while the present and the first times are exact.
/// </summary>
public readonly record struct TaskStanding
{
    /// <summary>The tracker's word; null as long as no status was stated.</summary>
    public string? Status { get; init; }

    /// <summary>What the status means; <see cref="StatusCategory.Todo"/> as long as none was stated.</summary>
    public StatusCategory Category { get; init; }

    /// <summary>Whether it is open and waits, by its status or by a block.</summary>
    public bool IsBlocked => BlockedSinceTicks >= 0;

    /// <summary>The time of the earliest statement about it, usually its creation; never after any other.</summary>
    public DateTimeOffset Created => new(CreatedTicks, TimeSpan.Zero);

    /// <summary>When it first was in progress (or blocked); null: never.</summary>
    public DateTimeOffset? Started => StartedTicks < 0 ? null : new DateTimeOffset(StartedTicks, TimeSpan.Zero);

    /// <summary>When it became done; null unless it is done now.</summary>
    public DateTimeOffset? Completed => Category == StatusCategory.Done ? CategorySince : null;

    /// <summary>When it last became what its category says.</summary>
    public DateTimeOffset CategorySince => new(SinceTicks, TimeSpan.Zero);

    /// <summary>How often it became open again after it had been done or cancelled.</summary>
    public int Reopened { get; init; }

    /// <summary>How long it has waited in stretches that are over.</summary>
    public TimeSpan BlockedBefore { get; init; }

    /// <summary>Since when it waits; null if it does not.</summary>
    public DateTimeOffset? BlockedSince => IsBlocked ? new DateTimeOffset(BlockedSinceTicks, TimeSpan.Zero) : null;

    /// <summary>Effort in thousandths of an hour; null: not known.</summary>
    public long? EstimateMilliHours => Known(Estimate);

    public long? RemainingMilliHours => Known(Remaining);

    public long? SpentMilliHours => Known(Spent);

    /// <summary>Whether it is neither done nor cancelled.</summary>
    public bool IsOpen => Category < StatusCategory.Done;

    /// <summary>From created to done; null unless it is done now.</summary>
    public TimeSpan? LeadTime => Completed - Created;

    /// <summary>From first in progress to done; null unless it is done now and had been in progress before.</summary>
    public TimeSpan? CycleTime => Started <= Completed ? Completed - Started : null;

    /// <summary>How long it has waited up to an instant.</summary>
    public TimeSpan TimeBlocked(DateTimeOffset asOf) => BlockedBefore + (asOf > BlockedSince ? asOf - BlockedSince.Value : TimeSpan.Zero);

    /// <summary>How long it has been open at an instant; null if it is not.</summary>
    public TimeSpan? Age(DateTimeOffset asOf) => IsOpen ? asOf - Created : null;

    internal long CreatedTicks { get; init; }

    internal long SinceTicks { get; init; }

    /// <summary>−1: never.</summary>
    internal long StartedTicks { get; init; }

    /// <summary>−1: it does not wait.</summary>
    internal long BlockedSinceTicks { get; init; }

    /// <summary>−1: not known; the others alike.</summary>
    internal long Estimate { get; init; }

    internal long Remaining { get; init; }

    internal long Spent { get; init; }

    private static long? Known(long effort) => effort < 0 ? null : effort;
}
