using System.Text;
using System.Text.RegularExpressions;
using NJsonSchema;

namespace ShitOps.Tests.Events;

/// <summary>The schemas and examples of <c>docs/events.md</c>, which are the contract: parsed out of the text that its users read.</summary>
internal sealed partial class EventContract
{
    private EventContract(JsonSchema envelope, IReadOnlyDictionary<string, Section> types) => (Envelope, Types) = (envelope, types);

    /// <summary>The one contract; parsed once.</summary>
    public static EventContract Documented { get; } = Parse(File.ReadAllText(Path.Combine(Root(), "docs", "events.md")));

    /// <summary>The schema of the CloudEvents envelope.</summary>
    public JsonSchema Envelope { get; }

    /// <summary>What is documented of each type, by its name.</summary>
    public IReadOnlyDictionary<string, Section> Types { get; }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "ShitOps.sln")))
            directory = directory.Parent ?? throw new DirectoryNotFoundException($"no directory above {AppContext.BaseDirectory} has ShitOps.sln");
        return directory.FullName;
    }

    private static EventContract Parse(string markdown)
    {
        var types = new Dictionary<string, Section>(StringComparer.Ordinal);
        JsonSchema? envelope = null;
        foreach (var section in Heading().Split(markdown).Skip(1))
        {
            var blocks = Block().Matches(section);
            if (blocks.Count == 0) continue;
            var title = section[..section.IndexOf('\n', StringComparison.Ordinal)].Trim('`', ' ');
            var schema = JsonSchema.FromJsonAsync(Only(blocks, "json schema", title)).GetAwaiter().GetResult();
            if (title == "The envelope") envelope = schema;
            else types.Add(title, new Section(schema, Encoding.UTF8.GetBytes(Only(blocks, "json", title))));
        }

        return new EventContract(envelope ?? throw new InvalidDataException("docs/events.md has no schema of the envelope"), types);
    }

    private static string Only(MatchCollection blocks, string language, string title) =>
        blocks.Where(block => block.Groups["language"].Value == language).Select(block => block.Groups["text"].Value).ToList() is [var only]
            ? only
            : throw new InvalidDataException($"docs/events.md, \"{title}\": expected one block of ```{language}");

    [GeneratedRegex("^###? ", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("^```(?<language>json.*)\n(?<text>[^`]*)^```", RegexOptions.Multiline)]
    private static partial Regex Block();

    /// <summary>What is documented of one type.</summary>
    /// <param name="DataSchema">The schema of <c>data</c>.</param>
    /// <param name="Example">One whole event, as UTF-8.</param>
    internal sealed record Section(JsonSchema DataSchema, byte[] Example);
}
