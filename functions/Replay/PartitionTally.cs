using ShitOps.Events;

namespace ShitOps.Replay;

/// <summary>What events of one partition there were: what <see cref="Pipeline.PartitionCount"/> says of them.</summary>
public sealed class PartitionTally
{
    /// <summary>Events of a known type, by type.</summary>
    public SortedDictionary<string, long> ByType { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Events of a type that this version does not know.</summary>
    public long Unknown { get; set; }

    /// <summary>The greatest time of an event; null: there is none.</summary>
    public DateTimeOffset? NewestEventTime { get; set; }

    /// <summary>The greatest timestamp of a record; null: none has one.</summary>
    public DateTimeOffset? LastRecordTime { get; set; }

    /// <summary>Counts an event.</summary>
    public void Add(Event one, DateTimeOffset? timestamp)
    {
        if (!one.IsKnown) Unknown++;
        else ByType[one.Type] = ByType.GetValueOrDefault(one.Type) + 1;
        NewestEventTime = Later(NewestEventTime, one.Time);
        LastRecordTime = Later(LastRecordTime, timestamp);
    }

    /// <summary>Adds what another has counted.</summary>
    public void Add(PartitionTally other)
    {
        foreach (var (type, count) in other.ByType) ByType[type] = ByType.GetValueOrDefault(type) + count;
        Unknown += other.Unknown;
        NewestEventTime = Later(NewestEventTime, other.NewestEventTime);
        LastRecordTime = Later(LastRecordTime, other.LastRecordTime);
    }

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;
}
