using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Bench.Ingest.Postgres;

/// <summary>A row of the table <c>task</c>.</summary>
internal sealed record TaskRow(
    string Project, string Key, string? Title, string? Kind, string? Priority, string? Assignee, string? Team, string? Parent, string? BlockedReason, DateOnly? Due, Milestone? Milestone, string[]? Labels,
    bool IsDeleted, long CreatedTicks, Progress Progress, ReadOnlyMemory<byte> Facts, ReadOnlyMemory<byte> Stamps);

/// <summary>A row of the table <c>project</c>, with the sums over its tasks.</summary>
internal sealed record ProjectRow(
    string Key, string? Name, string? Team, string? Owner, string? Status, StatusCategory? Category, DateOnly? Start, DateOnly? Due, long[] Totals, ReadOnlyMemory<byte> Stamps);

/// <summary>A row of the table <c>allocation</c>.</summary>
internal sealed record AllocationRow(string Project, string Id, AllocationTerms? Terms, DateTimeOffset? Released, ReadOnlyMemory<byte> Stamps);

/// <summary>What a batch changes in the database.</summary>
/// <param name="Tasks">The tasks that it touched, as they are now.</param>
/// <param name="Projects">The projects that it touched, as they are now.</param>
/// <param name="Allocations">The allocations that it touched, as they are now.</param>
/// <param name="History">By project and hour (from the year 1), how much more or less there was of each measure.</param>
/// <param name="Checkpoints">By partition, the offset consumed before and now.</param>
internal sealed record BatchRows(
    IReadOnlyList<TaskRow> Tasks, IReadOnlyList<ProjectRow> Projects, IReadOnlyList<AllocationRow> Allocations, IReadOnlyDictionary<(string Project, int Hour), long[]> History,
    IReadOnlyDictionary<int, (long Before, long Now)> Checkpoints);
