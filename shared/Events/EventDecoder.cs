using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ShitOps.Events;

/// <summary>
/// Reads events from UTF-8: CloudEvents 1.0 with JSON data, in the structured and in the binary mode of the Kafka protocol binding
/// (https://github.com/cloudevents/spec, "Kafka Protocol Binding", "JSON Event Format"). It throws nothing on any input.
/// An instance keeps recently read names and is not safe for concurrent use.
/// </summary>
public sealed class EventDecoder
{
    /// <summary>The largest event: Kafka's default limit of a batch of records is 1,048,588 bytes, and key and headers need room too.</summary>
    public const int MaxBytes = 1_000_000;

    private static readonly SearchValues<char> ControlCharacters =
        SearchValues.Create([.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(char.IsControl)]);

    private readonly Utf8Interner _names = new();

    /// <summary>
    /// Decodes the value of a Kafka record by its headers: structured if <c>content-type</c> begins with <c>application/cloudevents</c>
    /// or there is no <c>ce_specversion</c>, else binary.
    /// </summary>
    public DecodeResult Decode(ReadOnlySpan<byte> value, ReadOnlySpan<EventHeader> headers)
    {
        ReadOnlySpan<byte> contentType = default;
        var isBinary = false;
        foreach (var header in headers)
        {
            if (header.Name.Equals("content-type", StringComparison.OrdinalIgnoreCase)) contentType = header.Value.Span;
            else if (header.Name.Equals("ce_specversion", StringComparison.OrdinalIgnoreCase)) isBinary = true;
        }

        if (StartsWith(contentType, "application/cloudevents"u8))
        {
            return IsJsonEvent(contentType)
                ? DecodeStructured(value)
                : new(new DecodeError(DecodeFailure.UnsupportedContentType, "content-type", $"{Quote(contentType)} is not {Event.ContentType}"));
        }

        return isBinary ? DecodeBinary(value, headers, contentType) : DecodeStructured(value);
    }

    /// <summary>Decodes one event in structured mode: a JSON object that holds attributes and <c>data</c>.</summary>
    public DecodeResult DecodeStructured(ReadOnlySpan<byte> utf8)
    {
        if (CheckBytes(utf8) is { } fault) return new(fault);
        try
        {
            var envelope = new Envelope();
            var reader = new Utf8JsonReader(utf8);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) throw Invalid(DecodeFailure.NotJson, "", $"expected a JSON object, found {Describe(ref reader)}");

            EventData? data = null;
            string? typeOfData = null;
            ReadOnlySpan<byte> dataBytes = default;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var property = Unescaped(ref reader);
                if (property.SequenceEqual("id"u8)) envelope.Id = Attribute(ref reader, "id", 256, recurs: false);
                else if (property.SequenceEqual("source"u8)) envelope.Source = Attribute(ref reader, "source", 1024);
                else if (property.SequenceEqual("type"u8)) envelope.Type = Attribute(ref reader, "type", 256);
                else if (property.SequenceEqual("subject"u8)) envelope.Subject = Attribute(ref reader, "subject", 256);
                else if (property.SequenceEqual("time"u8)) envelope.Time = Time(ref reader);
                else if (property.SequenceEqual("specversion"u8)) envelope.SpecVersion = Attribute(ref reader, "specversion", 16);
                else if (property.SequenceEqual("datacontenttype"u8)) envelope.DataContentType = Attribute(ref reader, "datacontenttype", 256);
                else if (property.SequenceEqual("data"u8))
                {
                    reader.Read();
                    var start = (int)reader.TokenStartIndex;
                    typeOfData = envelope.Type;
                    data = typeOfData is null || reader.TokenType == JsonTokenType.Null ? null : new DataReader(_names).Read(ref reader, typeOfData);
                    if (data is null) reader.Skip();
                    dataBytes = reader.TokenType == JsonTokenType.Null ? default : utf8[start..(int)reader.BytesConsumed];
                }
                else if (property.SequenceEqual("data_base64"u8))
                {
                    envelope.Base64 = Base64(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }

            reader.Read();
            envelope.Check();
            if (envelope.Base64 is { } bytes)
            {
                if (!dataBytes.IsEmpty) throw Invalid(DecodeFailure.InvalidAttribute, "data_base64", "stands beside data");
                data = ReadData(bytes, envelope.Type);
            }
            else if (data is null || typeOfData != envelope.Type)
            {
                // The usual order is type before data, and then data has been read on the way; any other order costs a second pass.
                data = ReadData(dataBytes, envelope.Type);
            }

            return new(envelope.ToEvent(data));
        }
        catch (Exception exception) when (Fault(exception) is { } error)
        {
            return new(error);
        }
    }

