using System.Globalization;
using System.Text.Json;
using ShitOps.Synthesis.Names;

namespace ShitOps.Bench;

/// <summary>A question that somebody wrote who had not seen what is trained with, from <c>shared/Synthesis/Gate/questions.jsonl</c>.</summary>
/// <param name="Question">The question.</param>
/// <param name="Query">The one-line form of what it means; null: it cannot be answered.</param>
internal sealed record HandWritten(string Question, string? Query)
{
    /// <summary>When they are asked.</summary>
    public static DateTime Now { get; } = DateTime.Parse("2026-05-20T00:00:00Z", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);

    /// <summary>The names that they use.</summary>
    public static NameIndex Names() => new(NameCatalogue.Parse(File.ReadAllBytes(PathOf("names.json"))));

    /// <summary>All of them.</summary>
    public static IReadOnlyList<HandWritten> Read() =>
        [.. File.ReadLines(PathOf("questions.jsonl")).Where(line => line.Length > 0).Select(line =>
        {
            using var json = JsonDocument.Parse(line);
            return new HandWritten(json.RootElement.GetProperty("question").GetString()!, json.RootElement.GetProperty("query").GetString());
        })];

    private static string PathOf(string file)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ShitOps.sln"))) return Path.Combine(folder.FullName, "shared", "Synthesis", "Gate", file);
        }

        throw new DirectoryNotFoundException($"no ShitOps.sln above {AppContext.BaseDirectory}");
    }
}
