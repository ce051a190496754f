namespace ShitOps.Aggregation;

/// <summary>A slice was sealed: the table is being replaced by one that a replay has built, and the batch is to go there.</summary>
public sealed class SealedSliceException(string table) : Exception($"the table {table} is sealed: a replay is about to put another in its place");
