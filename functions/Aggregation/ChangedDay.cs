using ShitOps.Projects;

namespace ShitOps.Aggregation;

/// <summary>What the rows of one day of a project hold.</summary>
/// <param name="Changes">The changes, without what is pending.</param>
/// <param name="Flushes">After how many flushes the last of them was written.</param>
internal readonly record struct ChangedDay(HistoryChanges Changes, long Flushes);
