using ShitOps.Pipeline;

namespace ShitOps.Archive;

/// <summary>Where a chain of segments ends, and what it holds up to there.</summary>
/// <param name="LastSegment">The start of its last segment; null: there is none.</param>
/// <param name="End">The first offset that it does not cover.</param>
/// <param name="Segments">How many segments.</param>
/// <param name="Events">Events in them.</param>
/// <param name="Undecodable">Records that were put aside as dead letters.</param>
/// <param name="Missing">Offsets that no record was delivered for: expired before they were consumed, or never records at all.</param>
/// <param name="Bytes">The size of the blobs.</param>
/// <param name="TopicId">The id of the topic that its records came from; null: Kafka did not tell.</param>
/// <param name="LastRecord">The digest of the last record below the end, whether it is an event or was put aside; null: not known.</param>
public sealed record ChainTail(long? LastSegment, long End, long Segments, long Events, long Undecodable, long Missing, long Bytes, string? TopicId, long? LastRecord)
{
    /// <summary>Of a chain without segments: the first covers the offsets from 0 on, whatever Kafka still has of them.</summary>
    public static ChainTail Empty { get; } = new(null, 0, 0, 0, 0, 0, 0, null, null);

    /// <summary>The tail after one more segment.</summary>
    public ChainTail After(Segment segment, long bytes) => new(
        End, segment.End, Segments + 1, Events + segment.Rows.Count, Undecodable + segment.Undecodable, Missing + segment.MissingAfter(End), Bytes + bytes, segment.TopicId ?? TopicId, segment.LastRecord);

    /// <summary>What tells its log from another.</summary>
    public ConsumedLog LogOf(string topic, int partition) => new(topic, partition, End, TopicId, LastRecord);
}

/// <summary>What is to follow a tail.</summary>
/// <param name="Rows">Its events, in the order of offsets.</param>
/// <param name="Undecodable">Records of its range that were put aside as dead letters.</param>
/// <param name="End">The first offset behind its range; the range begins where the chain ends.</param>
/// <param name="TopicId">The id of the topic that its records came from; null: Kafka did not tell.</param>
/// <param name="LastRecord">The digest of the last record of its range (<see cref="ConsumedLog.DigestOf"/>).</param>
public sealed record Segment(IReadOnlyList<ArchiveRow> Rows, int Undecodable, long End, string? TopicId, long LastRecord)
{
    /// <summary>Offsets of the range that there was no record for.</summary>
    public long MissingAfter(long start) => End - start - Rows.Count - Undecodable;
}

/// <summary>A segment as it is stored.</summary>
/// <param name="Path">The blob's name below the root of the table.</param>
/// <param name="Tail">The tail that it makes.</param>
/// <param name="Undecodable">Records of its range that were put aside as dead letters.</param>
/// <param name="Bytes">The Parquet file.</param>
/// <param name="Created">When it was appended.</param>
public sealed record StoredSegment(string Path, ChainTail Tail, long Undecodable, byte[] Bytes, DateTimeOffset Created)
{
    /// <summary>Container and blob, for a message.</summary>
    public string Name => $"{ArchiveTable.Container}/{ArchiveTable.Root}{Path}";
}
