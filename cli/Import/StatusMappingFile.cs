using System.Text.Json;
using ShitOps.Events;

namespace ShitOps.Cli.Import;

/// <summary>
/// A file that says what statuses and resolutions mean, as JSON in which comments and trailing commas are allowed:
/// <code>
/// {
///   "jira": {
///     "statuses":    { "In Review": "in-progress" },   // todo, in-progress, blocked, done or cancelled
///     "resolutions": { "Won't Do": "cancelled" },      // done or cancelled
///     "statusNames": { "10002": "Patch Available" },   // a status' word by its id
///     "projects":    { "AC": { "statuses": { "Parked": "blocked" } } }
///   },
///   "github": { "resolutions": { "not_planned": "cancelled" } }
/// }
/// </code>
/// </summary>
internal sealed record StatusMappingFile(StatusMapping Jira, StatusMapping GitHub)
{
    private static readonly JsonDocumentOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>No file: the defaults.</summary>
    public static StatusMappingFile None { get; } = new(StatusMapping.Default, StatusMapping.Default);

    /// <summary>Reads the text of a mapping file.</summary>
    /// <exception cref="FormatException">It is no such file; the message says where and what was expected.</exception>
    public static StatusMappingFile Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            if (utf8.Span.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
            using var document = JsonDocument.Parse(utf8, Options);
            var jira = StatusMapping.Default;
            var gitHub = StatusMapping.Default;
            foreach (var tracker in Properties(document.RootElement, "the file"))
            {
                if (tracker.Name == "jira") jira = Mapping(tracker.Value, "jira");
                else if (tracker.Name == "github") gitHub = Mapping(tracker.Value, "github");
                else throw Unknown(tracker.Name, "the file", "jira, github");
            }

            return new StatusMappingFile(jira, gitHub);
        }
        catch (JsonException exception)
        {
            throw new FormatException($"line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}: not JSON", exception);
        }
    }

    private static StatusMapping Mapping(JsonElement json, string place)
    {
        Dictionary<string, StatusTable> projects = new(StringComparer.Ordinal);
        var table = StatusTable.Empty;
        foreach (var property in Properties(json, place))
        {
            if (property.Name != "projects")
            {
                table = With(table, property, place, "statuses, resolutions, statusNames, projects");
                continue;
            }

            foreach (var project in Properties(property.Value, $"{place}.projects"))
            {
                var own = StatusTable.Empty;
                var at = $"{place}.projects.{project.Name}";
                foreach (var part in Properties(project.Value, at)) own = With(own, part, at, "statuses, resolutions, statusNames");
                projects[project.Name] = own;
            }
        }

        return new StatusMapping { Tracker = table, Projects = projects };
    }

    private static StatusTable With(StatusTable table, JsonProperty part, string place, string known) => part.Name switch
    {
        "statuses" => table with { Statuses = Categories(part.Value, $"{place}.statuses", StatusCategories.Words) },
        "resolutions" => table with { Resolutions = Categories(part.Value, $"{place}.resolutions", ["done", "cancelled"]) },
        "statusNames" => table with { Names = Names(part.Value, $"{place}.statusNames") },
        _ => throw Unknown(part.Name, place, known),
    };

    private static Dictionary<string, StatusCategory> Categories(JsonElement json, string place, IReadOnlyList<string> allowed)
    {
        Dictionary<string, StatusCategory> categories = new(StringComparer.Ordinal);
        foreach (var property in Properties(json, place))
        {
            var word = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : null;
            if (word is null || !allowed.Contains(word) || !StatusCategories.TryParse(word, out var category))
                throw new FormatException($"{place}.\"{property.Name}\": expected one of {string.Join(", ", allowed)}, found {property.Value.GetRawText()}");
            categories[StatusWords.Normal(property.Name)] = category;
        }

        return categories;
    }

    private static Dictionary<string, string> Names(JsonElement json, string place)
    {
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        foreach (var property in Properties(json, place))
            names[property.Name] = property.Value.AsText() ?? throw new FormatException($"{place}.\"{property.Name}\": expected a status, found {property.Value.GetRawText()}");
        return names;
    }

    private static JsonElement.ObjectEnumerator Properties(JsonElement json, string place) =>
        json.ValueKind == JsonValueKind.Object ? json.EnumerateObject() : throw new FormatException($"{place}: expected an object, found {json.GetRawText()}");

    private static FormatException Unknown(string name, string place, string known) =>
        new($"{place}: unknown property \"{name}\"; expected one of {known}");
}
