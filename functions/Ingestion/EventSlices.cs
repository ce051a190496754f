using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using ShitOps.Events;

namespace ShitOps.Ingestion;

/// <summary>
/// Cuts a request into its events, each as the JSON bytes that go to Kafka: one event, an array of them, or the binary mode of the
/// CloudEvents HTTP binding, whose <c>ce-</c> headers are put around the body.
/// </summary>
internal static class EventSlices
{
    /// <summary>The events of <paramref name="body"/>, not yet checked; empty if there is a problem.</summary>
    public static IReadOnlyList<byte[]> Of(ReadOnlyMemory<byte> body, HttpRequest request, int most, out IntakeProblem? problem)
    {
        problem = null;
        var mediaType = (request.ContentType ?? "application/json").Split(';')[0].Trim().ToLowerInvariant();
        var isBinary = request.Headers.ContainsKey("ce-specversion") && mediaType is not (Event.ContentType or Event.BatchContentType);
        if (!isBinary && mediaType is not (Event.ContentType or Event.BatchContentType or "application/json" or "text/json"))
        {
            problem = new IntakeProblem(
                "Unsupported media type", StatusCodes.Status415UnsupportedMediaType, $"{mediaType} is not read: send {Event.ContentType}, {Event.BatchContentType} or application/json.");
            return [];
        }

        try
        {
            return isBinary ? [Wrap(body.Span, mediaType, request.Headers)] : Cut(body.Span, mediaType, most, out problem);
        }
        catch (JsonException fault)
        {
            problem = Invalid($"The body is not JSON, or nested too deep, at line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}.");
            return [];
        }
    }

    /// <summary>The event's <c>id</c>, if it can be made out.</summary>
    public static string? IdOf(byte[] json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isId = reader.ValueTextEquals("id"u8);
                reader.Read();
                if (isId) return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                reader.Skip();
            }

            return null;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static IReadOnlyList<byte[]> Cut(ReadOnlySpan<byte> body, string mediaType, int most, out IntakeProblem? problem)
    {
        problem = body.IsEmpty ? Invalid("The body is empty.") : Utf8.IsValid(body) ? null : Invalid("The body is not UTF-8.");
        if (problem is not null) return [];

        // One level deeper than an event may be, for the array around it.
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 65 });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            if (mediaType != Event.BatchContentType) return [body.ToArray()];
            problem = Invalid("A batch is a JSON array of events.");
            return [];
        }

        if (mediaType == Event.ContentType)
        {
            problem = Invalid($"{Event.ContentType} is one event: send an array as {Event.BatchContentType}.");
            return [];
        }

        List<byte[]> events = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (events.Count == most)
            {
                problem = Invalid($"The batch holds more than {most:N0} events; none was taken: send them in smaller batches.");
                return [];
            }

            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            events.Add(body[start..(int)reader.BytesConsumed].ToArray());
        }

        reader.Read();
        return events;
    }

    private static byte[] Wrap(ReadOnlySpan<byte> data, string mediaType, IHeaderDictionary headers)
    {
        using var output = new MemoryStream(data.Length + 512);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            foreach (var (name, value) in headers)
            {
                // Values are percent-encoded by the HTTP binding, section 3.1.3.2.
                if (name.StartsWith("ce-", StringComparison.OrdinalIgnoreCase)) json.WriteString(name[3..].ToLowerInvariant(), Uri.UnescapeDataString(value.ToString()));
            }

            json.WriteString("datacontenttype", mediaType);
            if (data.Length > 0)
            {
                json.WritePropertyName("data");
                json.WriteRawValue(data);
            }

            json.WriteEndObject();
        }

        return output.ToArray();
    }

    private static IntakeProblem Invalid(string detail) => new("Invalid request", StatusCodes.Status400BadRequest, detail);
}
