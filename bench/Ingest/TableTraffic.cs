using ShitOps.Storage;

namespace ShitOps.Bench.Ingest;

/// <summary>What a number of requests to tables costs.</summary>
/// <param name="Transactions">Requests, those that read included: each is billed as a transaction, however many entities it holds.</param>
/// <param name="Reads">Those of them that read.</param>
/// <param name="Entities">Entities written.</param>
/// <param name="EntityBytes">Their sizes by Azure's formula.</param>
/// <param name="WireBytes">The bodies of the requests.</param>
internal sealed record TableTraffic(long Transactions, long Reads, long Entities, long EntityBytes, long WireBytes)
{
    public static TableTraffic Of(TableRecording recording, int from, int to)
    {
        var (reads, entities, entityBytes, wireBytes) = (0L, 0L, 0L, 0L);
        var requests = recording.Range(from, to);
        foreach (var request in requests)
        {
            if (request.Method == "GET") reads++;
            wireBytes += request.BodyLength;
            foreach (var entity in TableOperations.WrittenEntities(request, recording.BodyOf(request)))
            {
                entities++;
                entityBytes += TableLimits.SizeOf(entity);
            }
        }

        return new TableTraffic(requests.Count, reads, entities, entityBytes, wireBytes);
    }

    /// <summary>As <c>name: value</c> lines.</summary>
    public IEnumerable<(string Name, double Value)> Per1000(double events, string prefix) =>
    [
        ($"{prefix}_transactions_per_1000_events", Transactions / events * 1000),
        ($"{prefix}_reads_per_1000_events", Reads / events * 1000),
        ($"{prefix}_entities_per_1000_events", Entities / events * 1000),
        ($"{prefix}_kib_per_1000_events", EntityBytes / 1024.0 / events * 1000),
        ($"{prefix}_wire_kib_per_1000_events", WireBytes / 1024.0 / events * 1000),
    ];
}
