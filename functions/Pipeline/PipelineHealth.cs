using Microsoft.Extensions.Logging;
using ShitOps.Aggregation;
using ShitOps.Archive;
using ShitOps.Ingestion;

namespace ShitOps.Pipeline;

/// <summary>How far the consumption of the topic has come: ends of the partitions from Kafka beside checkpoints from the table.</summary>
public sealed class PipelineHealth(
    KafkaConnection connection, KafkaStream stream, LiveAggregates aggregates, PartitionCounts counts, ArchivePositions archive, LogEnds logEnds, TimeProvider time, ILogger<PipelineHealth> logger) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Dictionary<int, DateTimeOffset> _caughtUp = [];
    private readonly SharedMeasurement<HealthReport> _shared = new(time);

    /// <summary>Asks Kafka and the table; answers within a second of each other are shared, so that probing costs next to nothing.</summary>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    public Task<HealthReport> MeasureAsync(CancellationToken cancellationToken) => _shared.GetAsync(MeasureNowAsync, cancellationToken);

    public void Dispose() => _shared.Dispose();

    private async Task<HealthReport> MeasureNowAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        List<string> faults = [];
        var measuringEnds = logEnds.MeasureAsync();
        var (rows, positions) = await OrFaultAsync<(IReadOnlyList<PartitionCount>?, IReadOnlyList<ArchivePosition>)>(
            async () => (await counts.ListAsync((await aggregates.TableAsync(patience.Token)).Name, stream, patience.Token), await archive.ListAsync(patience.Token)), (null, []), "storage does not answer");
        var ends = await OrFaultAsync(() => measuringEnds, new Dictionary<int, long>(), "Kafka does not answer");
        var topicId = ends.Count == 0 ? null : await logEnds.TopicIdAsync();
        var now = time.GetUtcNow();
        var counted = rows?.Where(row => row.Topic == connection.Topic).ToList();
        var report = HealthReport.Of(stream.Name, connection.Topic, counted, [.. positions.Where(position => position.Topic == connection.Topic)], ends, topicId, faults, now, _caughtUp);
        if (counted is null) return report;
        var known = counted.Select(row => row.Partition).ToHashSet();
        foreach (var partition in report.Partitions)
        {
            if (partition.Lag == 0) _caughtUp[partition.Partition] = now;
            else if (partition.Lag > 0 && !known.Contains(partition.Partition)) _caughtUp.TryAdd(partition.Partition, now);
        }

        return report;

        // The report is open to all, so what exactly went wrong goes to the log: it may name hosts and accounts.
        async Task<T> OrFaultAsync<T>(Func<Task<T>> ask, T nothing, string fault)
        {
            try
            {
                return await ask();
            }
            catch (Exception cause) when (!cancellationToken.IsCancellationRequested)
            {
                logger.LogWarning("Health: {Fault}: {Cause}", fault, cause.Message.Split('\n')[0]);
                faults.Add(fault);
                return nothing;
            }
        }
    }
}
