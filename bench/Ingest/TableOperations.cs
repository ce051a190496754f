using System.Text;
using System.Text.Json;
using Azure.Data.Tables;

namespace ShitOps.Bench.Ingest;

/// <summary>Reads the entities out of a request to tables: a single one, or the parts of an entity-group transaction.</summary>
internal static class TableOperations
{
    private static readonly byte[] LineEnd = "\r\n"u8.ToArray();

    /// <summary>The entities that a request writes, with all that they are given; none if it reads. A deleted one has only its keys.</summary>
    public static List<TableEntity> WrittenEntities(RecordedRequest request, byte[] body)
    {
        if (request.Method == "GET" || request.PathAndQuery.EndsWith("/Tables", StringComparison.Ordinal)) return [];
        if (!request.PathAndQuery.EndsWith("/$batch", StringComparison.Ordinal)) return [Entity(request.PathAndQuery, body)];

        var entities = new List<TableEntity>();
        var path = "";
        for (var at = 0; at < body.Length;)
        {
            var end = body.AsSpan(at).IndexOf(LineEnd);
            var line = body.AsSpan(at, end < 0 ? body.Length - at : end);
            at += line.Length + LineEnd.Length;
            if (line.EndsWith(" HTTP/1.1"u8))
            {
                var words = Encoding.UTF8.GetString(line).Split(' ');
                path = new Uri(words[1]).PathAndQuery;
                if (words[0] == "DELETE") entities.Add(Entity(path, []));
            }
            else if (line.StartsWith("{"u8))
            {
                entities.Add(Entity(path, line));
            }
        }

        return entities;
    }

    /// <summary>The table and PartitionKey that a request is about; the PartitionKey is null if it is about several or none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="body">Its body, or the beginning of it.</param>
    public static (string Table, string? PartitionKey) PlaceOf(RecordedRequest request, byte[] body)
    {
        // A transaction says it with its first part.
        var start = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 4096)));
        var path = request.PathAndQuery.EndsWith("/$batch", StringComparison.Ordinal) ? new Uri(Between(start, "\r\n\r\n", " HTTP/1.1")!.Split(' ')[^1]).PathAndQuery : request.PathAndQuery;
        var text = Uri.UnescapeDataString(path);
        var table = text.Split('/')[2].Split('(', '?')[0];
        return (table, Between(text, "PartitionKey='", "'") ?? Between(start, "\"PartitionKey\":\"", "\"") ?? Between(text, "PartitionKey eq '", "'"));
    }

    private static TableEntity Entity(string path, ReadOnlySpan<byte> json)
    {
        var text = Uri.UnescapeDataString(path);
        var entity = new TableEntity(Between(text, "PartitionKey='", "'") ?? "", Between(text, "RowKey='", "'") ?? "");
        if (json.IsEmpty) return entity;
        var reader = new Utf8JsonReader(json);
        var properties = JsonElement.ParseValue(ref reader);
        foreach (var property in properties.EnumerateObject())
        {
            if (property.Name.Contains("odata.", StringComparison.Ordinal)) continue;
            var type = properties.TryGetProperty($"{property.Name}@odata.type", out var stated) ? stated.GetString() : null;
            entity[property.Name] = (type, property.Value.ValueKind) switch
            {
                ("Edm.Binary", _) => property.Value.GetBytesFromBase64(),
                ("Edm.Int64", _) => long.Parse(property.Value.GetString()!),
                ("Edm.DateTime", _) => property.Value.GetDateTimeOffset(),
                ("Edm.Guid", _) => property.Value.GetGuid(),
                ("Edm.Double", _) => property.Value.ValueKind == JsonValueKind.String ? double.Parse(property.Value.GetString()!) : property.Value.GetDouble(),
                (_, JsonValueKind.Number) => property.Value.TryGetInt32(out var whole) ? whole : property.Value.GetDouble(),
                (_, JsonValueKind.True or JsonValueKind.False) => property.Value.GetBoolean(),
                (_, JsonValueKind.Null) => null,
                _ => property.Value.GetString(),
            };
        }

        return entity;
    }

    private static string? Between(string text, string before, string after)
    {
        var start = text.IndexOf(before, StringComparison.Ordinal);
        if (start < 0) return null;
        start += before.Length;
        var end = text.IndexOf(after, start, StringComparison.Ordinal);
        return end < 0 ? null : text[start..end];
    }
}
