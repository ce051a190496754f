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

    private const int LongestId = 256;
    private const string OnlySpecVersion = "1.0";

    private static readonly SearchValues<char> ControlCharacters =
        SearchValues.Create([.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(char.IsControl)]);

    private readonly Utf8Interner _names = new();
    private readonly RecentValues _recent = new();
    private readonly PropertyOrder _order = new();
    private readonly DataOrders _ordersOfData = new();

    /// <summary>
    /// Decodes the value of a Kafka record by its headers: structured if <c>content-type</c> begins with <c>application/cloudevents</c>
    /// or there is no <c>ce_specversion</c>, else binary.
    /// </summary>
    /// <param name="value">The record's value.</param>
    /// <param name="headers">Its headers.</param>
    /// <param name="batch">The memory to decode into; null: new memory.</param>
    public DecodeResult Decode(ReadOnlySpan<byte> value, ReadOnlySpan<EventHeader> headers, EventBatch? batch = null)
    {
        var isBinary = IsBinary(headers, out var contentType);
        if (StartsWith(contentType, "application/cloudevents"u8) && !IsJsonEvent(contentType))
            return new(new DecodeError(DecodeFailure.UnsupportedContentType, "content-type", $"{Quote(contentType)} is not {Event.ContentType}"));

        return isBinary ? DecodeBinary(value, headers, contentType, batch?.Next() ?? new Event()) : DecodeStructured(value, batch);
    }

    /// <summary>Whether a Kafka record's headers say that its value is <c>data</c> alone.</summary>
    internal static bool IsBinary(ReadOnlySpan<EventHeader> headers, out ReadOnlySpan<byte> contentType)
    {
        contentType = default;
        var hasVersion = false;
        foreach (var header in headers)
        {
            if (header.Name.Equals("content-type", StringComparison.OrdinalIgnoreCase)) contentType = header.Value.Span;
            else if (header.Name.Equals("ce_specversion", StringComparison.OrdinalIgnoreCase)) hasVersion = true;
        }

        return hasVersion && !StartsWith(contentType, "application/cloudevents"u8);
    }

    /// <summary>Decodes one event in structured mode: a JSON object that holds attributes and <c>data</c>.</summary>
    /// <param name="utf8">The object.</param>
    /// <param name="batch">The memory to decode into; null: new memory.</param>
    public DecodeResult DecodeStructured(ReadOnlySpan<byte> utf8, EventBatch? batch = null)
    {
        var one = batch?.Next() ?? new Event();
        return DecodePlain(utf8, one) ?? DecodeAny(utf8, one);
    }

    /// <summary>Decodes an event that is written as most are; null if it is not, or is none.</summary>
    internal DecodeResult? DecodePlain(ReadOnlySpan<byte> utf8, Event into)
    {
        if (!PlainJson.TryBegin(utf8, out var json)) return null;
        try
        {
            return new(Read(ref json, utf8, into));
        }
        catch (Exception exception) when (exception is NotPlainException or DecodeException)
        {
            // What is wrong, if anything, is for the complete reader to say.
            return null;
        }
    }

    /// <summary>Decodes an event however it is written.</summary>
    internal DecodeResult DecodeAny(ReadOnlySpan<byte> utf8, Event into)
    {
        if (CheckBytes(utf8) is { } fault) return new(fault);
        try
        {
            var json = new AnyJson(utf8);
            return new(Read(ref json, utf8, into));
        }
        catch (Exception exception) when (Fault(exception) is { } error)
        {
            return new(error);
        }
    }

    private Event Read<TJson>(ref TJson json, ReadOnlySpan<byte> utf8, Event one)
        where TJson : struct, IJsonTokens, allows ref struct
    {
        var envelope = new Envelope();
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject) throw Invalid(DecodeFailure.NotJson, "", $"expected a JSON object, found {json.Describe()}");

        EventData? data = null;
        string? typeOfData = null;
        var isRead = false;
        ReadOnlySpan<byte> dataBytes = default;
        while (json.NextProperty(_order, out var property))
        {
            switch (property)
            {
                case Property.Id: envelope.HasId = TryReadId(ref json, out envelope.Id); break;
                case Property.Source: envelope.Source = Attribute(ref json, "source", 1024); break;
                case Property.Type: envelope.Type = Attribute(ref json, "type", 256); break;
                case Property.Subject: envelope.Subject = Attribute(ref json, "subject", 256); break;
                case Property.Time: envelope.HasTime = TryReadTime(ref json, out envelope.Time); break;
                case Property.SpecVersion: envelope.SpecVersion = SpecVersion(ref json); break;
                case Property.DataContentType: envelope.DataContentType = Attribute(ref json, "datacontenttype", 256); break;
                case Property.DataBase64: envelope.Base64 = Base64(ref json); break;
                case Property.Data:
                    json.Read();
                    var start = json.TokenStart;
                    typeOfData = envelope.Type;
                    isRead = typeOfData is not null && json.TokenType != JsonTokenType.Null && new DataReader<TJson>(_names, _recent, _ordersOfData).Read(ref json, typeOfData, ref one.Begin(), out data);
                    if (!isRead) json.Skip();
                    dataBytes = json.TokenType == JsonTokenType.Null ? default : utf8[start..json.Consumed];
                    break;
                default: json.Skip(); break;
            }
        }

        json.Read();
        envelope.Check();
        if (envelope.Base64 is { } bytes)
        {
            if (!dataBytes.IsEmpty) throw Invalid(DecodeFailure.InvalidAttribute, "data_base64", "stands beside data");
            data = ReadData(bytes, envelope.Type, ref one.Begin());
        }
        else if (!isRead || typeOfData != envelope.Type)
        {
            // The usual order is type before data, and then data has been read on the way; any other order costs a second pass.
            data = ReadData(dataBytes, envelope.Type, ref one.Begin());
        }

        envelope.GoInto(one, data);
        return one;
    }

    /// <summary>Reads data that stand alone and have been checked before, of whatever size; null: their type is unknown.</summary>
    /// <exception cref="DecodeException">They are not what the type asks for.</exception>
    internal EventData? DecodeData(ReadOnlySpan<byte> utf8, string type)
    {
        try
        {
            var task = default(TaskStatement);
            return ReadData(utf8, type, ref task) ?? task.ToData();
        }
        catch (Exception exception) when (exception is not DecodeException && Fault(exception) is { } error)
        {
            throw new DecodeException(error);
        }
    }

    private DecodeResult DecodeBinary(ReadOnlySpan<byte> value, ReadOnlySpan<EventHeader> headers, ReadOnlySpan<byte> contentType, Event one)
    {
        if (value.Length > 0 && CheckBytes(value) is { } fault) return new(fault);
        try
        {
            var envelope = new Envelope();
            foreach (var header in headers)
            {
                switch (header.Name.ToLowerInvariant())
                {
                    case "ce_id": (envelope.HasId, envelope.Id) = (true, new EventId(Attribute(header, "id", LongestId))); break;
                    case "ce_source": envelope.Source = Attribute(header, "source", 1024); break;
                    case "ce_type": envelope.Type = Attribute(header, "type", 256); break;
                    case "ce_subject": envelope.Subject = Attribute(header, "subject", 256); break;
                    case "ce_specversion": envelope.SpecVersion = Attribute(header, "specversion", 16); break;
                    case "ce_time":
                        envelope.HasTime = Rfc3339.TryParse(header.Value.Span, out envelope.Time) ? true : throw NoTimestamp(Quote(header.Value.Span));
                        break;
                }
            }

            if (contentType.Length > 0) envelope.DataContentType = Encoding.UTF8.GetString(contentType);
            envelope.Check();
            envelope.GoInto(one, ReadData(value, envelope.Type, ref one.Begin()));
            return new(one);
        }
        catch (Exception exception) when (Fault(exception) is { } error)
        {
            return new(error);
        }
    }

    /// <summary>Reads data that stand alone. Those of an unknown type need not be there, but if they are, they are JSON too.</summary>
    /// <returns>What is stated about something else than a task.</returns>
    private EventData? ReadData(ReadOnlySpan<byte> utf8, string type, ref TaskStatement task)
    {
        if (utf8.IsEmpty) return EventTypes.Knows(type) ? throw Invalid(DecodeFailure.InvalidData, "data", "is missing") : null;
        var json = new AnyJson(utf8);
        json.Read();
        if (!new DataReader<AnyJson>(_names, _recent, _ordersOfData).Read(ref json, type, ref task, out var data)) json.Skip();
        json.Read();
        return data;
    }

    /// <summary>Null if the attribute is null, which the JSON format makes the same as left out.</summary>
    private string? Attribute<TJson>(ref TJson json, string name, int longest)
        where TJson : struct, IJsonTokens, allows ref struct
    {
        if (!IsStated(ref json, name, out var utf8)) return null;
        var text = _names.Get(utf8);

        // No text has more characters than bytes. Where those suffice, the string itself need not be fetched from memory.
        return TJson.IsFreeOfControls && !utf8.IsEmpty && utf8.Length <= longest ? text : CheckText(text, name, longest, TJson.IsFreeOfControls);
    }

    private static string? SpecVersion<TJson>(ref TJson json)
        where TJson : struct, IJsonTokens, allows ref struct
    {
        if (!IsStated(ref json, "specversion", out var utf8)) return null;
        return utf8.SequenceEqual("1.0"u8) ? OnlySpecVersion : CheckText(json.GetString(utf8), "specversion", 16, TJson.IsFreeOfControls);
    }

    /// <summary>False if the id is null.</summary>
    private static bool TryReadId<TJson>(ref TJson json, out EventId id)
        where TJson : struct, IJsonTokens, allows ref struct
    {
        id = default;
        if (!IsStated(ref json, "id", out var text)) return false;
        if (!EventId.TryParseUuid(text, out id)) id = new EventId(CheckText(json.GetString(text), "id", LongestId, TJson.IsFreeOfControls));
        return true;
    }

    private static bool IsStated<TJson>(ref TJson json, string name, out ReadOnlySpan<byte> text)
        where TJson : struct, IJsonTokens, allows ref struct
    {
        if (json.ReadText(out text)) return true;
        return json.TokenType == JsonTokenType.Null ? false : throw Invalid(DecodeFailure.InvalidAttribute, name, $"expected a string, found {json.Describe()}");
    }

    private string Attribute(EventHeader header, string name, int longest)
    {
        if (!Utf8.IsValid(header.Value.Span)) throw Invalid(DecodeFailure.InvalidAttribute, name, "is not UTF-8");
        return CheckText(_names.Get(header.Value.Span), name, longest);
    }

    private static string CheckText(string text, string name, int longest, bool isFreeOfControls = false)
    {
        if (text.Length == 0) throw Invalid(DecodeFailure.InvalidAttribute, name, "is empty");
        if (text.Length > longest) throw Invalid(DecodeFailure.InvalidAttribute, name, $"{text.Length:N0} characters are more than {longest:N0}");

        // CloudEvents allows them in no attribute; logs, keys and terminals are the better for it.
        if (!isFreeOfControls && text.AsSpan().ContainsAny(ControlCharacters)) throw Invalid(DecodeFailure.InvalidAttribute, name, "holds a control character");
        return text;
    }

    private static byte[]? Base64<TJson>(ref TJson json)
        where TJson : struct, IJsonTokens, allows ref struct
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null) return null;
        if (json.TokenType != JsonTokenType.String || !json.TryGetBase64(out var bytes))
            throw Invalid(DecodeFailure.InvalidAttribute, "data_base64", $"{json.Describe()} is not base64");
        return Utf8.IsValid(bytes) ? bytes : throw Invalid(DecodeFailure.NotJson, "data_base64", "not UTF-8");
    }

    /// <summary>False if the time is null.</summary>
    private static bool TryReadTime<TJson>(ref TJson json, out DateTimeOffset time)
        where TJson : struct, IJsonTokens, allows ref struct
    {
        time = default;
        if (json.ReadText(out var text) && Rfc3339.TryParse(text, out time)) return true;
        return json.TokenType == JsonTokenType.Null ? false : throw NoTimestamp(json.Describe());
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

    /// <summary>The beginning of a text as an error message shows it.</summary>
    internal static string Quote(ReadOnlySpan<byte> utf8)
    {
        var text = Encoding.UTF8.GetString(utf8);
        if (text.Length <= 40) return $"\"{text}\"";
        return $"\"{text[..(char.IsHighSurrogate(text[39]) ? 39 : 40)]}…\"";
    }

    private struct Envelope
    {
        public EventId Id;
        public bool HasId, HasTime;
        public string? Source, Type, Subject, SpecVersion, DataContentType;
        public DateTimeOffset Time;
        public byte[]? Base64;

        [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(Type))]
        public readonly void Check()
        {
            Require(SpecVersion, "specversion");
            if (SpecVersion != OnlySpecVersion) throw Invalid(DecodeFailure.InvalidAttribute, "specversion", $"\"{SpecVersion}\" is not \"{OnlySpecVersion}\"");
            if (!HasId) throw Invalid(DecodeFailure.InvalidAttribute, "id", "is missing");
            Require(Source, "source");
            Require(Type, "type");
            Require(Subject, "subject");
            if (!HasTime) throw Invalid(DecodeFailure.InvalidAttribute, "time", "is missing");
            if (DataContentType is not null && !IsJson(DataContentType))
                throw Invalid(DecodeFailure.UnsupportedContentType, "datacontenttype", $"\"{DataContentType}\" is not application/json");
        }

        public readonly void GoInto(Event one, EventData? data) => one.Hold(Id, Source!, Type!, Time, Subject!, data);

        private static void Require([System.Diagnostics.CodeAnalysis.NotNull] string? value, string name)
        {
            if (value is null) throw Invalid(DecodeFailure.InvalidAttribute, name, "is missing");
        }

        private static bool IsJson(string mediaType)
        {
            if (mediaType == "application/json") return true;
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
