using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Pipeline;

/// <summary>What a consumer knows of a partition's log, to tell records that come again from those of another log, which must not pass for them.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Checkpoint">The first offset that is not yet consumed.</param>
/// <param name="TopicId">The id of the topic that was consumed; null: Kafka did not tell.</param>
/// <param name="LastRecord">The digest (<see cref="DigestOf"/>) of the last record below the checkpoint; null: not known.</param>
public readonly record struct ConsumedLog(string Topic, int Partition, long Checkpoint, string? TopicId, long? LastRecord)
{
    /// <summary>
    /// Passes unless the topic has another id, the record before the checkpoint comes again as another one, or the log ends below the
    /// checkpoint, which is asked for if all records lie below it. Where Kafka tells no id, a new log that has grown beyond the checkpoint
    /// is noticed only when its record before the checkpoint comes.
    /// </summary>
    /// <param name="records">Of this partition, in the order of offsets; at least one.</param>
    /// <param name="topicId">The id of the topic now; null: not known.</param>
    /// <param name="ends">Asks Kafka.</param>
    /// <exception cref="InvalidOperationException">The log is another; the message says what shows it and what to do.</exception>
    public async Task RequireSameAsync(IReadOnlyList<KafkaRecord> records, string? topicId, LogEnds ends)
    {
        if (HealthReport.IsAnotherTopic(TopicId, topicId)) throw new InvalidOperationException(HealthReport.AnotherLog(HealthReport.CreatedAnew(Topic, TopicId!, topicId!)));
        foreach (var record in records)
        {
            if (LastRecord is null || record.Offset >= Checkpoint) break;
            if (record.Offset == Checkpoint - 1 && DigestOf(record) != LastRecord)
                throw new InvalidOperationException(HealthReport.AnotherLog($"partition {Partition} has another record at offset {record.Offset} than the one consumed there"));
        }

        if (records[^1].Offset >= Checkpoint) return;
        if ((await ends.MeasureAsync()).TryGetValue(Partition, out var end) && end < Checkpoint)
            throw new InvalidOperationException(HealthReport.AnotherLog(Partition, end, Checkpoint));
    }

    /// <summary>The first 8 bytes, little-endian, of the SHA-256 over the record's timestamp (8 bytes, little-endian), key and value.</summary>
    public static long DigestOf(KafkaRecord record)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> timestamp = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(timestamp, record.Timestamp.UnixTimestampMs);
        hash.AppendData(timestamp);
        hash.AppendData(record.Key ?? []);
        hash.AppendData(record.Value ?? []);
        return BinaryPrimitives.ReadInt64LittleEndian(hash.GetHashAndReset());
    }
}
