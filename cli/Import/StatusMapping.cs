using ShitOps.Events;

namespace ShitOps.Cli.Import;

/// <summary>
/// What one tracker's statuses and resolutions mean. What a project's own table says goes before the tracker's table, that before
/// what the tracker says itself (a category key), and that before the usual words (<see cref="StatusWords"/>).
/// </summary>
internal sealed record StatusMapping
{
    /// <summary>Nothing but the defaults.</summary>
    public static StatusMapping Default { get; } = new();

    /// <summary>The whole tracker's table.</summary>
    public StatusTable Tracker { get; init; } = StatusTable.Empty;

    /// <summary>Tables by project key.</summary>
    public IReadOnlyDictionary<string, StatusTable> Projects { get; init; } = new Dictionary<string, StatusTable>(StringComparer.Ordinal);

    /// <summary>The category of a status.</summary>
    /// <param name="project">The project's key.</param>
    /// <param name="name">The tracker's word.</param>
    /// <param name="stated">What the tracker itself says that it means, if it does.</param>
    /// <param name="resolution">The resolution that the task has in this status; it can turn done into cancelled.</param>
    /// <param name="otherwise">For a word that nobody knows.</param>
    public StatusCategory CategoryOf(
        string project, string name, StatusCategory? stated = null, string? resolution = null, StatusCategory otherwise = StatusCategory.InProgress)
    {
        if (Lookup(project, table => table.Statuses, name) is { } mapped) return mapped == StatusCategory.Done ? Outcome(project, resolution) : mapped;
        if (stated is { } said && said != StatusCategory.Done) return said;

        var meant = StatusWords.CategoryOf(name);
        if (stated == StatusCategory.Done) return meant == StatusCategory.Cancelled ? StatusCategory.Cancelled : Outcome(project, resolution);
        return meant == StatusCategory.Done ? Outcome(project, resolution) : meant ?? otherwise;
    }

    /// <summary>The mapping file's name for the tracker's status <paramref name="id"/>; null if it has none.</summary>
    public string? NameOf(string project, string id) =>
        (Projects.TryGetValue(project, out var own) ? own.Names.GetValueOrDefault(id) : null) ?? Tracker.Names.GetValueOrDefault(id);

    private StatusCategory Outcome(string project, string? resolution)
    {
        if (resolution is null) return StatusCategory.Done;
        return Lookup(project, table => table.Resolutions, resolution)
            ?? (StatusWords.Cancels(resolution) ? StatusCategory.Cancelled : StatusCategory.Done);
    }

    private StatusCategory? Lookup(string project, Func<StatusTable, IReadOnlyDictionary<string, StatusCategory>> part, string word)
    {
        var key = StatusWords.Normal(word);
        if (Projects.TryGetValue(project, out var own) && part(own).TryGetValue(key, out var category)) return category;
        return part(Tracker).TryGetValue(key, out category) ? category : null;
    }
}

/// <summary>What a mapping file says about one tracker or one project. Words stand in their <see cref="StatusWords.Normal"/> form.</summary>
/// <param name="Statuses">Categories by status.</param>
/// <param name="Resolutions">Done or cancelled by resolution.</param>
/// <param name="Names">A status' word by its id in the tracker.</param>
internal sealed record StatusTable(
    IReadOnlyDictionary<string, StatusCategory> Statuses, IReadOnlyDictionary<string, StatusCategory> Resolutions, IReadOnlyDictionary<string, string> Names)
{
    public static StatusTable Empty { get; } = new(
        new Dictionary<string, StatusCategory>(StringComparer.Ordinal),
        new Dictionary<string, StatusCategory>(StringComparer.Ordinal),
        new Dictionary<string, string>(StringComparer.Ordinal));
}
