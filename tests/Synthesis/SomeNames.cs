using System.Text;
using ShitOps.Synthesis.Names;

namespace ShitOps.Tests.Synthesis;

/// <summary>The catalogue of names that docs/asking.md has in its examples.</summary>
internal static class SomeNames
{
    public const string Json =
        """
        {
          "projects": [{ "key": "checkout", "names": ["Checkout without accounts"] }, "APOLLO"],
          "teams": ["payments", "search", "mobile"],
          "people": ["Amara Okafor", "Tomasz Kowalski"],
          "statuses": ["To Do", "In Review", "Done"],
          "types": ["bug", "story"],
          "milestones": ["Sprint 14"]
        }
        """;

    public static NameIndex Index { get; } = new(NameCatalogue.Parse(Encoding.UTF8.GetBytes(Json)));

    /// <summary>When the questions of docs/asking.md are asked.</summary>
    public static DateTime Now { get; } = new(2026, 5, 20, 0, 0, 0, DateTimeKind.Utc);
}
