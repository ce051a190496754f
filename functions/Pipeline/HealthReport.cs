using ShitOps.Archive;

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
/// <param name="Archive">What has been archived; null: nothing yet.</param>
/// <param name="BehindSeconds">Freshness: the greatest of the partitions'; null: of one of them it is not known, and it may be any.</param>
public sealed record HealthReport(
    string Status,
    IReadOnlyList<string> Faults,
    string Stream,
    string Topic,
    long Lag,
    long DeadLetters,
    long Skipped,
    EventCounts Events,
    IReadOnlyList<PartitionHealth> Partitions,
    ArchiveHealth? Archive = null,
    double? BehindSeconds = null)
{
    internal bool IsHealthy => Faults.Count == 0;

    /// <summary>Whether the counts could be read; else all are 0.</summary>
    internal bool IsCounted { get; private init; } = true;

    /// <summary>What is wrong when a partition ends below its checkpoint.</summary>
    internal static string AnotherLog(int partition, long end, long checkpoint) => AnotherLog($"partition {partition} ends at offset {end}, below the checkpoint {checkpoint}");

    /// <summary>What is wrong, and what to do, when something shows that the log is another.</summary>
    internal static string AnotherLog(string sign) => $"{sign}: it is another log than the one consumed; give it a name of its own in the setting KafkaStream";

    /// <summary>What shows that a topic is another one under the same name.</summary>
    internal static string CreatedAnew(string topic, string was, string now) => $"topic {topic} was deleted and created anew: its id was {was} and is {now}";

    /// <summary>Whether a topic that was consumed had another id than it has now; false if either is not known.</summary>
    internal static bool IsAnotherTopic(string? was, string? now) => was is not null && now is not null && was != now;

    internal static HealthReport Of(
        string stream,
        string topic,
        IReadOnlyList<PartitionCount>? counted,
        IReadOnlyList<ArchivePosition> archive,
        IReadOnlyDictionary<int, long> ends,
        string? topicId,
        IReadOnlyList<string> faults,
        DateTimeOffset now,
        IReadOnlyDictionary<int, DateTimeOffset>? caughtUp = null)
    {
        var rows = counted ?? [];
        var rowOf = rows.ToDictionary(row => row.Partition);
        var archiveOf = archive.ToDictionary(position => position.Partition);
        // Whoever archives one partition shall archive all.
        var unarchived = archive.Count == 0 ? (long?)null : 0;
        var partitions = ends.Keys.Union(rowOf.Keys).Union(archiveOf.Keys).Order()
            .Select(partition => PartitionHealth.Of(
                partition, rowOf.GetValueOrDefault(partition), archiveOf.GetValueOrDefault(partition)?.Tail.End ?? unarchived, ends.TryGetValue(partition, out var end) ? end : null, now,
                caughtUp is not null && caughtUp.TryGetValue(partition, out var seen) ? seen : null))
            .ToList();
        var byType = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (type, count) in rows.SelectMany(row => row.ByType)) byType[type] = byType.GetValueOrDefault(type) + count;
        faults = rows.FirstOrDefault(row => IsAnotherTopic(row.TopicId, topicId)) is { } other
            ? [.. faults, AnotherLog(CreatedAnew(topic, other.TopicId!, topicId!))]
            : [.. faults, .. partitions.Where(partition => partition.EndOffset < partition.Checkpoint).Select(partition => AnotherLog(partition.Partition, partition.EndOffset!.Value, partition.Checkpoint))];
        var events = new EventCounts(rows.Sum(row => row.Decoded), rows.Sum(row => row.Unknown), rows.Sum(row => row.Undecodable), byType);
        return new HealthReport(
            faults.Count == 0 ? "healthy" : "degraded", faults, stream, topic, partitions.Sum(partition => partition.Lag ?? 0), events.Undecodable, rows.Sum(row => row.Skipped), events, partitions,
            archive.Count == 0 ? null : ArchiveHealth.Of(archive, partitions),
            partitions.Any(partition => partition.BehindSeconds is null) ? null : partitions.Max(partition => partition.BehindSeconds))
        {
            IsCounted = counted is not null,
        };
    }
}

