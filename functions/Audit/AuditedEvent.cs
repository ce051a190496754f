using ShitOps.Archive;

namespace ShitOps.Audit;

/// <summary>An archived event, and the chain that it stands in.</summary>
public sealed record AuditedEvent(ArchiveChain Chain, ArchiveRow Row)
{
    /// <summary>Its place among all events.</summary>
    public AuditPlace Place => new(Row.Time, Row.Id, Row.Source);

    /// <summary>Whether of the two records of one event this one is shown: that which is the first by stream, topic, partition and offset.</summary>
    public bool IsBefore(AuditedEvent other)
    {
        var order = string.CompareOrdinal(Chain.Stream, other.Chain.Stream);
        if (order == 0) order = string.CompareOrdinal(Chain.Topic, other.Chain.Topic);
        if (order == 0) order = Chain.Partition.CompareTo(other.Chain.Partition);
        return order < 0 || (order == 0 && Row.Offset < other.Row.Offset);
    }
}

/// <summary>
/// The place of an event when the newest comes first: events are in the order of time and id (docs/events.md), and those of two sources
/// that have both in common in that of the sources. The records of one event have one place.
/// </summary>
/// <param name="Time">When it happened, to the microsecond.</param>
/// <param name="Id">Its id.</param>
/// <param name="Source">Its source.</param>
public readonly record struct AuditPlace(DateTimeOffset Time, string Id, string Source)
{
    /// <summary>That order.</summary>
    public static Comparer<AuditPlace> NewestFirst { get; } = Comparer<AuditPlace>.Create((one, other) =>
    {
        var order = other.Time.CompareTo(one.Time);
        if (order == 0) order = string.CompareOrdinal(other.Id, one.Id);
        return order != 0 ? order : string.CompareOrdinal(one.Source, other.Source);
    });
}
