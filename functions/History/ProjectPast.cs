using ShitOps.Projects;

namespace ShitOps.History;

/// <summary>A project's history from some day on.</summary>
/// <param name="Changes">What changed since then, of what was asked for.</param>
/// <param name="FirstHour">The first hour of all in which anything of a measure changed, counted from the beginning of the year 1; null: nothing ever did.</param>
/// <param name="Now">The sums that all changes lead to; null: <paramref name="Changes"/> are all that there ever were.</param>
public sealed record ProjectPast(HistoryChanges Changes, int? FirstHour, ProjectSummary? Now)
{
    /// <summary>Nothing that ever happened.</summary>
    public static ProjectPast None { get; } = new(new HistoryChanges(), null, null);

    /// <summary>All changes of a project.</summary>
    internal static ProjectPast Whole(HistoryChanges changes) => new(changes, changes.Measures.Select(one => (int?)one.Hour).Min(), null);
}

/// <summary>What of a history is asked for.</summary>
/// <param name="Measures">The measures.</param>
/// <param name="HasStatuses">Whether the tasks by status are.</param>
public sealed record WantedHistory(IReadOnlySet<Measure> Measures, bool HasStatuses);
