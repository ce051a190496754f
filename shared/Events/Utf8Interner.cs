using System.Buffers.Binary;
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

    private readonly Kept[] _kept = new Kept[1 << SlotBits];

    /// <summary>The string of valid UTF-8 bytes.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0 or > LongestKept) return Encoding.UTF8.GetString(utf8);

        // A slot is only a guess: what it keeps is compared, so a collision costs an allocation and nothing else.
        var print = new Print(utf8);
        ref var slot = ref _kept[print.Hash >> (64 - SlotBits)];
        if (slot.Print != print || (!print.IsAll && !utf8.SequenceEqual(slot.Utf8)))
            slot = new Kept(print, print.IsAll ? null : utf8.ToArray(), Encoding.UTF8.GetString(utf8));
        return slot.Text;
    }

    /// <param name="Print">The default only where nothing is kept: every text has a length.</param>
    /// <param name="Utf8">Null where the print is all.</param>
    /// <param name="Text">Null only where nothing is kept.</param>
    private readonly record struct Kept(Print Print, byte[]? Utf8, string Text);

    /// <summary>A text's length and its bytes at both ends and in the middle, which overlap where it is short: enough to tell most names apart.</summary>
    private readonly record struct Print
    {
        private const int Part = sizeof(ulong);

        private readonly ulong _first;
        private readonly ulong _middle;
        private readonly ulong _last;
        private readonly int _length;

        public Print(ReadOnlySpan<byte> utf8)
        {
            _length = utf8.Length;
            if (_length >= Part)
            {
                _first = BinaryPrimitives.ReadUInt64LittleEndian(utf8);
                _middle = BinaryPrimitives.ReadUInt64LittleEndian(utf8[((_length - Part) / 2)..]);
                _last = BinaryPrimitives.ReadUInt64LittleEndian(utf8[^Part..]);
            }
            else if (_length >= sizeof(uint))
            {
                _first = BinaryPrimitives.ReadUInt32LittleEndian(utf8);
                _last = BinaryPrimitives.ReadUInt32LittleEndian(utf8[^sizeof(uint)..]);
            }
            else
            {
                (_first, _middle, _last) = (utf8[0], utf8[_length / 2], utf8[^1]);
            }
        }

        /// <summary>Whether no other text has this print.</summary>
        public bool IsAll => _length <= 3 * Part;

        /// <summary>A hash whose upper bits are the good ones.</summary>
        public ulong Hash =>
            (_first * 0x9E3779B97F4A7C15) + (_middle * 0xD6E8FEB86659FD93) + (_last * 0xFF51AFD7ED558CCD) + ((ulong)_length * 0xC4CEB9FE1A85EC53);
    }
}
