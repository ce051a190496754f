using Azure;
using Azure.Data.Tables;
using ShitOps.Projects;

namespace ShitOps.Aggregation;

/// <summary>A project as it stands in the table.</summary>
/// <param name="Key">The project, as events name it.</param>
/// <param name="State">What is known of the project itself.</param>
/// <param name="Summary">The sums over its tasks.</param>
/// <param name="Pending">The history that is not yet in day rows.</param>
public sealed record StoredProject(string Key, ProjectState State, ProjectSummary Summary, PendingHistory Pending)
{
    /// <summary>The version of the sums, and so of all rows of the project; default: it is not stored yet.</summary>
    internal ETag ETag { get; init; }

    /// <summary>The version of what is known of the project itself; default: nothing is stored of it.</summary>
    internal ETag StateETag { get; init; }

    /// <summary>When any of its rows last changed in the table, by storage's clock.</summary>
    public DateTimeOffset? LastWritten { get; init; }

    internal static StoredProject Of(string project, TableEntity? state, TableEntity sums) =>
        new(project, state is null ? new ProjectState() : AggregateRows.ProjectOf(state), AggregateRows.SumsOf(sums), AggregateRows.PendingOf(sums)) { ETag = sums.ETag, StateETag = state?.ETag ?? default, LastWritten = sums.Timestamp };
}
