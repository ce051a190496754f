namespace ShitOps.Pipeline;

/// <summary>The body of <c>GET /api/health</c>.</summary>
/// <param name="Status"><c>healthy</c>, or <c>degraded</c> if there is a fault.</param>
/// <param name="Faults">What does not answer, and partitions that are another log than the one consumed.</param>
/// <param name="Stream">The setting <c>KafkaStream</c>.</param>
/// <param name="Topic">The setting <c>KafkaTopic</c>.</param>
/// <param name="Lag">Records on the topic that are not yet counted.</param>
/// <param name="DeadLetters">Records that were put aside.</param>
/// <param name="Skipped">Offsets that no record was delivered for: expired before they were consumed, or never records at all.</param>
/// <param name="Events">Records counted, by outcome and type.</param>
/// <param name="Partitions">The same by partition.</param>
public sealed record HealthReport(
    string Status,
    IReadOnlyList<string> Faults,
    string Stream,
    string Topic,
    long Lag,
    long DeadLetters,
    long Skipped,
    EventCounts Events,
    IReadOnlyList<PartitionHealth> Partitions)
{
    internal bool IsHealthy => Faults.Count == 0;

    /// <summary>What is wrong when a partition ends below its checkpoint.</summary>
    internal static string AnotherLog(int partition, long end, long checkpoint) =>
        $"partition {partition} ends at offset {end}, below the checkpoint {checkpoint}: it is another log than the one consumed; give it a name of its own in the setting KafkaStream";

    internal static HealthReport Of(
        string stream, string topic, IReadOnlyList<PartitionCount> rows, IReadOnlyDictionary<int, long> ends, IReadOnlyList<string> faults)
    {
        var rowOf = rows.ToDictionary(row => row.Partition);
        var partitions = ends.Keys.Union(rowOf.Keys).Order()
            .Select(partition => PartitionHealth.Of(partition, rowOf.GetValueOrDefault(partition), ends.TryGetValue(partition, out var end) ? end : null))
            .ToList();
        var byType = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (type, count) in rows.SelectMany(row => row.ByType)) byType[type] = byType.GetValueOrDefault(type) + count;
        faults = [.. faults, .. partitions.Where(partition => partition.EndOffset < partition.Checkpoint).Select(partition => AnotherLog(partition.Partition, partition.EndOffset!.Value, partition.Checkpoint))];
        var events = new EventCounts(rows.Sum(row => row.Decoded), rows.Sum(row => row.Unknown), rows.Sum(row => row.Undecodable), byType);
        return new HealthReport(
            faults.Count == 0 ? "healthy" : "degraded", faults, stream, topic, partitions.Sum(partition => partition.Lag ?? 0), events.Undecodable, rows.Sum(row => row.Skipped), events, partitions);
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
