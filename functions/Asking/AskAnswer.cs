using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using ShitOps.Planning;
using ShitOps.Rows;
using ShitOps.Synthesis;

namespace ShitOps.Asking;

/// <summary>An answer to a question or query over HTTP: what was understood, rows and frames, and the plan.</summary>
/// <param name="Question">The question; null: a query was asked.</param>
/// <param name="Understood">What the question was understood as; null: a query was asked.</param>
/// <param name="Query">The query that is answered; null: none is, since it is not sure which is meant, or there is no answer.</param>
/// <param name="Taken">The plan that was taken for it.</param>
/// <param name="Page">The rows of the answer.</param>
/// <param name="Nothing">What is said since the rows hold nothing; null: they hold something.</param>
/// <param name="Format">What is written: all, <c>rows</c> or <c>frames</c>.</param>
internal sealed record AskAnswer(string? Question, Understanding? Understood, Query? Query, TakenPlan? Taken, RowPage? Page, string? Nothing, string? Format) : IActionResult
{
    /// <inheritdoc/>
    public async Task ExecuteResultAsync(ActionContext context)
    {
        var response = context.HttpContext.Response;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "private, no-cache";
        if (Taken is { } taken) PlanHeaders.Write(response, taken.Plan, taken.ExpectedMs, taken.SpentMs, taken.Requests);
        var body = Write();
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.HttpContext.RequestAborted);
    }

    private ReadOnlyMemory<byte> Write()
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            switch (Format)
            {
                case "rows":
                    json.WriteRawValue(Page is null ? "[]"u8 : JsonRows.Write(Page));
                    break;
                case "frames":
                    WriteFrames(json);
                    break;
                default:
                    WriteAll(json);
                    break;
            }
        }

        return buffer.WrittenMemory;
    }

    private void WriteAll(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("question", Question);
        json.WriteString("query", (Query ?? Understood?.Query)?.ToString());
        json.WriteString("kind", (Query ?? Understood?.Query)?.Kind.Word());
        json.WriteNumber("confidence", Understood?.WrittenConfidence ?? 1);
        json.WriteBoolean("sure", Understood?.IsSure ?? true);
        json.WriteString("refusal", Understood?.Refusal);
        json.WriteStartArray("readings");
        foreach (var reading in Understood?.Readings ?? [])
        {
            json.WriteStartObject();
            json.WriteString("query", reading.Query.ToString());
            json.WriteNumber("probability", Understanding.Written(reading.Probability));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (Page is not null)
        {
            json.WriteString("unit", UnitOf(QueryMetrics.Of(Query!.Metric).Unit));
            json.WriteStartArray("columns");
            foreach (var column in Page.Columns)
            {
                json.WriteStartObject();
                json.WriteString("name", column.Name);
                json.WriteString("kind", KindOf(column.Kind));
                json.WriteString("meaning", column.Meaning);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WritePropertyName("rows");
            json.WriteRawValue(JsonRows.Write(Page));
            json.WritePropertyName("frames");
            WriteFrames(json);
            if (Nothing is not null) json.WriteString("nothing", Nothing);
        }

        if (Taken is { } taken)
        {
            json.WriteStartObject("plan");
            json.WriteString("chosen", taken.Plan.ToString());
            json.WriteNumber("expectedMs", Math.Round(taken.ExpectedMs, 1));
            json.WriteNumber("spentMs", Math.Round(taken.SpentMs, 1));
            json.WriteNumber("requests", taken.Requests);
            json.WriteNumber("bytes", taken.Bytes);
            json.WriteStartArray("candidates");
            foreach (var candidate in taken.Candidates) json.WriteStringValue(candidate.ToString());
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>Grafana's data frames: of a trend by groups one for each group, else one.</summary>
    private void WriteFrames(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        if (Page is not null)
        {
            var group = Query!.Step is not null && Query.By is { } by ? Page.Columns.ToList().FindIndex(column => column.Name == by.Word()) : -1;
            if (group < 0) WriteFrame(json, Page.Columns, Page.Rows, null);
            else
            {
                foreach (var rows in Page.Rows.GroupBy(row => row[group] as string ?? "", StringComparer.Ordinal))
                    WriteFrame(json, [.. Page.Columns.Where((_, i) => i != group)], [.. rows.Select(row => row.Where((_, i) => i != group).ToArray())], (Page.Columns[group].Name, rows.Key));
            }
        }

        json.WriteEndArray();
    }

    private void WriteFrame(Utf8JsonWriter json, IReadOnlyList<Column> columns, IReadOnlyList<object?[]> rows, (string Name, string Value)? label)
    {
        json.WriteStartObject();
        json.WriteStartObject("schema");
        json.WriteString("name", label?.Value ?? QueryMetrics.Of(Query!.Metric).Word);
        json.WriteStartArray("fields");
        foreach (var column in columns)
        {
            json.WriteStartObject();
            json.WriteString("name", column.Name);
            json.WriteString("type", column.Kind switch { CellKind.Text => "string", CellKind.Flag => "boolean", CellKind.Time or CellKind.Date => "time", _ => "number" });
            if (label is { } known && column.Kind is CellKind.Integer or CellKind.Number)
            {
                json.WriteStartObject("labels");
                json.WriteString(known.Name, known.Value);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject("data");
        json.WriteStartArray("values");
        for (var i = 0; i < columns.Count; i++)
        {
            json.WriteStartArray();
            foreach (var row in rows) WriteCell(json, row[i]);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteCell(Utf8JsonWriter json, object? cell)
    {
        switch (cell)
        {
            case null: json.WriteNullValue(); break;
            case string text: json.WriteStringValue(text); break;
            case long integer: json.WriteNumberValue(integer); break;
            case double number: json.WriteNumberValue(number); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case DateTimeOffset time: json.WriteNumberValue(time.ToUnixTimeMilliseconds()); break;
            case DateOnly date: json.WriteNumberValue(new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeMilliseconds()); break;
            default: throw new ArgumentException($"a cell cannot be a {cell.GetType().Name}", nameof(cell));
        }
    }

    private static string KindOf(CellKind kind) => kind switch
    {
        CellKind.Text => "text",
        CellKind.Integer => "integer",
        CellKind.Number => "number",
        CellKind.Flag => "flag",
        CellKind.Time => "time",
        _ => "date",
    };

    private static string UnitOf(MetricUnit unit) => unit switch
    {
        MetricUnit.Count => "count",
        MetricUnit.Hours => "hours",
        MetricUnit.HoursPerWeek => "hours-per-week",
        MetricUnit.Seconds => "seconds",
        MetricUnit.Date => "date",
        MetricUnit.Probability => "probability",
        _ => "score",
    };
}
