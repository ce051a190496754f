using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Microsoft.Azure.Functions.Worker;
using ShitOps.Archive;
using ShitOps.Replay;

namespace ShitOps.Pipeline;

/// <summary>What one table of aggregates has taken in of one partition of the stream: the checkpoint and the counts up to it.</summary>
/// <param name="aggregates">The name of the table: another one has taken in nothing of what this one has.</param>
/// <param name="stream">The stream.</param>
/// <param name="topic">The topic.</param>
/// <param name="partition">The partition.</param>
public sealed class PartitionCount(string aggregates, string stream, string topic, int partition)
{
    // The year 10000.
    private const long FirstMillisecondBeyondTime = 253_402_300_800_000;

    private readonly SortedDictionary<string, long> _byType = new(StringComparer.Ordinal);

    public string Topic => topic;

    public int Partition => partition;

    /// <summary>The first offset that is not yet counted.</summary>
    public long Checkpoint { get; private set; }

    /// <summary>Records that were events of a known type.</summary>
    public long Decoded { get; private set; }

    /// <summary>Records that were events of a type this version does not know.</summary>
    public long Unknown { get; private set; }

    /// <summary>Records that were put aside as dead letters.</summary>
    public long Undecodable { get; private set; }

    /// <summary>Offsets below the checkpoint that no record was delivered for: expired before they were consumed, or never records at all.</summary>
    public long Skipped { get; private set; }

    /// <summary>Decoded events by type.</summary>
    public IReadOnlyDictionary<string, long> ByType => _byType;

    /// <summary>The greatest time of an event counted; null before the first.</summary>
    public DateTimeOffset? NewestEventTime { get; private set; }

    /// <summary>When the row last changed; null before the first event.</summary>
    public DateTimeOffset? LastProcessed { get; private set; }

    /// <summary>When the last record below the checkpoint was put on the topic, by Kafka's timestamp; null before the first, or if it is no time.</summary>
    public DateTimeOffset? LastRecordTime { get; private set; }

    /// <summary>The version that the row was read at; default: it is not stored yet.</summary>
    public ETag ETag { get; internal set; }

    /// <summary>The id of the topic that was consumed; null: Kafka does not tell.</summary>
    public string? TopicId { get; private set; }

    /// <summary>The digest of the last record below the checkpoint; null before the first.</summary>
    public long? LastRecord { get; private set; }

    /// <summary>What tells its log from another.</summary>
    public ConsumedLog Log => new(topic, partition, Checkpoint, TopicId, LastRecord);

    /// <summary>Counts the records from the checkpoint on; earlier ones have been counted before.</summary>
    /// <param name="records">Of this partition, in the order of offsets.</param>
    /// <param name="topicId">The id of the topic now; null: not known.</param>
    /// <param name="now">Becomes <see cref="LastProcessed"/>.</param>
    public void Add(IEnumerable<DecodedRecord> records, string? topicId, DateTimeOffset now)
    {
        KafkaRecord? last = null;
        foreach (var (record, result) in records)
        {
            if (record.Offset < Checkpoint) continue;
            if (!result.IsDecoded)
            {
                Undecodable++;
            }
            else
            {
                var decoded = result.Event;
                if (NewestEventTime is null || decoded.Time > NewestEventTime) NewestEventTime = decoded.Time;
                if (!decoded.IsKnown)
                {
                    Unknown++;
                }
                else
                {
                    Decoded++;
                    _byType[decoded.Type] = _byType.GetValueOrDefault(decoded.Type) + 1;
                }
            }

            Skipped += record.Offset - Checkpoint;
            Checkpoint = record.Offset + 1;
            last = record;
        }

        if (last is null) return;
        LastProcessed = now;
        LastRecord = ConsumedLog.DigestOf(last);
        LastRecordTime = last.Timestamp.UnixTimestampMs is >= 0 and < FirstMillisecondBeyondTime ? DateTimeOffset.FromUnixTimeMilliseconds(last.Timestamp.UnixTimestampMs) : null;
        TopicId = topicId ?? TopicId;
    }

    /// <summary>Counts what was brought in from the archive, from the checkpoint to a tail.</summary>
    internal void Take(ChainTail tail, PartitionTally tally, DateTimeOffset now)
    {
        foreach (var (type, count) in tally.ByType) _byType[type] = _byType.GetValueOrDefault(type) + count;
        Decoded += tally.ByType.Values.Sum();
        Unknown += tally.Unknown;
        if (NewestEventTime is null || tally.NewestEventTime > NewestEventTime) NewestEventTime = tally.NewestEventTime;
        (Checkpoint, Undecodable, Skipped) = (tail.End, tail.Undecodable, tail.Missing);
        (LastProcessed, LastRecordTime) = (now, tally.LastRecordTime ?? LastRecordTime);
        (TopicId, LastRecord) = (tail.TopicId ?? TopicId, tail.LastRecord);
    }

    internal static string RowKey(string aggregates, string topic, int partition) => $"{aggregates}:{topic}:{partition:D5}";

    internal static PartitionCount FromEntity(TableEntity entity)
    {
        // Names of tables hold letters and digits only.
        var key = entity.RowKey;
        var topic = key.IndexOf(':', StringComparison.Ordinal) + 1;
        var row = new PartitionCount(key[..(topic - 1)], entity.PartitionKey, key[topic..^6], int.Parse(key[^5..]))
        {
            ETag = entity.ETag,
            Checkpoint = entity.GetInt64("Checkpoint") ?? 0,
            Decoded = entity.GetInt64("Decoded") ?? 0,
            Unknown = entity.GetInt64("Unknown") ?? 0,
            Undecodable = entity.GetInt64("Undecodable") ?? 0,
            Skipped = entity.GetInt64("Skipped") ?? 0,
            NewestEventTime = entity.GetDateTimeOffset("NewestEventTime"),
            LastProcessed = entity.GetDateTimeOffset("LastProcessed"),
            LastRecordTime = entity.GetDateTimeOffset("LastRecordTime"),
            TopicId = entity.GetString("TopicId"),
            LastRecord = entity.GetInt64("LastRecord"),
        };
        foreach (var (type, count) in JsonSerializer.Deserialize<Dictionary<string, long>>(entity.GetString("ByType") ?? "{}")!) row._byType[type] = count;
        return row;
    }

    internal TableEntity ToEntity() => new(stream, RowKey(aggregates, topic, partition))
    {
        ["Checkpoint"] = Checkpoint,
        ["Decoded"] = Decoded,
        ["Unknown"] = Unknown,
        ["Undecodable"] = Undecodable,
        ["Skipped"] = Skipped,
        // Tables hold times from 1601 on; an event may claim an earlier one.
        ["NewestEventTime"] = NewestEventTime?.Year > 1601 ? NewestEventTime : null,
        ["LastProcessed"] = LastProcessed,
        ["LastRecordTime"] = LastRecordTime,
        ["TopicId"] = TopicId,
        ["LastRecord"] = LastRecord,
        ["ByType"] = JsonSerializer.Serialize(_byType),
    };
}
