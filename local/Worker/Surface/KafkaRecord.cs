using System.Text;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>A record as it lies in the topic: key and value are bytes, decoding is the function's.</summary>
public class KafkaRecord
{
    public string Topic { get; set; } = "";

    public int Partition { get; set; }

    public long Offset { get; set; }

    /// <summary>Null when the record has no key.</summary>
    public byte[]? Key { get; set; }

    /// <summary>Null for a tombstone.</summary>
    public byte[]? Value { get; set; }

    public KafkaTimestamp Timestamp { get; set; } = new();

    public KafkaHeader[] Headers { get; set; } = [];
}

/// <summary>When a record was made or appended, see <see cref="Type"/>.</summary>
public class KafkaTimestamp
{
    public long UnixTimestampMs { get; set; }

    public KafkaTimestampType Type { get; set; }

    public DateTimeOffset DateTimeOffset => DateTimeOffset.FromUnixTimeMilliseconds(UnixTimestampMs);
}

/// <summary>Whose clock a <see cref="KafkaTimestamp"/> is of.</summary>
public enum KafkaTimestampType
{
    NotAvailable = 0,

    /// <summary>The producer's.</summary>
    CreateTime = 1,

    /// <summary>The broker's.</summary>
    LogAppendTime = 2,
}

/// <summary>One header of a record. A key may occur several times.</summary>
public class KafkaHeader
{
    public string Key { get; set; } = "";

    public byte[]? Value { get; set; }

    /// <returns>The value read as UTF-8, or null when there is none.</returns>
    public string? GetValueAsString() => Value is null ? null : Encoding.UTF8.GetString(Value);
}
