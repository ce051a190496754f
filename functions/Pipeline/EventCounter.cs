using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.ObjectPool;
using ShitOps.Events;

namespace ShitOps.Pipeline;

/// <summary>
/// Counts every record of the stream exactly once, whatever is delivered again: the counts of a partition and the checkpoint up to
/// which they reach are one row, written under its ETag. What cannot be decoded is put aside before the checkpoint passes it.
/// </summary>
public sealed class EventCounter(
    KafkaStream stream, PartitionCounts store, DeadLetters deadLetters, LogEnds logEnds, ObjectPool<EventDecoder> decoders, TimeProvider time, ILogger<EventCounter> logger)
{
    /// <summary>How long a batch that failed is held back: the trigger delivers it again at once.</summary>
    public static readonly TimeSpan BackOff = TimeSpan.FromSeconds(5);

    /// <summary>Counts a batch, which may hold records of several partitions, each in the order of offsets.</summary>
    /// <exception cref="OperationCanceledException">The host stops; nothing that is not stored counts as consumed.</exception>
    /// <exception cref="Exception">Storage or Kafka is down or refuses; likewise. It is thrown after <see cref="BackOff"/>.</exception>
    public async Task CountAsync(KafkaRecord[] records, CancellationToken cancellationToken)
    {
        var decoder = decoders.Get();
        try
        {
            foreach (var partition in records.GroupBy(record => (record.Topic, record.Partition)))
                await CountPartitionAsync(partition.Key.Topic, partition.Key.Partition, [.. partition], decoder, cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            logger.LogWarning("Counting failed and is tried again after {Seconds} s: {Fault}", BackOff.TotalSeconds, fault.Message.Split('\n')[0]);
            await Task.Delay(BackOff, time, cancellationToken);
            throw;
        }
        finally
        {
            decoders.Return(decoder);
        }
    }

    private async Task CountPartitionAsync(string topic, int partition, KafkaRecord[] records, EventDecoder decoder, CancellationToken cancellationToken)
    {
        // Ends: each time the row was changed by another, that one has brought it forward.
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var row = await store.LoadAsync(stream, topic, partition, cancellationToken);
            if (records[^1].Offset < row.Checkpoint)
            {
                await RequireSameLogAsync(row);
                return;
            }

            var letters = row.Add(records, decoder, time.GetUtcNow());
            if (letters.Count > 0)
            {
                logger.LogWarning(
                    "{Count} undecodable records in {Topic}/{Partition} from offset {Offset} go to the dead letters; first: {Error}",
                    letters.Count, topic, partition, letters[0].Offset, letters[0].Error);
                await deadLetters.PutAsync(stream, topic, partition, letters, cancellationToken);
            }

            if (await store.TrySaveAsync(row, cancellationToken)) return;
        }
    }

    /// <summary>Tells records that come again from those of another log, which must not pass for them.</summary>
    private async Task RequireSameLogAsync(PartitionCount row)
    {
        var ends = await logEnds.MeasureAsync();
        if (ends.TryGetValue(row.Partition, out var end) && end < row.Checkpoint)
            throw new InvalidOperationException(HealthReport.AnotherLog(row.Partition, end, row.Checkpoint));
    }
}
