using System.Text.Json;
using ShitOps.Events;

namespace ShitOps.Pipeline;

/// <summary>A dead letter as it is stored.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The record's offset.</param>
/// <param name="TimestampMs">The record's timestamp, milliseconds since 1970 in UTC, as it came.</param>
/// <param name="Reason">The kind of fault, one of <see cref="DecodeFailure"/>, as it was found then.</param>
/// <param name="Error">The fault in words, as it was found then.</param>
/// <param name="Key">The record's key; null: it had none.</param>
/// <param name="Value">The record's value; null: it had none.</param>
/// <param name="Headers">The record's headers.</param>
/// <param name="Stored">When the letter was stored.</param>
public sealed record StoredDeadLetter(
    string Stream, string Topic, int Partition, long Offset, long TimestampMs, string Reason, string Error, byte[]? Key, byte[]? Value, IReadOnlyList<EventHeader> Headers, DateTimeOffset Stored)
{
    /// <summary>What names the record: stream, topic, partition and offset.</summary>
    public string Place => $"{Stream}/{Topic}/{Partition:D5}/{Offset}";

    /// <summary>Reads the record again, with what this version knows.</summary>
    public DecodeResult Decode(EventDecoder decoder) => decoder.Decode(Value, [.. Headers]);

    /// <summary>Reads a line of a blob.</summary>
    /// <exception cref="JsonException">It is no JSON, or lacks a member.</exception>
    internal static StoredDeadLetter Of(string line, DateTimeOffset stored)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        return new StoredDeadLetter(
            Member("stream").GetString()!, Member("topic").GetString()!, Member("partition").GetInt32(), Member("offset").GetInt64(), Member("timestampMs").GetInt64(),
            Member("reason").GetString()!, Member("error").GetString()!, Bytes("key"), Bytes("value"),
            [.. Member("headers").EnumerateArray().Select(header => new EventHeader(header.GetProperty("key").GetString()!, header.GetProperty("value").ValueKind == JsonValueKind.Null ? [] : header.GetProperty("value").GetBytesFromBase64()))],
            stored);

        byte[]? Bytes(string name) => root.TryGetProperty(name, out var member) ? member.GetBytesFromBase64() : null;

        JsonElement Member(string name) => root.TryGetProperty(name, out var member) ? member : throw new JsonException($"{name} is missing");
    }
}
