using System.Buffers.Binary;
using Snappier;

namespace ShitOps.Local.Broker.Log;

/// <summary>
/// Snappy has two forms in Kafka: one plain block (librdkafka), or the framing of the Java library: a 16-byte header, then blocks,
/// each after its length.
/// </summary>
internal static class SnappyBlocks
{
    private const int JavaHeaderSize = 16;

    /// <summary>Snappy copies 64 bytes with three: no block unpacks to more times its length.</summary>
    private const int MaxRatio = 64;

    private static ReadOnlySpan<byte> JavaMagic => [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0];

    /// <summary>Unpacks up to <paramref name="maxBytes"/>; what cannot be read ends the stream early.</summary>
    public static Stream Unpack(ReadOnlyMemory<byte> packed, int maxBytes)
    {
        var unpacked = new MemoryStream();
        if (!packed.Span.StartsWith(JavaMagic))
        {
            TryUnpackBlock(packed.Span, maxBytes, unpacked);
        }
        else
        {
            var left = packed.Length >= JavaHeaderSize ? packed.Span[JavaHeaderSize..] : [];
            while (left.Length > 4)
            {
                var length = BinaryPrimitives.ReadInt32BigEndian(left);
                if (length < 0 || length > left.Length - 4 || !TryUnpackBlock(left.Slice(4, length), maxBytes - (int)unpacked.Length, unpacked)) break;
                left = left[(4 + length)..];
            }
        }
        unpacked.Position = 0;
        return unpacked;
    }

    private static bool TryUnpackBlock(ReadOnlySpan<byte> block, int maxBytes, MemoryStream unpacked)
    {
        try
        {
            // A block begins with the size it claims to unpack to: looked at before anything is allocated.
            if (Snappy.GetUncompressedLength(block) > Math.Min(maxBytes, MaxRatio * (long)block.Length)) return false;
            using var bytes = Snappy.DecompressToMemory(block);
            unpacked.Write(bytes.Memory.Span);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
