using System.Collections.Immutable;

namespace ShitOps.Archive.Delta;

/// <summary>
/// One change of a Delta table's state, as the protocol defines it (https://github.com/delta-io/delta/blob/master/PROTOCOL.md, "Actions"):
/// the hierarchy is closed. <see cref="DeltaJson"/> writes and reads them.
/// </summary>
public abstract record DeltaAction
{
    private protected DeltaAction() { }
}

/// <summary>What a reader and a writer of the table must know of the protocol.</summary>
/// <param name="MinReaderVersion">1: nothing beyond the first version.</param>
/// <param name="MinWriterVersion">2: append-only tables and invariants of columns, of which this table has none.</param>
public sealed record DeltaProtocol(int MinReaderVersion, int MinWriterVersion) : DeltaAction;

/// <summary>What the table is.</summary>
/// <param name="Id">A GUID that it keeps for ever.</param>
/// <param name="Name">For people.</param>
/// <param name="Description">For people.</param>
/// <param name="Schema">The columns, JSON of the protocol's schema.</param>
/// <param name="PartitionColumns">Columns that have one value in the whole of a file, which stands in the log and not in the file.</param>
/// <param name="Configuration">Properties of the table, <c>delta.*</c>.</param>
/// <param name="CreatedTime">Milliseconds since 1970 in UTC.</param>
public sealed record DeltaMetadata(
    string Id, string Name, string Description, string Schema, ImmutableArray<string> PartitionColumns, ImmutableSortedDictionary<string, string> Configuration, long CreatedTime) : DeltaAction
{
    /// <summary>Whether both say the same of the table, apart from its identity.</summary>
    public bool IsSameTable(DeltaMetadata other) =>
        Name == other.Name && Description == other.Description && Schema == other.Schema && PartitionColumns.SequenceEqual(other.PartitionColumns) && Configuration.SequenceEqual(other.Configuration);
}

/// <summary>A data file is part of the table.</summary>
/// <param name="Path">Relative to the table's root, with /; a URI reference, so that what is not allowed in one is %-encoded.</param>
/// <param name="PartitionValues">Of each partition column.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ModificationTime">When it was made; milliseconds since 1970 in UTC.</param>
/// <param name="DataChange">False: the same rows were in the table before.</param>
/// <param name="Statistics">What its rows hold; null: not known.</param>
/// <param name="Types">The types of event in it; empty: not known.</param>
public sealed record AddFile(
    string Path, ImmutableSortedDictionary<string, string?> PartitionValues, long Size, long ModificationTime, bool DataChange, FileStatistics? Statistics, ImmutableArray<string> Types) : DeltaAction;

/// <summary>A data file is no longer part of the table. It is kept for those who read an earlier version, until a vacuum.</summary>
/// <param name="Path">As it was added.</param>
/// <param name="DeletionTimestamp">When it was removed; milliseconds since 1970 in UTC.</param>
/// <param name="DataChange">False: its rows are in the table as before, in other files.</param>
/// <param name="PartitionValues">As it was added.</param>
/// <param name="Size">Bytes.</param>
public sealed record RemoveFile(string Path, long DeletionTimestamp, bool DataChange, ImmutableSortedDictionary<string, string?> PartitionValues, long Size) : DeltaAction;

/// <summary>How far an application has come: set together with what it added, so that nothing is added twice.</summary>
/// <param name="AppId">The application; here <c>stream/topic/partition</c>.</param>
/// <param name="Version">Here the first offset that is not in the table.</param>
/// <param name="LastUpdated">Milliseconds since 1970 in UTC.</param>
public sealed record DeltaTransaction(string AppId, long Version, long LastUpdated) : DeltaAction;

/// <summary>What a commit was for; no part of the table's state.</summary>
/// <param name="Timestamp">Milliseconds since 1970 in UTC.</param>
/// <param name="Operation">In the words that other writers use: <c>WRITE</c>, <c>OPTIMIZE</c>, <c>DELETE</c>.</param>
/// <param name="TransactionId">Tells the commit from all others, so that who made it knows it again when the answer was lost.</param>
public sealed record DeltaCommitInfo(long Timestamp, string Operation, string TransactionId) : DeltaAction;
