namespace ShitOps.Scaling;

/// <summary>What a thousand events ask of the cloud.</summary>
/// <param name="EventBytes">The size of one event as JSON.</param>
/// <param name="TableTransactions">Requests to tables, reads included.</param>
/// <param name="TableEntities">Entities written.</param>
/// <param name="BlobWrites">Blobs written by the archive.</param>
/// <param name="ArchiveBytes">What one event takes in compacted files of the archive.</param>
public sealed record EventFootprint(double EventBytes, double TableTransactions, double TableEntities, double BlobWrites, double ArchiveBytes)
{
    /// <summary>
    /// As docs/benchmarks.md has it, at 1,000 events a second after the whole of W1: <c>live_transactions_per_1000_events</c>,
    /// <c>live_entities_per_1000_events</c>, <c>archive_blob_writes_per_1000_events</c>, <c>compacted_bytes_per_event</c>.
    /// </summary>
    public static EventFootprint Measured { get; } = new(290, 9.3, 270, 0.97, 16.7);

    /// <summary>The greatest that was measured, with few events over many tasks: what limits are compared with.</summary>
    public static EventFootprint Greatest { get; } = new(290, 21.6, 1265, 1.07, 23.4);
}
