using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ShitOps.Events;

/// <summary>
/// The tokens of JSON as most senders write it: of moderate size, on one line, without escapes, with plain numbers. It finds all quotes in
/// one pass of vector instructions, and so need not look at every byte of every string. It never gives other tokens than
/// <see cref="Utf8JsonReader"/> would: on anything that it does not take for plain it gives up, and <see cref="AnyJson"/> has to read the
/// document from the beginning.
/// </summary>
internal ref struct PlainJson : IJsonTokens
{
    private const int DeepestLevel = 32;

    /// <summary>
    /// Whole numbers of so many digits, and powers of ten up to the same, are doubles; their quotient is rounded once, and so is the double that
    /// is nearest to the decimal. Any longer number is for the framework to round.
    /// </summary>
    private const int MostExactDigits = 15;

    private readonly ReadOnlySpan<byte> _utf8;
    private Quotes _quotes;
    private bool _isAscii;
    private int _at;
    private int _textStart;
    private int _textEnd;
    private int _depth;

    /// <summary>The last property, in whichever object it stands.</summary>
    private Property _property;

    /// <summary>A bit for each open level, the innermost lowest: whether it is an object.</summary>
    private uint _objects;

    private PlainJson(ReadOnlySpan<byte> utf8) => _utf8 = utf8;

    /// <summary>Begins to read bytes; false if they are not plain, or not UTF-8.</summary>
    public static bool TryBegin(ReadOnlySpan<byte> utf8, out PlainJson json)
    {
        json = new PlainJson(utf8);
        return utf8.Length is >= Quotes.Block and <= Quotes.MostBytes && Find(utf8, ref json._quotes, out json._isAscii);
    }

    public static bool IsFreeOfControls => true;

    public JsonTokenType TokenType { get; private set; }

    public int TokenStart { get; private set; }

    public readonly int Consumed => _at;

    public readonly ReadOnlySpan<byte> Text => _utf8[_textStart.._textEnd];

    public readonly string GetString(scoped ReadOnlySpan<byte> text) => _isAscii ? Encoding.Latin1.GetString(text) : Encoding.UTF8.GetString(text);

    public bool Read()
    {
        var next = Next();
        switch (TokenType)
        {
            case JsonTokenType.None or JsonTokenType.PropertyName:
                return ReadValue(next);
            case JsonTokenType.StartObject:
                return next == '}' ? End(JsonTokenType.EndObject) : ReadName(next);
            case JsonTokenType.StartArray:
                return next == ']' ? End(JsonTokenType.EndArray) : ReadValue(next);
        }

        if (_depth == 0)
        {
            if (next != 0) GiveUp();
            return false;
        }

        var isObject = (_objects & 1) != 0;
        if (next == ',')
        {
            _at++;
            next = Next();
            return isObject ? ReadName(next) : ReadValue(next);
        }

        if (next != (isObject ? '}' : ']')) GiveUp();
        return End(isObject ? JsonTokenType.EndObject : JsonTokenType.EndArray);
    }

    public bool NextProperty(PropertyOrder order, out Property property)
    {
        ref var expected = ref order.After(_property);
        var isFirst = TokenType == JsonTokenType.StartObject;
        if (!expected.StandsAt(_utf8, _at, isFirst)) return NextUnexpected(ref expected, out property);
        _at += expected.Length - (isFirst ? 1 : 0);
        _property = property = expected.Property;
        TokenType = JsonTokenType.PropertyName;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool ReadText(out ReadOnlySpan<byte> text)
    {
        var at = BehindBlanks(_at);
        if (ByteAt(at) != '"')
        {
            text = default;
            _at = at;
            ReadValue(ByteAt(at));
            return false;
        }

        text = TextAt(ref at);
        _at = at;
        TokenType = JsonTokenType.String;
        return true;
    }

    public void Skip()
    {
        if (TokenType == JsonTokenType.PropertyName) Read();
        if (TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray)) return;
        for (var depth = _depth; _depth >= depth;) Read();
    }

    public readonly bool TryGetDouble(out double value)
    {
        var number = _utf8[TokenStart.._at];
        if (number.Length > MostExactDigits || number[0] == '-') return Utf8Parser.TryParse(number, out value, out _);
        var whole = 0L;
        var scale = 1.0;
        var isDecimal = false;
        foreach (var digit in number)
        {
            if (digit == '.')
            {
                isDecimal = true;
                continue;
            }

            whole = (whole * 10) + (digit - '0');
            if (isDecimal) scale *= 10;
        }

        value = whole / scale;
        return true;
    }

    public readonly bool TryGetBase64(out byte[] bytes) => throw new NotPlainException();

    public readonly string Describe() => throw new NotPlainException();

    [DoesNotReturn]
    private static void GiveUp() => throw new NotPlainException();

    /// <summary>The first byte of the next token; 0 at the end.</summary>
    private byte Next()
    {
        _at = BehindBlanks(_at);
        return ByteAt(_at);
    }

    /// <summary>Reads a name by its letters, and remembers it as the one to expect here; or the object's end.</summary>
    private bool NextUnexpected(ref PropertyName expected, out Property property)
    {
        property = Property.Unknown;
        var next = Next();
        if (next == '}') return !End(JsonTokenType.EndObject);
        if (TokenType != JsonTokenType.StartObject)
        {
            if (next != ',') GiveUp();
            _at++;
            next = Next();
        }

        ReadName(next);
        expected = PropertyName.Find(Text);
        _property = property = expected.Property;
        return true;
    }

    /// <summary>The first place from there on that is no blank.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int BehindBlanks(int at)
    {
        while (ByteAt(at) == ' ') at++;
        return at;
    }

    /// <summary>The byte at that place; 0, which no plain document holds, behind the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte ByteAt(int at) => (uint)at < (uint)_utf8.Length ? _utf8[at] : (byte)0;

    /// <summary>The name or string that begins there, and goes on behind its second quote.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly ReadOnlySpan<byte> TextAt(scoped ref int at)
    {
        if (ByteAt(at) != '"') GiveUp();
        var first = at + 1;
        var end = _quotes.From(first);
        if (end >= _utf8.Length) GiveUp();
        at = end + 1;
        return _utf8[first..end];
    }

    private bool ReadName(byte next)
    {
        if (next != '"') GiveUp();
        ReadQuoted();
        if (Next() != ':') GiveUp();
        _at++;
        TokenType = JsonTokenType.PropertyName;
        return true;
    }

    private bool ReadValue(byte next)
    {
        TokenStart = _at;
        switch (next)
        {
            case (byte)'"':
                ReadQuoted();
                TokenType = JsonTokenType.String;
                return true;
            case (byte)'{': return Begin(isObject: true);
            case (byte)'[': return Begin(isObject: false);
            case (byte)'n': return ReadLiteral("null"u8, JsonTokenType.Null);
            case (byte)'t': return ReadLiteral("true"u8, JsonTokenType.True);
            case (byte)'f': return ReadLiteral("false"u8, JsonTokenType.False);
            default: return ReadNumber();
        }
    }

    private void ReadQuoted()
    {
        _textStart = _at + 1;
        _textEnd = _quotes.From(_textStart);
        if (_textEnd >= _utf8.Length) GiveUp();
        _at = _textEnd + 1;
    }

    private bool ReadLiteral(ReadOnlySpan<byte> word, JsonTokenType type)
    {
        if (!_utf8[_at..].StartsWith(word)) GiveUp();
        _at += word.Length;
        TokenType = type;
        return true;
    }

    private bool ReadNumber()
    {
        if (_utf8[_at..] is [(byte)'-', ..]) _at++;
        var first = _at;
        var whole = SkipDigits();
        if (whole == 0 || (whole > 1 && _utf8[first] == '0')) GiveUp();
        if (_utf8[_at..] is [(byte)'.', ..])
        {
            _at++;
            if (SkipDigits() == 0) GiveUp();
        }

        TokenType = JsonTokenType.Number;
        return true;
    }

    private int SkipDigits()
    {
        var first = _at;
        while ((uint)_at < (uint)_utf8.Length && _utf8[_at] is >= (byte)'0' and <= (byte)'9') _at++;
        return _at - first;
    }

    private bool Begin(bool isObject)
    {
        if (_depth == DeepestLevel) GiveUp();
        _at++;
        _depth++;
        _objects = (_objects << 1) | (isObject ? 1u : 0);
        TokenType = isObject ? JsonTokenType.StartObject : JsonTokenType.StartArray;
        return true;
    }

    private bool End(JsonTokenType type)
    {
        _at++;
        _depth--;
        _objects >>= 1;
        TokenType = type;
        return true;
    }

    /// <summary>Finds the quotes; false if there is an escape, a control character, or a byte that may begin one, or if it is not UTF-8.</summary>
    private static bool Find(ReadOnlySpan<byte> utf8, ref Quotes quotes, out bool isAscii)
    {
        var high = Vector256<byte>.Zero;
        var odd = Vector256<byte>.Zero;
        var at = 0;
        for (; at + Quotes.Block <= utf8.Length; at += Quotes.Block)
            quotes[at / Quotes.Block] = Find(utf8.Slice(at, Quotes.Block), ref high, ref odd);

        // The last bytes are read once more together with those before them. All that is behind the end counts as quotes, so that a search ends there.
        var rest = utf8.Length - at;
        var mask = rest == 0 ? 0 : Find(utf8[^Quotes.Block..], ref high, ref odd) >> (Quotes.Block - rest);
        quotes[at / Quotes.Block] = mask | (ulong.MaxValue << rest);

        isAscii = high.ExtractMostSignificantBits() == 0;
        return odd == Vector256<byte>.Zero && (isAscii || Utf8.IsValid(utf8));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Find(ReadOnlySpan<byte> block, ref Vector256<byte> high, ref Vector256<byte> odd) =>
        FindInHalf(block[..Vector256<byte>.Count], ref high, ref odd) | ((ulong)FindInHalf(block[Vector256<byte>.Count..], ref high, ref odd) << 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint FindInHalf(ReadOnlySpan<byte> utf8, ref Vector256<byte> high, ref Vector256<byte> odd)
    {
        var bytes = Vector256.Create(utf8);
        high |= bytes;

        // U+0080 to U+009F are control characters too, and begin with C2.
        odd |= Vector256.LessThan(bytes, Vector256.Create((byte)0x20)) | Vector256.Equals(bytes, Vector256.Create((byte)'\\'))
            | Vector256.Equals(bytes, Vector256.Create((byte)0x7f)) | Vector256.Equals(bytes, Vector256.Create((byte)0xc2));
        return Vector256.Equals(bytes, Vector256.Create((byte)'"')).ExtractMostSignificantBits();
    }

    /// <summary>A bit for each byte: whether it is a quote.</summary>
    [InlineArray(Blocks)]
    private struct Quotes
    {
        public const int Block = 64;
        public const int MostBytes = (Blocks - 2) * Block;

        /// <summary>Two more than are full of bytes: that of the end, and another one behind it.</summary>
        private const int Blocks = 25;

        private ulong _first;

        /// <summary>The first quote from there on.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly int From(int at)
        {
            // The 64 bytes from there on lie in two blocks. Of the number of bits to shift, only what exceeds whole blocks counts.
            var block = (int)((uint)at / Block);
            var window = (this[block] >> at) | (this[block + 1] << 1 << ~at);
            if (window != 0) return at + BitOperations.TrailingZeroCount(window);
            do block++;
            while (this[block] == 0);
            return (block * Block) + BitOperations.TrailingZeroCount(this[block]);
        }
    }
}

/// <summary>Says that a document has to be read by <see cref="AnyJson"/>, be it in order or not; never leaves <see cref="EventDecoder"/>.</summary>
internal sealed class NotPlainException : Exception;
