using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace ShitOps.Events;

/// <summary>
/// Keeps recently read strings, so that the names which recur in every event (sources, projects, people, statuses) are not
/// allocated again. Holds at most 4,096 strings of up to 64 bytes. Not safe for concurrent use.
/// </summary>
internal sealed class Utf8Interner
{
    private const int SlotBits = 12;
    private const int LongestKept = 64;
    private const int Part = sizeof(ulong);

    /// <summary>Up to so many bytes, length and parts say all of a text.</summary>
    private const int LongestInParts = 3 * Part;

    private readonly Kept[] _kept = new Kept[1 << SlotBits];

    /// <summary>The string of valid UTF-8 bytes.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        var length = utf8.Length;
        if (length is 0 or > LongestKept) return Encoding.UTF8.GetString(utf8);

        // The bytes at both ends and in the middle, which overlap where the text is short: enough to tell most names apart.
        ref var bytes = ref MemoryMarshal.GetReference(utf8);
        ulong first, middle = 0, last;
        if (length >= Part)
        {
            first = Unsafe.ReadUnaligned<ulong>(ref bytes);
            middle = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, (length - Part) / 2));
            last = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, length - Part));
        }
        else if (length >= sizeof(uint))
        {
            first = Unsafe.ReadUnaligned<uint>(ref bytes);
            last = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref bytes, length - sizeof(uint)));
        }
        else
        {
            (first, middle, last) = (bytes, Unsafe.Add(ref bytes, length / 2), Unsafe.Add(ref bytes, length - 1));
        }

        // A slot is only a guess: what it keeps is compared, so a collision costs an allocation and nothing else. The hash's upper bits are the good ones.
        var hash = (first * 0x9E3779B97F4A7C15) + (middle * 0xD6E8FEB86659FD93) + (last * 0xFF51AFD7ED558CCD) + ((ulong)length * 0xC4CEB9FE1A85EC53);
        ref var kept = ref _kept[hash >> (64 - SlotBits)];
        if (kept.First == first && kept.Middle == middle && kept.Last == last && kept.Length == length && (length <= LongestInParts || utf8.SequenceEqual(kept.Utf8)))
            return kept.Text;
        return Keep(ref kept, utf8, first, middle, last);
    }

    private static string Keep(ref Kept kept, ReadOnlySpan<byte> utf8, ulong first, ulong middle, ulong last)
    {
        kept = new Kept
        {
            First = first, Middle = middle, Last = last, Length = utf8.Length, Utf8 = utf8.Length <= LongestInParts ? null : utf8.ToArray(), Text = Encoding.UTF8.GetString(utf8),
        };
        return kept.Text;
    }

    /// <summary>What a slot keeps; its length is 0 if that is nothing.</summary>
    private struct Kept
    {
        public ulong First;
        public ulong Middle;
        public ulong Last;
        public int Length;

        /// <summary>Null where length and parts say all.</summary>
        public byte[]? Utf8;
        public string Text;
    }
}
