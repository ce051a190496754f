using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ShitOps.Events;

/// <summary>
/// A task's key in as little memory as it needs: one of at most 15 ASCII characters, which nearly all are, is held as its bytes, and becomes
/// text only where it is asked for; any other is held as the text that it is. The default is the empty key, which no event has.
/// </summary>
public readonly struct TaskKey : IEquatable<TaskKey>
{
    private const int LongestPacked = 15;
    private const ulong NotPacked = 0xffUL << 56;
    private const ulong NotAscii = 0x8080808080808080;

    /// <summary>So that no sender can choose keys that all have one hash; another one in each process.</summary>
    private static readonly ulong Seed = (uint)StringComparer.Ordinal.GetHashCode(nameof(TaskKey)) | 1UL;

    /// <summary>The key that reads so.</summary>
    public TaskKey(string text)
    {
        Span<byte> ascii = stackalloc byte[LongestPacked + 1];
        ascii.Clear();
        if (text.Length <= LongestPacked && Ascii.FromUtf16(text, ascii, out _) == OperationStatus.Done)
            (Low, High) = (BinaryPrimitives.ReadUInt64LittleEndian(ascii), BinaryPrimitives.ReadUInt64LittleEndian(ascii[8..]) | ((ulong)text.Length << 56));
        else
            (Low, High, Text) = ((uint)StringComparer.Ordinal.GetHashCode(text), NotPacked, text);
    }

    private TaskKey(ulong low, ulong high) => (Low, High) = (low, high);

    /// <summary>The first 8 characters; of a key that is held as text, its hash in this process.</summary>
    internal ulong Low { get; }

    /// <summary>The others, and the length in the uppermost byte; a key that is held as text has none that long there.</summary>
    internal ulong High { get; }

    /// <summary>The key, if it is held as text; else null, and then <see cref="Low"/> and <see cref="High"/> are all of it.</summary>
    internal string? Text { get; }

    /// <summary>The hash of a key with these <see cref="Low"/> and <see cref="High"/>.</summary>
    internal static int HashOf(ulong low, ulong high)
    {
        var hash = Math.BigMul(low ^ Seed, (high ^ 0x9E3779B97F4A7C15) | 1, out var lower) ^ lower;
        return (int)(hash ^ (hash >> 29));
    }

    /// <summary>Reads a key from UTF-8 without making a text of it; false if it would be held as text.</summary>
    internal static bool TryPack(ReadOnlySpan<byte> utf8, out TaskKey key)
    {
        key = default;
        if (utf8.Length > LongestPacked) return false;
        ulong low, high = 0;
        if (utf8.Length > sizeof(ulong))
        {
            // The last 8 bytes overlap with the first ones; those that both have are shifted out.
            low = BinaryPrimitives.ReadUInt64LittleEndian(utf8);
            high = BinaryPrimitives.ReadUInt64LittleEndian(utf8[^sizeof(ulong)..]) >> (8 * (2 * sizeof(ulong) - utf8.Length));
        }
        else if (utf8.Length >= sizeof(uint))
        {
            low = BinaryPrimitives.ReadUInt32LittleEndian(utf8) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(utf8[^sizeof(uint)..]) << (8 * (utf8.Length - sizeof(uint))));
        }
        else
        {
            low = 0;
            for (var i = 0; i < utf8.Length; i++) low |= (ulong)utf8[i] << (8 * i);
        }

        if (((low | high) & NotAscii) != 0) return false;
        key = new TaskKey(low, high | ((ulong)utf8.Length << 56));
        return true;
    }

    /// <summary>The key as it was stated.</summary>
    public override string ToString()
    {
        if (Text is not null) return Text;
        Span<byte> ascii = stackalloc byte[LongestPacked + 1];
        BinaryPrimitives.WriteUInt64LittleEndian(ascii, Low);
        BinaryPrimitives.WriteUInt64LittleEndian(ascii[8..], High);
        return Encoding.ASCII.GetString(ascii[..ascii[LongestPacked]]);
    }

    /// <inheritdoc/>
    public bool Equals(TaskKey other) => Low == other.Low && High == other.High && Text == other.Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TaskKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashOf(Low, High);

    public static bool operator ==(TaskKey left, TaskKey right) => left.Equals(right);

    public static bool operator !=(TaskKey left, TaskKey right) => !left.Equals(right);
}