    private DecodeResult DecodeBinary(ReadOnlySpan<byte> value, ReadOnlySpan<EventHeader> headers, ReadOnlySpan<byte> contentType)
    {
        if (value.Length > 0 && CheckBytes(value) is { } fault) return new(fault);
        try
        {
            var envelope = new Envelope();
            foreach (var header in headers)
            {
                switch (header.Name.ToLowerInvariant())
                {
                    case "ce_id": envelope.Id = Attribute(header, "id", 256); break;
                    case "ce_source": envelope.Source = Attribute(header, "source", 1024); break;
                    case "ce_type": envelope.Type = Attribute(header, "type", 256); break;
                    case "ce_subject": envelope.Subject = Attribute(header, "subject", 256); break;
                    case "ce_specversion": envelope.SpecVersion = Attribute(header, "specversion", 16); break;
                    case "ce_time":
                        envelope.Time = Rfc3339.TryParse(header.Value.Span, out var time)
                            ? time
                            : throw NoTimestamp(Quote(header.Value.Span));
                        break;
                }
            }

            if (contentType.Length > 0) envelope.DataContentType = Encoding.UTF8.GetString(contentType);
            envelope.Check();
            return new(envelope.ToEvent(ReadData(value, envelope.Type)));
        }
        catch (Exception exception) when (Fault(exception) is { } error)
        {
            return new(error);
        }
    }

    /// <summary>Reads data that stand alone. Those of an unknown type need not be there, but if they are, they are JSON too.</summary>
    private EventData? ReadData(ReadOnlySpan<byte> utf8, string type)
    {
        if (utf8.IsEmpty) return DataReader.Knows(type) ? throw Invalid(DecodeFailure.InvalidData, "data", "is missing") : null;
        var reader = new Utf8JsonReader(utf8);
        reader.Read();
        var data = new DataReader(_names).Read(ref reader, type);
        if (data is null) reader.Skip();
        reader.Read();
        return data;
    }

