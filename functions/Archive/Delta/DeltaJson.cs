using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ShitOps.Archive.Delta;

/// <summary>The actions of a commit as the protocol writes them: a JSON object on a line each.</summary>
internal static class DeltaJson
{
    private const string TypesTag = "types";

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The bytes of a commit.</summary>
    public static byte[] Write(IEnumerable<DeltaAction> actions)
    {
        using var stream = new MemoryStream();
        foreach (var action in actions)
        {
            using (var json = new Utf8JsonWriter(stream, Plain)) Write(json, action);
            stream.WriteByte((byte)'\n');
        }

        return stream.ToArray();
    }

    /// <summary>The actions of a commit; those that are no part of the state of a table such as this one are left out.</summary>
    /// <exception cref="JsonException">A line is no JSON object.</exception>
    /// <exception cref="InvalidDataException">An action lacks what the protocol asks for.</exception>
    public static List<DeltaAction> Read(ReadOnlySpan<byte> commit)
    {
        List<DeltaAction> actions = [];
        foreach (var line in Encoding.UTF8.GetString(commit).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            using var document = JsonDocument.Parse(line);
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (Read(member.Name, member.Value) is { } action) actions.Add(action);
            }
        }

        return actions;
    }

    /// <summary>The tags of a file of these types.</summary>
    public static ImmutableSortedDictionary<string, string?> Tags(ImmutableArray<string> types) =>
        types.IsDefaultOrEmpty ? ImmutableSortedDictionary<string, string?>.Empty : ImmutableSortedDictionary<string, string?>.Empty.Add(TypesTag, JsonSerializer.Serialize(types));

    /// <summary>The types that tags tell; none if they do not.</summary>
    public static ImmutableArray<string> Types(IReadOnlyDictionary<string, string?> tags) =>
        tags.TryGetValue(TypesTag, out var text) && text is not null ? JsonSerializer.Deserialize<ImmutableArray<string>>(text) : [];

    private static void Write(Utf8JsonWriter json, DeltaAction action)
    {
        json.WriteStartObject();
        switch (action)
        {
            case DeltaProtocol protocol:
                json.WriteStartObject("protocol");
                json.WriteNumber("minReaderVersion", protocol.MinReaderVersion);
                json.WriteNumber("minWriterVersion", protocol.MinWriterVersion);
                break;
            case DeltaMetadata metadata:
                json.WriteStartObject("metaData");
                json.WriteString("id", metadata.Id);
                json.WriteString("name", metadata.Name);
                json.WriteString("description", metadata.Description);
                json.WriteStartObject("format");
                json.WriteString("provider", "parquet");
                json.WriteStartObject("options");
                json.WriteEndObject();
                json.WriteEndObject();
                json.WriteString("schemaString", metadata.Schema);
                json.WriteStartArray("partitionColumns");
                foreach (var column in metadata.PartitionColumns) json.WriteStringValue(column);
                json.WriteEndArray();
                Write("configuration", metadata.Configuration!);
                json.WriteNumber("createdTime", metadata.CreatedTime);
                break;
            case AddFile add:
                json.WriteStartObject("add");
                json.WriteString("path", add.Path);
                Write("partitionValues", add.PartitionValues);
                json.WriteNumber("size", add.Size);
                json.WriteNumber("modificationTime", add.ModificationTime);
                json.WriteBoolean("dataChange", add.DataChange);
                if (add.Statistics is not null) json.WriteString("stats", add.Statistics.ToJson());
                if (!add.Types.IsDefaultOrEmpty) Write("tags", Tags(add.Types));
                break;
            case RemoveFile remove:
                json.WriteStartObject("remove");
                json.WriteString("path", remove.Path);
                json.WriteNumber("deletionTimestamp", remove.DeletionTimestamp);
                json.WriteBoolean("dataChange", remove.DataChange);
                json.WriteBoolean("extendedFileMetadata", true);
                Write("partitionValues", remove.PartitionValues);
                json.WriteNumber("size", remove.Size);
                break;
            case DeltaTransaction transaction:
                json.WriteStartObject("txn");
                json.WriteString("appId", transaction.AppId);
                json.WriteNumber("version", transaction.Version);
                json.WriteNumber("lastUpdated", transaction.LastUpdated);
                break;
            case DeltaCommitInfo info:
                json.WriteStartObject("commitInfo");
                json.WriteNumber("timestamp", info.Timestamp);
                json.WriteString("operation", info.Operation);
                json.WriteString("engineInfo", "ShitOps");
                json.WriteString("txnId", info.TransactionId);
                break;
            default:
                throw new NotSupportedException($"{action.GetType().Name} is no action");
        }

        json.WriteEndObject();
        json.WriteEndObject();

        void Write(string name, ImmutableSortedDictionary<string, string?> map)
        {
            json.WriteStartObject(name);
            foreach (var (key, value) in map) json.WriteString(key, value);
            json.WriteEndObject();
        }
    }

    private static DeltaAction? Read(string name, JsonElement action)
    {
        return name switch
        {
            "protocol" => new DeltaProtocol((int)Number("minReaderVersion"), (int)Number("minWriterVersion")),
            "metaData" => new DeltaMetadata(
                Text("id"),
                TextOrNull("name") ?? "",
                TextOrNull("description") ?? "",
                Text("schemaString"),
                [.. Member("partitionColumns").EnumerateArray().Select(column => column.GetString()!)],
                ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, Map("configuration").Where(pair => pair.Value is not null).Select(pair => KeyValuePair.Create(pair.Key, pair.Value!))),
                NumberOr("createdTime", 0)),
            "add" => ReadAdd(),
            "remove" => new RemoveFile(Text("path"), NumberOr("deletionTimestamp", 0), IsTrueOrAbsent("dataChange"), Map("partitionValues"), NumberOr("size", 0)),
            "txn" => new DeltaTransaction(Text("appId"), Number("version"), NumberOr("lastUpdated", 0)),
            "commitInfo" => new DeltaCommitInfo(NumberOr("timestamp", 0), TextOrNull("operation") ?? "", TextOrNull("txnId") ?? ""),
            _ => null,
        };

        AddFile ReadAdd()
        {
            var path = Text("path");
            if (Find("deletionVector") is not null) throw new InvalidDataException($"add of {path}: another writer has deleted rows of it by a deletion vector, which this version does not read");
            return new AddFile(
                path, Map("partitionValues"), Number("size"), NumberOr("modificationTime", 0), IsTrueOrAbsent("dataChange"),
                TextOrNull("stats") is { } statistics ? FileStatistics.FromJson(statistics) : null, Types(Map("tags")));
        }

        JsonElement? Find(string member) => action.TryGetProperty(member, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

        JsonElement Member(string member) => Find(member) ?? throw new InvalidDataException($"{name} has no {member}");

        string Text(string member) => Member(member).GetString()!;

        string? TextOrNull(string member) => Find(member)?.GetString();

        long Number(string member) => Member(member).GetInt64();

        long NumberOr(string member, long otherwise) => Find(member)?.GetInt64() ?? otherwise;

        bool IsTrueOrAbsent(string member) => Find(member) is not { ValueKind: JsonValueKind.False };

        ImmutableSortedDictionary<string, string?> Map(string member) => ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal, Find(member)?.EnumerateObject().Select(pair => KeyValuePair.Create(pair.Name, pair.Value.GetString())) ?? []);
    }
}