/// <summary>Records counted, by outcome; <paramref name="ByType"/> divides the decoded ones.</summary>
public sealed record EventCounts(long Decoded, long Unknown, long Undecodable, IReadOnlyDictionary<string, long> ByType);

/// <summary>What has been archived.</summary>
/// <param name="Lag">Records on the topic that are not yet archived.</param>
/// <param name="Events">Events in the archive.</param>
/// <param name="Undecodable">Records that were put aside.</param>
/// <param name="Missing">Offsets that no record was delivered for: expired before they were archived, or never records at all.</param>
/// <param name="Segments">Blobs.</param>
/// <param name="Bytes">Their size.</param>
public sealed record ArchiveHealth(long Lag, long Events, long Undecodable, long Missing, long Segments, long Bytes)
{
    internal static ArchiveHealth Of(IReadOnlyList<ArchivePosition> archive, IReadOnlyList<PartitionHealth> partitions) => new(
        partitions.Sum(partition => partition.ArchiveLag ?? 0),
        archive.Sum(position => position.Tail.Events),
        archive.Sum(position => position.Tail.Undecodable),
        archive.Sum(position => position.Tail.Missing),
        archive.Sum(position => position.Tail.Segments),
        archive.Sum(position => position.Tail.Bytes));
}

/// <summary>One partition of the topic.</summary>
/// <param name="Partition">Its number.</param>
/// <param name="EndOffset">The offset that the next record will get; null: Kafka did not answer.</param>
/// <param name="Checkpoint">The first offset that is not yet counted.</param>
/// <param name="Lag">The difference of the two; null: not known.</param>
/// <param name="NewestEventTime">The greatest time of an event counted.</param>
/// <param name="LastProcessed">When a record was last counted.</param>
/// <param name="ArchiveCheckpoint">The first offset that is not yet archived; null: nothing of the topic is, and it may be that nothing shall be.</param>
/// <param name="ArchiveLag">Its distance to the end; null: not known.</param>
/// <param name="BehindSeconds">
/// Freshness, as how old what is known is: 0 if there is no lag, else the time since the last record counted was put on the topic, or since the
/// partition was last seen without lag if that is later: what waits came after both. Of a partition that nothing was ever counted of, the time since
/// it was first seen to wait. Null: not known.
/// </param>
public sealed record PartitionHealth(
    int Partition,
    long? EndOffset,
    long Checkpoint,
    long? Lag,
    DateTimeOffset? NewestEventTime,
    DateTimeOffset? LastProcessed,
    long? ArchiveCheckpoint = null,
    long? ArchiveLag = null,
    double? BehindSeconds = null)
{
    /// <param name="partition">Its number.</param>
    /// <param name="row">What was counted of it; null: nothing.</param>
    /// <param name="archived">Its checkpoint in the archive.</param>
    /// <param name="end">Where it ends; null: not known.</param>
    /// <param name="now">The present.</param>
    /// <param name="caughtUp">When it was last seen without lag, or, if nothing was counted of it, first seen; null: never.</param>
    internal static PartitionHealth Of(int partition, PartitionCount? row, long? archived, long? end, DateTimeOffset now, DateTimeOffset? caughtUp = null)
    {
        var checkpoint = row?.Checkpoint ?? 0;
        var lag = end - checkpoint is { } distance ? Math.Max(0, distance) : (long?)null;
        var archiveLag = end - archived is { } archiveDistance ? Math.Max(0, archiveDistance) : (long?)null;
        return new(partition, end, checkpoint, lag, row?.NewestEventTime, row?.LastProcessed, archived, archiveLag, lag switch
        {
            null => null,
            0 => 0,
            _ when (row?.LastRecordTime > caughtUp ? row.LastRecordTime : caughtUp ?? row?.LastRecordTime) is { } since => Math.Round(Math.Max(0, (now - since).TotalSeconds), 3),
            _ => null,
        });
    }
}
