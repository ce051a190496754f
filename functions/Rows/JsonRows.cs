using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ShitOps.Events;

namespace ShitOps.Rows;

/// <summary>Rows as a JSON array of flat objects, which all have every column.</summary>
internal static class JsonRows
{
    public static byte[] Write(RowPage page)
    {
        var names = page.Columns.Select(column => JsonEncodedText.Encode(column.Name)).ToArray();
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartArray();
            foreach (var row in page.Rows)
            {
                json.WriteStartObject();
                for (var i = 0; i < names.Length; i++)
                {
                    json.WritePropertyName(names[i]);
                    Write(json, row[i]);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, object? cell)
    {
        switch (cell)
        {
            case null: json.WriteNullValue(); break;
            case string text: json.WriteStringValue(text); break;
            case long integer: json.WriteNumberValue(integer); break;
            case double number: json.WriteNumberValue(number); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case DateTimeOffset time: json.WriteStringValue(Rfc3339.Format(time)); break;
            case DateOnly date: json.WriteStringValue(date.ToString("O")); break;
            default: throw new ArgumentException($"a cell cannot be a {cell.GetType().Name}", nameof(cell));
        }
    }
}
