using System.Globalization;
using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using ShitOps.PromQL;
using ShitOps.PromQL.Evaluation;
using ShitOps.Security;

namespace ShitOps.Datasource;

/// <summary>
/// An answer of Prometheus' HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/): written as it is made, never as one text,
/// and compressed for whoever accepts gzip.
/// </summary>
internal sealed class PrometheusAnswer : IActionResult
{
    private const int FlushBytes = 64 << 10;

    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly int _status;
    private readonly Func<Utf8JsonWriter, Task> _write;

    private PrometheusAnswer(int status, Func<Utf8JsonWriter, Task> write) => (_status, _write) = (status, write);

    /// <summary>How long whoever asks may keep the answer; 0: not at all.</summary>
    public TimeSpan KeptFor { get; init; }

    /// <summary>The answer, which whoever asks may keep for a while, by which he takes no harm: names, and what a version always says.</summary>
    public PrometheusAnswer Kept(TimeSpan time) => new(_status, _write) { KeptFor = time };

    /// <summary>What was asked for.</summary>
    public static PrometheusAnswer Of(QueryResult result) => Success(
        async json =>
        {
            json.WriteStartObject();
            json.WriteString("resultType"u8, result switch { ScalarResult => "scalar", StringResult => "string", VectorResult => "vector", _ => "matrix" });
            json.WritePropertyName("result"u8);
            await WriteAsync(json, result);
            json.WriteEndObject();
        },
        result.Warnings);

    /// <summary>Data that are written at once.</summary>
    public static PrometheusAnswer Of(Action<Utf8JsonWriter> data, IReadOnlyList<string>? warnings = null) => Success(
        json =>
        {
            data(json);
            return Task.CompletedTask;
        },
        warnings ?? []);

    /// <summary>Why there is no answer.</summary>
    public static PrometheusAnswer Of(QueryErrorKind kind, string message)
    {
        var (status, word) = kind switch
        {
            QueryErrorKind.BadData => (StatusCodes.Status400BadRequest, "bad_data"),
            QueryErrorKind.Timeout => (StatusCodes.Status503ServiceUnavailable, "timeout"),
            QueryErrorKind.Canceled => (StatusCodes.Status503ServiceUnavailable, "canceled"),
            _ => (StatusCodes.Status422UnprocessableEntity, "execution"),
        };
        return Error(status, word, message);
    }

    /// <summary>What the answer needs is away.</summary>
    public static PrometheusAnswer Unavailable(string message) => Error(StatusCodes.Status503ServiceUnavailable, "unavailable", message);

    /// <inheritdoc/>
    public async Task ExecuteResultAsync(ActionContext context)
    {
        var (request, response) = (context.HttpContext.Request, context.HttpContext.Response);
        response.StatusCode = _status;
        response.ContentType = "application/json";
        response.Headers.Vary = $"{HeaderNames.AcceptEncoding}, {HeaderNames.Authorization}, x-functions-key";
        response.Headers.CacheControl = KeptFor == TimeSpan.Zero ? "private, no-store" : string.Create(CultureInfo.InvariantCulture, $"private, max-age={KeptFor.TotalSeconds:0}");
        using var held = KeptFor > TimeSpan.Zero ? new MemoryStream() : null;
        if (held is not null)
        {
            // Small enough to be held, as those that are kept are.
            await WriteAsync(held, context.HttpContext.RequestAborted);
            if (EntityTag.IsKnown(context.HttpContext, EntityTag.Of(held.GetBuffer().AsSpan(0, (int)held.Length), Scope.Of(request).Key))) return;
            held.Position = 0;
        }

        if (!request.GetTypedHeaders().AcceptEncoding.Any(accepted => accepted.Value == "gzip" && accepted.Quality != 0))
        {
            await SendAsync(response.Body);
            return;
        }

        response.Headers.ContentEncoding = "gzip";
        await using var packed = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
        await SendAsync(packed);

        Task SendAsync(Stream output) => held?.CopyToAsync(output, context.HttpContext.RequestAborted) ?? WriteAsync(output, context.HttpContext.RequestAborted);
    }

    private static PrometheusAnswer Error(int status, string word, string message) => new(status, json =>
    {
        json.WriteStartObject();
        json.WriteString("status"u8, "error"u8);
        json.WriteString("errorType"u8, word);
        json.WriteString("error"u8, message);
        json.WriteEndObject();
        return Task.CompletedTask;
    });

    private static PrometheusAnswer Success(Func<Utf8JsonWriter, Task> data, IReadOnlyList<string> warnings) => new(StatusCodes.Status200OK, async json =>
    {
        json.WriteStartObject();
        json.WriteString("status"u8, "success"u8);
        json.WritePropertyName("data"u8);
        await data(json);
        if (warnings.Count > 0)
        {
            json.WriteStartArray("warnings"u8);
            foreach (var warning in warnings) json.WriteStringValue(warning);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    });

    private async Task WriteAsync(Stream output, CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(output, Format);
        await _write(json);
        await json.FlushAsync(cancellationToken);
    }

    private static async Task WriteAsync(Utf8JsonWriter json, QueryResult result)
    {
        switch (result)
        {
            case ScalarResult scalar: WriteSample(json, scalar.TimeMs, NumberText.Plain(scalar.Value)); break;
            case StringResult text: WriteSample(json, text.TimeMs, text.Value); break;
            case VectorResult vector:
                json.WriteStartArray();
                foreach (var (labels, value) in vector.Samples)
                {
                    json.WriteStartObject();
                    WriteLabels(json, "metric", labels);
                    json.WritePropertyName("value"u8);
                    WriteSample(json, vector.TimeMs, NumberText.Sample(value));
                    json.WriteEndObject();
                    if (json.BytesPending > FlushBytes) await json.FlushAsync();
                }

                json.WriteEndArray();
                break;
            case MatrixResult matrix:
                json.WriteStartArray();
                foreach (var series in matrix.Series)
                {
                    json.WriteStartObject();
                    WriteLabels(json, "metric", series.Labels);
                    json.WriteStartArray("values"u8);
                    for (var i = 0; i < series.Times.Length; i++) WriteSample(json, series.Times.Span[i], NumberText.Sample(series.Values.Span[i]));
                    json.WriteEndArray();
                    json.WriteEndObject();
                    if (json.BytesPending > FlushBytes) await json.FlushAsync();
                }

                json.WriteEndArray();
                break;
            default: throw new ArgumentOutOfRangeException(nameof(result));
        }
    }

    /// <summary>Writes a label set as a property.</summary>
    private static void WriteLabels(Utf8JsonWriter json, string property, Labels labels)
    {
        json.WritePropertyName(property);
        WriteLabels(json, labels);
    }

    /// <summary>Writes a label set.</summary>
    public static void WriteLabels(Utf8JsonWriter json, Labels labels)
    {
        json.WriteStartObject();
        foreach (var (name, value) in labels.Pairs) json.WriteString(name, value);
        json.WriteEndObject();
    }

    private static void WriteSample(Utf8JsonWriter json, long timeMs, string value)
    {
        json.WriteStartArray();
        json.WriteNumberValue(timeMs / 1000m);
        json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
