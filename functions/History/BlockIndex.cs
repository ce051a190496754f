using System.Collections.Immutable;

namespace ShitOps.History;

/// <summary>Which blocks of a table count, and what of each project is in them.</summary>
/// <param name="Build">The number of the building that made it, greater than those before it, also of an index that was deleted: seconds since 1970, or one more than the last; 0: there are no blocks.</param>
/// <param name="From">The first day that they hold; of earlier ones there is nothing in them.</param>
/// <param name="HourlyFrom">Blocks of earlier days hold their changes by the day.</param>
/// <param name="Days">The build of the block of each day; days without a block have no changes.</param>
/// <param name="Projects">What of a project is in them; the others are not in them at all.</param>
public sealed record BlockIndex(long Build, DateOnly From, DateOnly HourlyFrom, ImmutableSortedDictionary<DateOnly, long> Days, ImmutableDictionary<string, BlockedProject> Projects)
{
    /// <summary>No blocks.</summary>
    public static BlockIndex None { get; } = new(0, DateOnly.MinValue, DateOnly.MinValue, ImmutableSortedDictionary<DateOnly, long>.Empty, ImmutableDictionary.Create<string, BlockedProject>(StringComparer.Ordinal));
}

/// <summary>What of a project's history is in blocks: its day rows of the days before <paramref name="End"/> as they were after so many flushes.</summary>
/// <param name="Flushes">So many flushes.</param>
/// <param name="End">The first day that is not in blocks.</param>
/// <param name="FirstHour">The first hour, counted from the beginning of the year 1, in which anything of a measure changed before <paramref name="End"/>; null: nothing did.</param>
public sealed record BlockedProject(long Flushes, DateOnly End, int? FirstHour)
{
    /// <summary>The day of the first hour.</summary>
    internal DateOnly? FirstDay => FirstHour is { } hour ? DateOnly.FromDayNumber(hour / 24) : null;
}
