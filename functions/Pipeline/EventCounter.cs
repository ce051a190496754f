using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace ShitOps.Pipeline;

/// <summary>
/// Counts every record of the stream exactly once, whatever is delivered again: the counts of a partition and the checkpoint up to
/// which they reach are one row, written under its ETag. What cannot be decoded is put aside before the checkpoint passes it.
/// </summary>
public sealed class EventCounter(KafkaStream stream, PartitionCounts store, DeadLetters deadLetters, TimeProvider time, ILogger<EventCounter> logger)
{
    private const int MostAttempts = 8;

    /// <summary>Counts a batch, which may hold records of several partitions, each in the order of offsets.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is down; nothing that is not stored counts as consumed.</exception>
    /// <exception cref="OperationCanceledException">The host stops.</exception>
    public async Task CountAsync(KafkaRecord[] records, CancellationToken cancellationToken)
    {
        foreach (var partition in records.GroupBy(record => (record.Topic, record.Partition)))
            await CountPartitionAsync(partition.Key.Topic, partition.Key.Partition, [.. partition], cancellationToken);
    }

    private async Task CountPartitionAsync(string topic, int partition, KafkaRecord[] records, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var row = await store.LoadAsync(stream, topic, partition, cancellationToken);
            var letters = row.Add(records, time.GetUtcNow());
            if (letters.Count > 0)
            {
                logger.LogWarning(
                    "{Count} undecodable records in {Topic}/{Partition} from offset {Offset} go to the dead letters; first: {Error}",
                    letters.Count, topic, partition, letters[0].Offset, letters[0].Error);
                await deadLetters.PutAsync(stream, topic, partition, letters, cancellationToken);
            }

            if (await store.TrySaveAsync(row, cancellationToken)) return;
            if (attempt == MostAttempts)
                throw new InvalidOperationException($"the counts of {topic}/{partition} were changed by others {MostAttempts} times in a row; the batch will be delivered again");
        }
    }
}
