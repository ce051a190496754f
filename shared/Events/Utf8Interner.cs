using System.Buffers.Binary;
using System.Text;

namespace ShitOps.Events;

/// <summary>
/// Keeps recently read strings, so that the names which recur in every event (sources, projects, people, statuses) are not
/// allocated again. Holds at most 4,096 strings of up to 64 bytes. Not safe for concurrent use.
/// </summary>
internal sealed class Utf8Interner
{
    private const int Slots = 4096;
    private const int LongestKept = 64;

    private readonly string?[] _kept = new string?[Slots];

    /// <summary>The string of valid UTF-8 bytes.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0 or > LongestKept) return Encoding.UTF8.GetString(utf8);

        // A slot is only a guess: its text is compared, so a collision costs an allocation and nothing else.
        ref var slot = ref _kept[Hash(utf8) % Slots];
        if (slot is null || !Equals(utf8, slot)) slot = Encoding.UTF8.GetString(utf8);
        return slot;
    }

    private static bool Equals(ReadOnlySpan<byte> utf8, string text)
    {
        if (Ascii.Equals(utf8, text)) return true;
        if (Ascii.IsValid(utf8)) return false;

        // No text has more UTF-16 units than UTF-8 bytes.
        Span<char> decoded = stackalloc char[LongestKept];
        return decoded[..Encoding.UTF8.GetChars(utf8, decoded)].SequenceEqual(text);
    }

    /// <summary>Of the length and the bytes at both ends and in the middle: enough to tell names apart, whatever their length.</summary>
    private static uint Hash(ReadOnlySpan<byte> utf8)
    {
        var hash = (ulong)utf8.Length * 0x9E3779B97F4A7C15;
        if (utf8.Length < 8)
        {
            ulong bytes = 0;
            foreach (var b in utf8) bytes = (bytes << 8) | b;
            hash ^= bytes;
        }
        else
        {
            var middle = BinaryPrimitives.ReadUInt64LittleEndian(utf8[((utf8.Length - 8) / 2)..]);
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(utf8)) * 0xFF51AFD7ED558CCD;
            hash = (hash ^ (hash >> 32) ^ middle) * 0xFF51AFD7ED558CCD;
            hash = hash ^ (hash >> 32) ^ BinaryPrimitives.ReadUInt64LittleEndian(utf8[^8..]);
        }

        hash *= 0xFF51AFD7ED558CCD;
        return (uint)(hash >> 40);
    }
}
