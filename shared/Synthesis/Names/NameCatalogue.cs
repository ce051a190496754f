using System.Text.Json;
using ShitOps.Planning;

namespace ShitOps.Synthesis.Names;

/// <summary>Something that questions name.</summary>
/// <param name="Field">What it is.</param>
/// <param name="Key">What stands for it in queries.</param>
/// <param name="Names">What else people call it.</param>
public sealed record CatalogueEntry(QueryField Field, string Key, IReadOnlyList<string> Names);

/// <summary>The file of names is not as expected. The message says what was found, and what was expected.</summary>
public sealed class CatalogueFormatException(string message) : FormatException(message);

/// <summary>The names of projects, teams, people, statuses, types and milestones that questions may use.</summary>
public sealed class NameCatalogue
{
    private static readonly Dictionary<string, QueryField> Fields = new(StringComparer.Ordinal)
    {
        ["projects"] = QueryField.Project,
        ["teams"] = QueryField.Team,
        ["people"] = QueryField.Person,
        ["statuses"] = QueryField.Status,
        ["types"] = QueryField.Type,
        ["milestones"] = QueryField.Milestone,
    };

    /// <param name="entries">All that can be named; of two with one field and key the first counts.</param>
    public NameCatalogue(IEnumerable<CatalogueEntry> entries) =>
        Entries = [.. entries.Where(entry => entry.Key.Length > 0).DistinctBy(entry => (entry.Field, entry.Key))];

    /// <summary>All that can be named.</summary>
    public IReadOnlyList<CatalogueEntry> Entries { get; }

    /// <summary>
    /// Reads JSON: an object with <c>projects</c>, <c>teams</c>, <c>people</c>, <c>statuses</c>, <c>types</c> and <c>milestones</c>, each an
    /// array of names, or of objects with <c>key</c> and <c>names</c>; each may be left out.
    /// </summary>
    /// <exception cref="CatalogueFormatException">It is something else.</exception>
    public static NameCatalogue Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new CatalogueFormatException($"The catalogue is {Kind(document.RootElement)}; expected an object.");
            return new NameCatalogue([.. document.RootElement.EnumerateObject().SelectMany(EntriesOf)]);
        }
        catch (JsonException fault)
        {
            throw new CatalogueFormatException($"The catalogue is no JSON: {fault.Message}");
        }
    }

    private static IEnumerable<CatalogueEntry> EntriesOf(JsonProperty property)
    {
        if (!Fields.TryGetValue(property.Name, out var field)) throw new CatalogueFormatException($"The catalogue has \"{property.Name}\"; expected {string.Join(", ", Fields.Keys)}.");
        if (property.Value.ValueKind != JsonValueKind.Array) throw new CatalogueFormatException($"{property.Name} of the catalogue is {Kind(property.Value)}; expected an array.");
        return property.Value.EnumerateArray().Select(value => value.ValueKind switch
        {
            JsonValueKind.String => new CatalogueEntry(field, value.GetString()!, []),
            JsonValueKind.Object when value.TryGetProperty("key", out var key) && key.ValueKind == JsonValueKind.String => new CatalogueEntry(field, key.GetString()!, NamesOf(property.Name, value)),
            _ => throw new CatalogueFormatException($"{property.Name} of the catalogue hold {Kind(value)}; expected a text, or an object with key and names."),
        });
    }

    private static List<string> NamesOf(string property, JsonElement value)
    {
        if (!value.TryGetProperty("names", out var names)) return [];
        return names.ValueKind == JsonValueKind.Array && names.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String)
            ? [.. names.EnumerateArray().Select(name => name.GetString()!)]
            : throw new CatalogueFormatException($"{property} of the catalogue have names that are {Kind(names)}; expected an array of texts.");
    }

    private static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object without key",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
