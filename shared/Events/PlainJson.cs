using System.Buffers.Text;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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

    /// <summary>Whole numbers of so many digits are doubles; any other number is for the framework to round.</summary>
    private const int MostExactDigits = 15;

    private readonly ReadOnlySpan<byte> _utf8;
    private Quotes _quotes;
    private int _at;
    private int _textStart;
    private int _textEnd;
    private int _depth;

    /// <summary>A bit for each open level, the innermost lowest: whether it is an object.</summary>
    private uint _objects;

    private PlainJson(ReadOnlySpan<byte> utf8) => _utf8 = utf8;

    /// <summary>Begins to read bytes; false if they are not plain, or not UTF-8.</summary>
    public static bool TryBegin(ReadOnlySpan<byte> utf8, out PlainJson json)
    {
        json = new PlainJson(utf8);
        return utf8.Length is >= Quotes.Block and <= Quotes.MostBytes && Find(utf8, ref json._quotes);
    }

    public static bool IsFreeOfControls => true;

    public JsonTokenType TokenType { get; private set; }

    public int TokenStart { get; private set; }

    public readonly int Consumed => _at;

    public readonly ReadOnlySpan<byte> Text => _utf8[_textStart.._textEnd];

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

        if (_depth == 0) return next == 0 ? false : throw new NotPlainException();
        var isObject = (_objects & 1) != 0;
        if (next == ',')
        {
            _at++;
            next = Next();
            return isObject ? ReadName(next) : ReadValue(next);
        }

        if (next != (isObject ? '}' : ']')) throw new NotPlainException();
        return End(isObject ? JsonTokenType.EndObject : JsonTokenType.EndArray);
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
        if (number.Length > MostExactDigits || number.ContainsAny((byte)'-', (byte)'.')) return Utf8Parser.TryParse(number, out value, out _);
        var whole = 0L;
        foreach (var digit in number) whole = (whole * 10) + (digit - '0');
        value = whole;
        return true;
    }

    public readonly bool TryGetBase64(out byte[] bytes) => throw new NotPlainException();

    public readonly string Describe() => throw new NotPlainException();

    /// <summary>The first byte of the next token; 0 at the end.</summary>
    private byte Next()
    {
        while ((uint)_at < (uint)_utf8.Length)
        {
            if (_utf8[_at] != ' ') return _utf8[_at];
            _at++;
        }

        return 0;
    }

    private bool ReadName(byte next)
    {
        if (next != '"') throw new NotPlainException();
        ReadText();
        if (Next() != ':') throw new NotPlainException();
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
                ReadText();
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

    private void ReadText()
    {
        _textStart = _at + 1;
        _textEnd = _quotes.From(_textStart);
        if (_textEnd >= _utf8.Length) throw new NotPlainException();
        _at = _textEnd + 1;
    }

    private bool ReadLiteral(ReadOnlySpan<byte> word, JsonTokenType type)
    {
        if (!_utf8[_at..].StartsWith(word)) throw new NotPlainException();
        _at += word.Length;
        TokenType = type;
        return true;
    }

    private bool ReadNumber()
    {
        if (_utf8[_at..] is [(byte)'-', ..]) _at++;
        var first = _at;
        var whole = SkipDigits();
        if (whole == 0 || (whole > 1 && _utf8[first] == '0')) throw new NotPlainException();
        if (_utf8[_at..] is [(byte)'.', ..])
        {
            _at++;
            if (SkipDigits() == 0) throw new NotPlainException();
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
        if (_depth == DeepestLevel) throw new NotPlainException();
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
    private static bool Find(ReadOnlySpan<byte> utf8, ref Quotes quotes)
    {
        var high = Vector256<byte>.Zero;
        var odd = Vector256<byte>.Zero;
        var at = 0;
        for (; at + Quotes.Block <= utf8.Length; at += Quotes.Block)
            quotes[at / Quotes.Block] = Find(utf8.Slice(at, Quotes.Block), ref high, ref odd) | ((ulong)Find(utf8.Slice(at + 32, 32), ref high, ref odd) << 32);

        // The last bytes are read once more together with those before them. Behind the end there is a quote, so that a search ends there.
        quotes[at / Quotes.Block] = ulong.MaxValue << (utf8.Length - at);
        if (at < utf8.Length)
        {
            var last = utf8[^Quotes.Block..];
            var mask = Find(last[..32], ref high, ref odd) | ((ulong)Find(last[32..], ref high, ref odd) << 32);
            quotes[at / Quotes.Block] |= mask >> (Quotes.Block - (utf8.Length - at));
        }

        if (odd != Vector256<byte>.Zero) return false;
        return high.ExtractMostSignificantBits() == 0 || Utf8.IsValid(utf8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Find(ReadOnlySpan<byte> utf8, ref Vector256<byte> high, ref Vector256<byte> odd)
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
        public const int MostBytes = (Blocks - 1) * Block;

        private const int Blocks = 24;

        private ulong _first;

        /// <summary>The first quote from there on.</summary>
        public readonly int From(int at)
        {
            var block = at / Block;
            var mask = this[block] >> (at % Block);
            if (mask != 0) return at + BitOperations.TrailingZeroCount(mask);
            do block++;
            while (this[block] == 0);
            return (block * Block) + BitOperations.TrailingZeroCount(this[block]);
        }
    }
}

/// <summary>Says that a document has to be read by <see cref="AnyJson"/>, be it in order or not; never leaves <see cref="EventDecoder"/>.</summary>
internal sealed class NotPlainException : Exception;
