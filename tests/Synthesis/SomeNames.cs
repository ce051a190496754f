using ShitOps.Synthesis.Names;

namespace ShitOps.Tests.Synthesis;

/// <summary>The catalogue of names that docs/asking.md has in its examples, and when they are asked.</summary>
internal static class SomeNames
{
    /// <summary>The catalogue's file.</summary>
    public static string Path { get; } = RepositoryRoot.File("shared", "Synthesis", "Gate", "names.json");

    public static NameIndex Index { get; } = new(NameCatalogue.Parse(File.ReadAllBytes(Path)));

    public static DateTime Now { get; } = new(2026, 5, 20, 0, 0, 0, DateTimeKind.Utc);
}
