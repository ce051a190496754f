using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Microsoft.Azure.Functions.Worker;
using ShitOps.Events;

namespace ShitOps.Pipeline;

/// <summary>What has been consumed of one partition of the stream: the checkpoint and the counts up to it.</summary>
public sealed class PartitionCount(string stream, string topic, int partition)
{
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

    /// <summary>The version that the row was read at; default: it is not stored yet.</summary>
    public ETag ETag { get; private init; }

    /// <summary>Counts the records from the checkpoint on; earlier ones have been counted before.</summary>
    /// <param name="records">Of this partition, in the order of offsets.</param>
    /// <param name="decoder">Decodes them.</param>
    /// <param name="now">Becomes <see cref="LastProcessed"/>.</param>
    /// <returns>The records among those counted that could not be decoded.</returns>
    public IReadOnlyList<DeadLetter> Add(IEnumerable<KafkaRecord> records, EventDecoder decoder, DateTimeOffset now)
    {
        List<DeadLetter> deadLetters = [];
        foreach (var record in records)
        {
            if (record.Offset < Checkpoint) continue;
            var result = decoder.Decode(record.Value, Headers(record));
            if (!result.IsDecoded)
            {
                Undecodable++;
                deadLetters.Add(new DeadLetter(record, result.Error));
            }
            else
            {
                var decoded = result.Event;
                if (NewestEventTime is null || decoded.Time > NewestEventTime) NewestEventTime = decoded.Time;
                if (decoded.Data is null)
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
            LastProcessed = now;
        }

        return deadLetters;
    }

    internal static string RowKey(string topic, int partition) => $"{topic}:{partition:D5}";

    internal static PartitionCount FromEntity(TableEntity entity)
    {
        var key = entity.RowKey;
        var row = new PartitionCount(entity.PartitionKey, key[..^6], int.Parse(key[^5..]))
        {
            ETag = entity.ETag,
            Checkpoint = entity.GetInt64("Checkpoint") ?? 0,
            Decoded = entity.GetInt64("Decoded") ?? 0,
            Unknown = entity.GetInt64("Unknown") ?? 0,
            Undecodable = entity.GetInt64("Undecodable") ?? 0,
            Skipped = entity.GetInt64("Skipped") ?? 0,
            NewestEventTime = entity.GetDateTimeOffset("NewestEventTime"),
            LastProcessed = entity.GetDateTimeOffset("LastProcessed"),
        };
        foreach (var (type, count) in JsonSerializer.Deserialize<Dictionary<string, long>>(entity.GetString("ByType") ?? "{}")!) row._byType[type] = count;
        return row;
    }

    internal TableEntity ToEntity() => new(stream, RowKey(topic, partition))
    {
        ["Checkpoint"] = Checkpoint,
        ["Decoded"] = Decoded,
        ["Unknown"] = Unknown,
        ["Undecodable"] = Undecodable,
        ["Skipped"] = Skipped,
        // Tables hold times from 1601 on; an event may claim an earlier one.
        ["NewestEventTime"] = NewestEventTime?.Year > 1601 ? NewestEventTime : null,
        ["LastProcessed"] = LastProcessed,
        ["ByType"] = JsonSerializer.Serialize(_byType),
    };

    private static EventHeader[] Headers(KafkaRecord record) =>
        record.Headers is { Length: > 0 } headers ? Array.ConvertAll(headers, header => new EventHeader(header.Key, header.Value)) : [];
}
