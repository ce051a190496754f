using System.IO.Compression;
using K4os.Compression.LZ4.Streams;

namespace ShitOps.Local.Broker.Log;

/// <summary>Offset and timestamp (Unix milliseconds) of one record.</summary>
internal readonly record struct TimedOffset(long Offset, long Timestamp);

/// <summary>Looks into a batch for the offsets and timestamps of its records: what a lookup by time needs, and nothing else does.</summary>
internal static class Records
{
    /// <summary>A batch that unpacks to more is not read further: a few kilobytes can claim gigabytes.</summary>
    private const int MaxUnpackedBytes = 256 * 1024 * 1024;

    /// <summary>A record has attributes, timestamp, offset, the lengths of key and value, and the number of headers: a byte each at least.</summary>
    private const int LeastBytes = 6;

    /// <summary>The records in order, up to the first that cannot be read.</summary>
    public static IEnumerable<TimedOffset> Read(ReadOnlyMemory<byte> bytes)
    {
        var batch = RecordBatch.Read(bytes.Span);
        using var records = new BufferedStream(Unpack(batch.Compression, bytes[RecordBatch.HeaderSize..]), 16 * 1024);
        var left = (long)MaxUnpackedBytes;
        for (var i = 0; i < batch.Count; i++)
        {
            if (TryRead(records, batch, ref left) is not { } record) yield break;
            yield return record;
        }
    }

    private static TimedOffset? TryRead(Stream records, RecordBatch batch, ref long left)
    {
        try
        {
            var length = ZigZag(records, out _);
            if (length < LeastBytes || (left -= length) < 0) return null;
            if (records.ReadByte() < 0) return null;
            var timestamp = batch.BaseTimestamp + ZigZag(records, out var timestampBytes);
            var offset = batch.BaseOffset + ZigZag(records, out var offsetBytes);
            Skip(records, length - 1 - timestampBytes - offsetBytes);
            return new TimedOffset(offset, timestamp);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The bytes are a producer's, and each decompressor has its own ways of rejecting them.
            return null;
        }
    }

    private static Stream Unpack(Compression compression, ReadOnlyMemory<byte> packed)
    {
        switch (compression)
        {
            case Compression.Gzip: return new GZipStream(Stream(packed), CompressionMode.Decompress);
            case Compression.Snappy: return SnappyBlocks.Unpack(packed, MaxUnpackedBytes);
            case Compression.Lz4: return LZ4Stream.Decode(Stream(packed));
            case Compression.Zstd: return new ZstdSharp.DecompressionStream(Stream(packed));
            default: return Stream(packed);
        }
    }

    private static MemoryStream Stream(ReadOnlyMemory<byte> bytes) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(bytes.ToArray(), writable: false);

    private static long ZigZag(Stream records, out int length)
    {
        var raw = 0UL;
        for (length = 1; length <= 10; length++)
        {
            var next = records.ReadByte();
            if (next < 0) throw new EndOfStreamException();
            raw |= ((ulong)next & 0x7f) << (7 * (length - 1));
            if (next < 0x80) return (long)(raw >> 1) ^ -(long)(raw & 1);
        }
        throw new InvalidDataException("A varint is longer than ten bytes.");
    }

    private static void Skip(Stream records, long count)
    {
        Span<byte> skipped = stackalloc byte[1024];
        while (count > 0)
        {
            var read = records.Read(skipped[..(int)Math.Min(count, skipped.Length)]);
            if (read == 0) throw new EndOfStreamException();
            count -= read;
        }
    }
}
