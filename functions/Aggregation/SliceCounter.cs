using Azure;
using Azure.Data.Tables;
using ShitOps.Projects;

namespace ShitOps.Aggregation;

/// <summary>
/// The slice's own row. Its version changes whenever a partition is first seen in the slice, so that a slice can be sealed against
/// partitions, too, that have no checkpoint in it yet.
/// </summary>
internal sealed class SliceCounter(SliceId slice, TableEntity? row)
{
    private const string Checkpoints = "Checkpoints";

    private int _checkpoints = row?.GetInt32(Checkpoints) ?? 0;
    private int _writing;

    /// <summary>The version that the row was read or written at; default: it is not stored yet.</summary>
    public ETag ETag { get; private set; } = row?.ETag ?? default;

    /// <summary>Whether nothing may be written any more.</summary>
    public bool IsSealed { get; } = row is not null && AggregateRows.IsSealed(row);

    /// <summary>The row with so many more checkpoints.</summary>
    public TableEntity ToEntity(int more)
    {
        _writing = _checkpoints + more;
        return new TableEntity(slice.ToString(), AggregateRows.SliceKey) { [Checkpoints] = _writing };
    }

    /// <summary>Takes the version of the row that was written.</summary>
    public void Take(ETag etag) => (ETag, _checkpoints) = (etag, _writing);
}
