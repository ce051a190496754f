namespace ShitOps.Planning;

/// <summary>A project as far as it matters for what reading it costs.</summary>
/// <param name="Key">The project.</param>
/// <param name="Team">The team that has it.</param>
/// <param name="Teams">The teams that its tasks have of their own.</param>
/// <param name="Tasks">Tasks, deleted ones left out.</param>
/// <param name="Days">Days since anything was first known of it.</param>
public sealed record ProjectSize(string Key, string? Team, IReadOnlyList<string> Teams, long Tasks, int Days);

/// <summary>How much there is to read, as it was a while ago: estimates need no more.</summary>
/// <param name="Slices">Slices of the aggregates.</param>
/// <param name="Projects">The projects.</param>
public sealed record FleetSize(int Slices, IReadOnlyList<ProjectSize> Projects)
{
    private readonly Lazy<Dictionary<string, ProjectSize>> _byKey = new(() => Projects.ToDictionary(project => project.Key, StringComparer.Ordinal));

    /// <summary>A project by its key; null: it was not there.</summary>
    public ProjectSize? Of(string key) => _byKey.Value.GetValueOrDefault(key);
}
