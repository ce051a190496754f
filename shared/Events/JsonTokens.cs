using System.Text;
using System.Text.Json;

namespace ShitOps.Events;

/// <summary>The tokens of one JSON document in UTF-8, forward only: what the decoder asks of whatever reads them.</summary>
internal interface IJsonTokens
{
    /// <summary>Whether no string that it gives holds a control character.</summary>
    static abstract bool IsFreeOfControls { get; }

    /// <summary>The kind of the token that it stands on.</summary>
    JsonTokenType TokenType { get; }

    /// <summary>The number of the first byte of the token that <see cref="Read"/> went to last.</summary>
    int TokenStart { get; }

    /// <summary>The number of the first byte behind the token.</summary>
    int Consumed { get; }

    /// <summary>The string that <see cref="Read"/> went to last, without escapes. Any character may be escaped: some JSON writers do so with the + of an offset.</summary>
    ReadOnlySpan<byte> Text { get; }

    /// <summary>Goes on to the next token.</summary>
    bool Read();

    /// <summary>
    /// Goes on to the name of the next property of the object whose beginning, or the end of whose last property, it stands on; if there is none,
    /// it goes to the object's end and gives false.
    /// </summary>
    /// <param name="order">What is known of objects of this kind.</param>
    /// <param name="property">Which one it is.</param>
    bool NextProperty(PropertyOrder order, out Property property);

    /// <summary>Goes on from a property's name to its value; false if that is no string. The text is without escapes.</summary>
    bool ReadText(out ReadOnlySpan<byte> text);

    /// <summary>A text of the document as a new string.</summary>
    string GetString(scoped ReadOnlySpan<byte> text);

    /// <summary>Goes on to the end of the value, or of the property's value, that it stands on.</summary>
    void Skip();

    /// <summary>The number that it stands on.</summary>
    bool TryGetDouble(out double value);

    /// <summary>The bytes of the base64 that it stands on.</summary>
    bool TryGetBase64(out byte[] bytes);

    /// <summary>The token as an error message shows it.</summary>
    string Describe();
}

/// <summary>The tokens of any JSON document.</summary>
internal ref struct AnyJson(ReadOnlySpan<byte> utf8) : IJsonTokens
{
    private Utf8JsonReader _reader = new(utf8);

    public static bool IsFreeOfControls => false;

    public readonly JsonTokenType TokenType => _reader.TokenType;

    public readonly int TokenStart => (int)_reader.TokenStartIndex;

    public readonly int Consumed => (int)_reader.BytesConsumed;

    public readonly ReadOnlySpan<byte> Text => _reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(_reader.GetString()!) : _reader.ValueSpan;

    public bool Read() => _reader.Read();

    public bool NextProperty(PropertyOrder order, out Property property)
    {
        var isThere = _reader.Read() && _reader.TokenType == JsonTokenType.PropertyName;
        property = isThere ? PropertyName.Find(Text).Property : Property.Unknown;
        return isThere;
    }

    public bool ReadText(out ReadOnlySpan<byte> text)
    {
        var isText = _reader.Read() && _reader.TokenType == JsonTokenType.String;
        text = isText ? Text : default;
        return isText;
    }

    public readonly string GetString(scoped ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text);

    public void Skip() => _reader.Skip();

    public readonly bool TryGetDouble(out double value) => _reader.TryGetDouble(out value);

    public readonly bool TryGetBase64(out byte[] bytes) => _reader.TryGetBytesFromBase64(out bytes!);

    public readonly string Describe() => _reader.TokenType switch
    {
        JsonTokenType.String => EventDecoder.Quote(_reader.ValueSpan),
        JsonTokenType.Number => Encoding.UTF8.GetString(_reader.ValueSpan[..Math.Min(_reader.ValueSpan.Length, 40)]),
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        JsonTokenType.Null => "null",
        _ => "nothing",
    };
}