    /// <summary>Null if the attribute is null, which the JSON format makes the same as left out.</summary>
    private string? Attribute(ref Utf8JsonReader reader, string name, int longest, bool recurs = true)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.String) throw Invalid(DecodeFailure.InvalidAttribute, name, $"expected a string, found {Describe(ref reader)}");
        return CheckText(recurs ? _names.Get(Unescaped(ref reader)) : reader.GetString()!, name, longest);
    }

    private string Attribute(EventHeader header, string name, int longest)
    {
        if (!Utf8.IsValid(header.Value.Span)) throw Invalid(DecodeFailure.InvalidAttribute, name, "is not UTF-8");
        return CheckText(_names.Get(header.Value.Span), name, longest);
    }

    private static string CheckText(string text, string name, int longest)
    {
        if (text.Length == 0) throw Invalid(DecodeFailure.InvalidAttribute, name, "is empty");
        if (text.Length > longest) throw Invalid(DecodeFailure.InvalidAttribute, name, $"{text.Length:N0} characters are more than {longest:N0}");

        // CloudEvents allows them in no attribute; logs, keys and terminals are the better for it.
        if (text.AsSpan().ContainsAny(ControlCharacters)) throw Invalid(DecodeFailure.InvalidAttribute, name, "holds a control character");
        return text;
    }

    private static byte[]? Base64(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.String || !reader.TryGetBytesFromBase64(out var bytes))
            throw Invalid(DecodeFailure.InvalidAttribute, "data_base64", $"{Describe(ref reader)} is not base64");
        return Utf8.IsValid(bytes) ? bytes : throw Invalid(DecodeFailure.NotJson, "data_base64", "not UTF-8");
    }

    private static DateTimeOffset? Time(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return null;
        return reader.TokenType == JsonTokenType.String && Rfc3339.TryParse(Unescaped(ref reader), out var time)
            ? time
            : throw NoTimestamp(Describe(ref reader));
    }

    private static DecodeException NoTimestamp(string found) =>
        Invalid(DecodeFailure.InvalidAttribute, "time", $"{found} is not an RFC 3339 timestamp such as 2026-01-31T12:00:00Z");

    private static DecodeError? CheckBytes(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return new DecodeError(DecodeFailure.Empty, "", "the record has no value");
        if (utf8.Length > MaxBytes) return new DecodeError(DecodeFailure.TooLarge, "", $"{utf8.Length:N0} bytes are more than {MaxBytes:N0}");
        if (utf8.StartsWith("\uFEFF"u8)) return new DecodeError(DecodeFailure.NotJson, "", "a byte order mark stands before the JSON");
        return Utf8.IsValid(utf8) ? null : new DecodeError(DecodeFailure.NotJson, "", "not UTF-8");
    }

    private static DecodeError? Fault(Exception exception) => exception switch
    {
        DecodeException fault => fault.Error,
        JsonException json => new DecodeError(
            DecodeFailure.NotJson,
            $"line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}",
            "not JSON, or nested deeper than 64 levels"),
        // What Utf8JsonReader throws on a string whose escapes are no valid UTF-16 ("\ud800").
        InvalidOperationException => new DecodeError(DecodeFailure.NotJson, "", "a string holds half of a surrogate pair"),
        _ => null,
    };

    private static bool IsJsonEvent(ReadOnlySpan<byte> contentType) =>
        StartsWith(contentType, "application/cloudevents+json"u8) && (contentType.Length == 28 || contentType[28] is (byte)';' or (byte)' ');

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> prefix) =>
        text.Length >= prefix.Length && Ascii.EqualsIgnoreCase(text[..prefix.Length], prefix);

    internal static DecodeException Invalid(DecodeFailure reason, string place, string message) => new(new DecodeError(reason, place, message));

    /// <summary>A JSON token as an error message shows it.</summary>
    internal static string Describe(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => Quote(reader.ValueSpan),
        JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan[..Math.Min(reader.ValueSpan.Length, 40)]),
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        JsonTokenType.Null => "null",
        _ => "nothing",
    };

    /// <summary>The name or string that the reader stands on. Any character may be escaped: some JSON writers do so with the + of an offset.</summary>
    internal static ReadOnlySpan<byte> Unescaped(ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;

    private static string Quote(ReadOnlySpan<byte> utf8)
    {
        var text = Encoding.UTF8.GetString(utf8);
        if (text.Length <= 40) return $"\"{text}\"";
        return $"\"{text[..(char.IsHighSurrogate(text[39]) ? 39 : 40)]}…\"";
    }

    private struct Envelope
    {
        public string? Id, Source, Type, Subject, SpecVersion, DataContentType;
        public DateTimeOffset? Time;
        public byte[]? Base64;

        [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(Type))]
        public readonly void Check()
        {
            Require(SpecVersion, "specversion");
            if (SpecVersion != "1.0") throw Invalid(DecodeFailure.InvalidAttribute, "specversion", $"\"{SpecVersion}\" is not \"1.0\"");
            Require(Id, "id");
            Require(Source, "source");
            Require(Type, "type");
            Require(Subject, "subject");
            if (Time is null) throw Invalid(DecodeFailure.InvalidAttribute, "time", "is missing");
            if (DataContentType is not null && !IsJson(DataContentType))
                throw Invalid(DecodeFailure.UnsupportedContentType, "datacontenttype", $"\"{DataContentType}\" is not application/json");
        }

        public readonly Event ToEvent(EventData? data) => new(Id!, Source!, Type!, Time!.Value, Subject!, data);

        private static void Require([System.Diagnostics.CodeAnalysis.NotNull] string? value, string name)
        {
            if (value is null) throw Invalid(DecodeFailure.InvalidAttribute, name, "is missing");
        }

        private static bool IsJson(string mediaType)
        {
            var bare = mediaType.AsSpan(0, mediaType.IndexOf(';') is >= 0 and var end ? end : mediaType.Length).Trim();
            return bare.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || bare.Equals("text/json", StringComparison.OrdinalIgnoreCase)
                || bare.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
        }
    }
}

/// <summary>Carries a <see cref="DecodeError"/> out of the depth of a document; never leaves <see cref="EventDecoder"/>.</summary>
internal sealed class DecodeException(DecodeError error) : Exception
{
    public DecodeError Error { get; } = error;
}
