using ShitOps.Archive.Delta;
using ShitOps.Projects;

namespace ShitOps.Archive;

/// <summary>Which events somebody asks for, and which files and row groups cannot hold any of them.</summary>
public sealed record ArchiveFilter
{
    /// <summary>Only this project; null: all.</summary>
    public string? Project { get; init; }

    /// <summary>Only these projects; null: all.</summary>
    public IReadOnlySet<string>? Projects { get; init; }

    /// <summary>Only this task; null: all, and what is no task's.</summary>
    public string? Task { get; init; }

    /// <summary>Only what happened at this time or later; null: from the beginning.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only what happened before this time; null: to the end.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Only these types; null: all.</summary>
    public IReadOnlyCollection<string>? Types { get; init; }

    /// <summary>Only what these people did, by person id; null: all, also what nobody is said to have done. Ids are in no order, so it passes over no file.</summary>
    public IReadOnlyCollection<string>? Actors { get; init; }

    /// <summary>Only the projects of this slice of so many; null: all.</summary>
    public (SliceId Slice, int Slices)? Slice { get; init; }

    /// <summary>Only this chain; null: all.</summary>
    public ArchiveChain? Chain { get; init; }

    /// <summary>Whether a file may hold events that are asked for.</summary>
    public bool MayHold(AddFile file) =>
        (Chain is not { } chain || ArchiveTable.ChainOf(file) == chain)
        && (Types is null || file.Types.IsDefaultOrEmpty || file.Types.Any(Types.Contains))
        && (file.Statistics is not { } statistics || MayHold(statistics));

    /// <summary>Whether a file or row group may hold events that are asked for.</summary>
    public bool MayHold(FileStatistics statistics)
    {
        if (statistics.Rows == 0) return false;
        if (Project is not null && statistics.Project is { } projects && !projects.Contains(Project)) return false;
        if (Projects is not null && statistics.Project is { } span && !Projects.Any(span.Contains)) return false;
        if (Task is not null && (statistics.WithoutTask == statistics.Rows || (statistics.Task is { } tasks && !tasks.Contains(Task)))) return false;
        if (Types is not null && statistics.Type is { } types && !Types.Any(types.Contains)) return false;
        if (statistics.Time is { } times && (times.Greatest < From || times.Least >= Before)) return false;
        return Slice is not { } slice || statistics.Project is not { } some || some.Least != some.Greatest || SliceId.Of(some.Least, slice.Slices) == slice.Slice;
    }

    /// <summary>Whether an event is asked for; by its chain it is not told apart.</summary>
    public bool Matches(ArchiveRow row) =>
        (Project is null || row.Project == Project)
        && (Projects is null || Projects.Contains(row.Project))
        && (Task is null || row.Task == Task)
        && (Actors is null || (row.Actor is { } actor && Actors.Contains(actor)))
        && !(row.Time < From) && !(row.Time >= Before)
        && (Types is null || Types.Contains(row.Type))
        && (Slice is not { } slice || SliceId.Of(row.Project, slice.Slices) == slice.Slice);
}
