namespace ShitOps.Pipeline;

/// <summary>The body of <c>GET /api/health</c>.</summary>
/// <param name="Status"><c>healthy</c>, or <c>degraded</c> if Kafka or storage did not answer.</param>
/// <param name="Faults">What did not answer, and how.</param>
/// <param name="Stream">The setting <c>KafkaStream</c>.</param>
/// <param name="Topic">The setting <c>KafkaTopic</c>.</param>
/// <param name="Lag">Records on the topic that are not yet counted.</param>
/// <param name="DeadLetters">Records that were put aside.</param>
/// <param name="Events">Records counted, by outcome and type.</param>
/// <param name="Partitions">The same by partition.</param>
public sealed record HealthReport(
    string Status,
    IReadOnlyList<string> Faults,
    string Stream,
    string Topic,
    long Lag,
    long DeadLetters,
    EventCounts Events,
    IReadOnlyList<PartitionHealth> Partitions)
{
    internal bool IsHealthy => Faults.Count == 0;

    internal static HealthReport Of(
        string stream, string topic, IReadOnlyList<PartitionCount> rows, IReadOnlyDictionary<int, long> ends, IReadOnlyList<string> faults)
    {
        var rowOf = rows.ToDictionary(row => row.Partition);
        var partitions = ends.Keys.Union(rowOf.Keys).Order()
            .Select(partition => PartitionHealth.Of(partition, rowOf.GetValueOrDefault(partition), ends.TryGetValue(partition, out var end) ? end : null))
            .ToList();
        var byType = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (type, count) in rows.SelectMany(row => row.ByType)) byType[type] = byType.GetValueOrDefault(type) + count;
        var events = new EventCounts(rows.Sum(row => row.Decoded), rows.Sum(row => row.Unknown), rows.Sum(row => row.Undecodable), byType);
        return new HealthReport(
            faults.Count == 0 ? "healthy" : "degraded", faults, stream, topic, partitions.Sum(partition => partition.Lag ?? 0), events.Undecodable, events, partitions);
    }
}

/// <summary>Records counted, by outcome; <paramref name="ByType"/> divides the decoded ones.</summary>
public sealed record EventCounts(long Decoded, long Unknown, long Undecodable, IReadOnlyDictionary<string, long> ByType);

/// <summary>One partition of the topic.</summary>
/// <param name="Partition">Its number.</param>
/// <param name="EndOffset">The offset that the next record will get; null: Kafka did not answer.</param>
/// <param name="Checkpoint">The first offset that is not yet counted.</param>
/// <param name="Lag">The difference of the two; null: not known.</param>
/// <param name="NewestEventTime">The greatest time of an event counted.</param>
/// <param name="LastProcessed">When a record was last counted.</param>
public sealed record PartitionHealth(
    int Partition, long? EndOffset, long Checkpoint, long? Lag, DateTimeOffset? NewestEventTime, DateTimeOffset? LastProcessed)
{
    internal static PartitionHealth Of(int partition, PartitionCount? row, long? end) =>
        new(partition, end, row?.Checkpoint ?? 0, end is null ? null : Math.Max(0, end.Value - (row?.Checkpoint ?? 0)), row?.NewestEventTime, row?.LastProcessed);
}
