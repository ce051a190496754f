namespace ShitOps.Archive;

/// <summary>
/// One event as the archive keeps it: what analysts ask for in typed columns, and in <see cref="Rest"/> as JSON whatever no column holds
/// exactly. <see cref="ArchivedEvent"/> converts. docs/archive.md describes the columns for their readers.
/// </summary>
/// <remarks>
/// A column that is null says that the event does not state it as a value; that it states null stands in <see cref="Rest"/>. Where a
/// member stands in <see cref="Rest"/> and in a column, the column has the value that counts and <see cref="Rest"/> has what was written.
/// </remarks>
public sealed record ArchiveRow
{
    /// <summary>The record's offset; with stream, topic and partition it names the record.</summary>
    public required long Offset { get; init; }

    /// <summary>The Kafka record's timestamp, to the millisecond; null: it has none, or one that no calendar has.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>When it happened, in UTC, to the microsecond; finer digits are cut off towards the past.</summary>
    public required DateTimeOffset Time { get; init; }

    public required string Id { get; init; }

    public required string Source { get; init; }

    public required string Type { get; init; }

    /// <summary>The CloudEvents <c>subject</c>.</summary>
    public required string Project { get; init; }

    /// <summary>The task's key, of <c>task.*</c>.</summary>
    public string? Task { get; init; }

    /// <summary>The allocation's id, of <c>resource.*</c>.</summary>
    public string? Allocation { get; init; }

    /// <summary>The task's title, or the project's name.</summary>
    public string? Title { get; init; }

    public string? Kind { get; init; }

    public string? Priority { get; init; }

    /// <summary>The tracker's own word.</summary>
    public string? Status { get; init; }

    /// <summary>What <see cref="Status"/> means: <c>todo</c>, <c>in-progress</c>, <c>blocked</c>, <c>done</c>, <c>cancelled</c>.</summary>
    public string? Category { get; init; }

    /// <summary>The person id of the project's owner, the task's assignee, or the resource that is allocated.</summary>
    public string? Person { get; init; }

    public string? Team { get; init; }

    /// <summary>The key of the task that this one is a part of.</summary>
    public string? Parent { get; init; }

    /// <summary>Hours.</summary>
    public double? EstimateHours { get; init; }

    /// <summary>Hours.</summary>
    public double? RemainingHours { get; init; }

    /// <summary>Hours.</summary>
    public double? SpentHours { get; init; }

    /// <summary>Hours per week of an allocation.</summary>
    public double? HoursPerWeek { get; init; }

    /// <summary>The project's first day, or the allocation's (<c>from</c>).</summary>
    public DateOnly? Start { get; init; }

    /// <summary>The day on which the project or task has to be done, or the allocation's last (<c>to</c>); that day included.</summary>
    public DateOnly? Due { get; init; }

    /// <summary>The person id of who made the change.</summary>
    public string? Actor { get; init; }

    /// <summary>A JSON object: members of the event, and under <c>data</c> members of its data, as they were written; null: the columns hold it all.</summary>
    public string? Rest { get; init; }
}
