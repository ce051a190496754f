using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using System.Text;

namespace ShitOps.Events;

/// <summary>
/// An event's id in as little memory as it needs: a UUID in its usual form (36 characters, lower case) is held as its 16 bytes, and becomes
/// text only where it is asked for; any other id is held as the text that it is. Ids are in the order of their texts' UTF-16 units.
/// </summary>
public readonly struct EventId : IEquatable<EventId>, IComparable<EventId>
{
    private const int UuidLength = 36;

    private readonly ulong _high;
    private readonly ulong _low;
    private readonly string? _text;

    /// <summary>The id that reads so.</summary>
    public EventId(string text)
    {
        var isUuid = text.Length == UuidLength && TryParse(text, out _high, out _low);
        _text = isUuid ? null : text;
    }

    /// <summary>The id of the UUID whose bytes are these, the first ones in <paramref name="high"/>.</summary>
    internal EventId(ulong high, ulong low) => (_high, _low) = (high, low);

    /// <summary>How many UTF-16 units its text has.</summary>
    public int Length => _text?.Length ?? UuidLength;

    /// <summary>Reads an id from valid UTF-8 without making a text of it; false unless it is a UUID in its usual form.</summary>
    internal static bool TryParseUuid(ReadOnlySpan<byte> utf8, out EventId id)
    {
        var isUuid = TryParse(utf8, out var high, out var low);
        id = new EventId(high, low);
        return isUuid;
    }

    /// <summary>The bytes of a UUID in its usual form; false if the id is none.</summary>
    internal bool TryGetUuid(out ulong high, out ulong low)
    {
        (high, low) = (_high, _low);
        return _text is null;
    }

    /// <summary>The id as it was stated.</summary>
    public override string ToString()
    {
        if (_text is not null) return _text;
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _high);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], _low);
        return new Guid(bytes, bigEndian: true).ToString("D");
    }

    /// <inheritdoc/>
    public bool Equals(EventId other) => _high == other._high && _low == other._low && _text == other._text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is EventId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _text is null ? (int)(_high ^ (_high >> 32) ^ _low ^ (_low >> 32)) : StringComparer.Ordinal.GetHashCode(_text);

    /// <inheritdoc/>
    public int CompareTo(EventId other)
    {
        // Hyphens stand at the same places, and digits come before a to f, so texts of UUIDs are in the order of their bytes.
        if (_text is null && other._text is null) return _high != other._high ? _high.CompareTo(other._high) : _low.CompareTo(other._low);
        return string.CompareOrdinal(ToString(), other.ToString());
    }

    public static bool operator ==(EventId left, EventId right) => left.Equals(right);

    public static bool operator !=(EventId left, EventId right) => !left.Equals(right);

    public static bool operator <(EventId left, EventId right) => left.CompareTo(right) < 0;

    public static bool operator >(EventId left, EventId right) => left.CompareTo(right) > 0;

    public static bool operator <=(EventId left, EventId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(EventId left, EventId right) => left.CompareTo(right) >= 0;

    private static bool TryParse(string text, out ulong high, out ulong low)
    {
        Span<byte> ascii = stackalloc byte[UuidLength];
        (high, low) = (0, 0);
        return Ascii.FromUtf16(text, ascii, out _) == System.Buffers.OperationStatus.Done && TryParse(ascii, out high, out low);
    }

    private static bool TryParse(ReadOnlySpan<byte> text, out ulong high, out ulong low)
    {
        (high, low) = (0, 0);
        if (text.Length != UuidLength || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return false;

        // Of 8-4-4-4-12 digits: the first three groups are the high half, the others the low one. An index beyond the vector gives 0.
        var first = Vector128.Shuffle(Vector128.Create(text[..16]), Vector128.Create(0, 1, 2, 3, 4, 5, 6, 7, 255, 255, 255, 255, 255, 255, 255, (byte)255))
            | Vector128.Shuffle(Vector128.Create(text[2..18]), Vector128.Create(255, 255, 255, 255, 255, 255, 255, 255, 7, 8, 9, 10, 12, 13, 14, (byte)15));
        var second = Vector128.Shuffle(Vector128.Create(text[19..35]), Vector128.Create(0, 1, 2, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, (byte)255))
            | Vector128.Shuffle(Vector128.Create(text[20..]), Vector128.Create(255, 255, 255, 255, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, (byte)15));
        if (TryParseDigits(first, out high) && TryParseDigits(second, out low)) return true;
        (high, low) = (0, 0);
        return false;
    }

    private static bool TryParseDigits(Vector128<byte> digits, out ulong value)
    {
        var ofDigit = digits - Vector128.Create((byte)'0');
        var isDigit = Vector128.LessThan(ofDigit, Vector128.Create((byte)10));
        var ofLetter = digits - Vector128.Create((byte)'a');
        var isLetter = Vector128.LessThan(ofLetter, Vector128.Create((byte)6));
        var nibbles = Vector128.ConditionalSelect(isDigit, ofDigit, ofLetter + Vector128.Create((byte)10)).AsUInt16();

        // Each pair holds the upper nibble in its lower byte.
        var bytes = ((nibbles << 4) | (nibbles >>> 8)) & Vector128.Create((ushort)0xff);
        value = BinaryPrimitives.ReverseEndianness(Vector128.Narrow(bytes, bytes).AsUInt64()[0]);
        return (isDigit | isLetter) == Vector128<byte>.AllBitsSet;
    }
}
