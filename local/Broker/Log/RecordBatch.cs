using System.Buffers.Binary;
using System.Numerics;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Log;

/// <summary>Attribute bits 0–2 of a batch.</summary>
internal enum Compression
{
    None = 0,
    Gzip = 1,
    Snappy = 2,
    Lz4 = 3,
    Zstd = 4,
}

/// <summary>The fixed head of a record batch of format 2 (Kafka 0.11 and later); all of it is big-endian.</summary>
internal readonly record struct RecordBatch(
    long BaseOffset,
    int Size,
    byte Magic,
    uint Crc,
    short Attributes,
    int LastOffsetDelta,
    long BaseTimestamp,
    long MaxTimestamp,
    long ProducerId,
    short ProducerEpoch,
    int BaseSequence,
    int Count)
{
    public const int HeaderSize = 61;

    /// <summary>Base offset and length come before what the length counts.</summary>
    public const int SizePrefix = 12;

    private const int LeaderEpochAt = 12;
    private const int ChecksummedFrom = 21;
    private const int TimestampTypeBit = 0x08;
    private const int TransactionalBit = 0x10;
    private const int ControlBit = 0x20;

    public long LastOffset => BaseOffset + LastOffsetDelta;

    public Compression Compression => (Compression)(Attributes & 0x07);

    public int LastSequence => (int)((BaseSequence + (long)LastOffsetDelta) & int.MaxValue);

    /// <summary>Reads the head; <see cref="Size"/> is that of the whole batch, and may be nonsense until checked.</summary>
    public static RecordBatch Read(ReadOnlySpan<byte> head) => new(
        BinaryPrimitives.ReadInt64BigEndian(head),
        unchecked(BinaryPrimitives.ReadInt32BigEndian(head[8..]) + SizePrefix),
        head[16],
        BinaryPrimitives.ReadUInt32BigEndian(head[17..]),
        BinaryPrimitives.ReadInt16BigEndian(head[21..]),
        BinaryPrimitives.ReadInt32BigEndian(head[23..]),
        BinaryPrimitives.ReadInt64BigEndian(head[27..]),
        BinaryPrimitives.ReadInt64BigEndian(head[35..]),
        BinaryPrimitives.ReadInt64BigEndian(head[43..]),
        BinaryPrimitives.ReadInt16BigEndian(head[51..]),
        BinaryPrimitives.ReadInt32BigEndian(head[53..]),
        BinaryPrimitives.ReadInt32BigEndian(head[57..]));

    /// <summary>Gives a batch its place in the log. Both fields lie outside the checksum, for this purpose.</summary>
    public static void Place(Span<byte> batch, long baseOffset, int leaderEpoch)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch, baseOffset);
        BinaryPrimitives.WriteInt32BigEndian(batch[LeaderEpochAt..], leaderEpoch);
    }

    /// <summary>Whether the head can be that of a batch in a log: cheap, and enough to walk from one batch to the next.</summary>
    public bool IsPlausible => Size >= HeaderSize && Magic == 2 && Count > 0 && LastOffsetDelta >= 0 && BaseOffset >= 0;

    public bool ChecksumMatches(ReadOnlySpan<byte> batch) => Crc32C(batch[ChecksummedFrom..]) == Crc;

    /// <summary>Checks what a producer sent: exactly one intact batch. The records of a compressed batch are not looked into.</summary>
    public static ErrorCode Validate(ReadOnlySpan<byte> bytes, out RecordBatch batch)
    {
        batch = default;
        if (bytes.Length < HeaderSize) return ErrorCode.CorruptMessage;
        batch = Read(bytes);
        if (batch.Magic != 2) return batch.Magic < 2 ? ErrorCode.UnsupportedForMessageFormat : ErrorCode.CorruptMessage;
        // Since version 3 a produce request carries one batch for a partition.
        if (batch.Size >= HeaderSize && batch.Size < bytes.Length) return ErrorCode.InvalidRecord;
        if (batch.Size != bytes.Length) return ErrorCode.CorruptMessage;
        if (!batch.ChecksumMatches(bytes)) return ErrorCode.CorruptMessage;
        if (batch.Compression > Compression.Zstd) return ErrorCode.UnsupportedCompressionType;
        if (batch.Count <= 0 || batch.LastOffsetDelta != batch.Count - 1) return ErrorCode.InvalidRecord;
        // Transactions, control records and broker-assigned timestamps are not a producer's to send here.
        if ((batch.Attributes & (TransactionalBit | ControlBit | TimestampTypeBit)) != 0) return ErrorCode.InvalidRecord;
        if (batch.ProducerId >= 0 && (batch.ProducerEpoch < 0 || batch.BaseSequence < 0)) return ErrorCode.InvalidRecord;
        return batch.Compression == Compression.None && !batch.Describes(bytes[HeaderSize..]) ? ErrorCode.InvalidRecord : ErrorCode.None;
    }

    /// <summary>CRC-32C (Castagnoli).</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var each in bytes) crc = BitOperations.Crc32C(crc, each);
        return ~crc;
    }

    /// <summary>Whether as many records as claimed fill the bytes, and the greatest timestamp is one of theirs.</summary>
    private bool Describes(ReadOnlySpan<byte> records)
    {
        // Before 1970 is as good as no time: clients begin their maximum at 0 or at -1.
        var latest = 0L;
        for (var i = 0; i < Count; i++)
        {
            // The least a record holds: attributes, two deltas, two lengths and the number of headers, a byte each.
            if (!TryZigZag(ref records, out var length) || length < 6 || length > records.Length) return false;
            var afterAttributes = records[1..(int)length];
            if (!TryZigZag(ref afterAttributes, out var timestampDelta)) return false;
            latest = Math.Max(latest, BaseTimestamp + timestampDelta);
            records = records[(int)length..];
        }
        return records.IsEmpty && Math.Max(MaxTimestamp, 0) == latest;
    }

    private static bool TryZigZag(ref ReadOnlySpan<byte> bytes, out long value)
    {
        var raw = 0UL;
        value = 0;
        for (var i = 0; i < Math.Min(10, bytes.Length); i++)
        {
            raw |= (bytes[i] & 0x7fUL) << (7 * i);
            if (bytes[i] >= 0x80) continue;
            bytes = bytes[(i + 1)..];
            value = (long)(raw >> 1) ^ -(long)(raw & 1);
            return true;
        }
        return false;
    }
}
