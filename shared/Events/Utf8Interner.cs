using System.Buffers.Binary;
using System.Text;

namespace ShitOps.Events;

/// <summary>
/// Keeps recently read strings, so that the names which recur in every event (sources, projects, people, statuses) are
/// decoded once and not allocated again. Holds at most 4,096 strings of up to 64 bytes. Not safe for concurrent use.
/// </summary>
internal sealed class Utf8Interner
{
    private const int Slots = 4096;
    private const int LongestKept = 64;

    private readonly (byte[] Utf8, string Text)[] kept = new (byte[], string)[Slots];

    /// <summary>The string of valid UTF-8 bytes.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0 or > LongestKept) return Encoding.UTF8.GetString(utf8);

        // A slot is only a guess: its bytes are compared, so a collision costs an allocation and nothing else.
        ref var slot = ref kept[Hash(utf8) % Slots];
        if (slot.Utf8 is not null && utf8.SequenceEqual(slot.Utf8)) return slot.Text;
        slot = (utf8.ToArray(), Encoding.UTF8.GetString(utf8));
        return slot.Text;
    }

    private static uint Hash(ReadOnlySpan<byte> utf8)
    {
        var hash = (ulong)utf8.Length * 0x9E3779B97F4A7C15;
        while (utf8.Length >= 8)
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(utf8)) * 0xFF51AFD7ED558CCD;
            hash ^= hash >> 32;
            utf8 = utf8[8..];
        }

        foreach (var b in utf8) hash = (hash ^ b) * 0x100000001B3;
        return (uint)(hash ^ (hash >> 29));
    }
}
