using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.ObjectPool;
using ShitOps.Events;
using ShitOps.Observability;
using ShitOps.People;
using ShitOps.Pipeline;
using ShitOps.Projects;
using ShitOps.Wording;

namespace ShitOps.Aggregation;

/// <summary>
/// Brings batches of Kafka records into the aggregates, each event exactly once in effect, whatever is delivered again: first the dead
/// letters, then every slice that the batch touches, each with checkpoints of its own, last the counts and checkpoints of the partitions.
/// So a partition's checkpoint says that everything below it is in all slices.
/// </summary>
public sealed class ProjectAggregator(
    LiveAggregates aggregates,
    KafkaStream stream,
    PartitionCounts counts,
    DeadLetters deadLetters,
    LogEnds log,
    PersonDirectory people,
    ObjectPool<EventDecoder> decoders,
    TimeProvider time,
    ILogger<ProjectAggregator> logger) : IDisposable
{
    /// <summary>As how many tasks a project counts that is held in memory.</summary>
    public const int TasksAProject = 5;

    // Fewer than a batch mostly touches: so the largest, which is begun first, is not the last to end, alone.
    private const int ConcurrentSlices = 4;

    private static readonly TimeSpan SwitchPoll = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestSwitch = TimeSpan.FromMinutes(1);

    private readonly Dictionary<SliceId, SliceAggregator> _slices = [];
    private readonly Dictionary<(string Topic, int Partition), PartitionCount> _rows = [];
    private readonly SemaphoreSlim _turn = new(1);
    private readonly EventBatch _events = new();
    private AggregateTable? _table;
    private int _batch;

    /// <summary>How many tasks are held in memory, about 2 KB each, before the fifth of them that was not in use the longest is let go.</summary>
    public int MostHeld { get; init; } = 200_000;

    /// <summary>Brings in a batch, which may hold records of several partitions, each in the order of offsets.</summary>
    /// <exception cref="OperationCanceledException">The host stops; nothing that is not stored counts as consumed.</exception>
    /// <exception cref="Exception">Storage or Kafka is down or refuses, or the log is another; likewise. It is thrown after <see cref="FailedBatch.BackOff"/>.</exception>
    public async Task AggregateAsync(KafkaRecord[] records, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await FailedBatch.HoldBackAsync(() => FollowSwitchAsync(records, cancellationToken), "Aggregating", time, logger, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>Aggregates into the live table. A table is sealed for the seconds that it takes to switch to another, which the batch then goes to.</summary>
    private async Task FollowSwitchAsync(KafkaRecord[] records, CancellationToken cancellationToken)
    {
        var table = await aggregates.TableAsync(cancellationToken);
        for (var waited = TimeSpan.Zero; ; waited += SwitchPoll)
        {
            if (table.Name != _table?.Name)
            {
                if (_table is not null) logger.LogInformation("The aggregates are now in the table {New}, no longer in {Old}", table.Name, _table.Name);
                _table = table;
                _slices.Clear();
                _rows.Clear();
            }

            try
            {
                await AggregateNowAsync(table, records, cancellationToken);
                return;
            }
            catch (SealedSliceException) when (waited < LongestSwitch)
            {
                await Task.Delay(SwitchPoll, time, cancellationToken);
                table = await aggregates.ReadAsync(cancellationToken);
            }
        }
    }

    private async Task AggregateNowAsync(AggregateTable table, KafkaRecord[] records, CancellationToken cancellationToken)
    {
        var topicId = await log.TopicIdAsync();
        var partitions = records.GroupBy(record => (record.Topic, record.Partition)).ToDictionary(partition => partition.Key, partition => partition.ToArray());
        await LoadRowsAsync(table, partitions.Keys, cancellationToken);
        foreach (var (key, its) in partitions) await _rows[key].Log.RequireSameAsync(its, topicId, log);

        var decoded = Decode(partitions);
        foreach (var (key, its) in decoded) await PutAsideAsync(key.Topic, key.Partition, its, cancellationToken);
        await AggregateSlicesAsync(table, decoded, cancellationToken);
        await SaveRowsAsync(table, decoded, topicId, cancellationToken);
        if (_slices.Values.Sum(slice => slice.Held) > MostHeld) LetGo();
    }

    private void LetGo()
    {
        var lastUses = _slices.Values.SelectMany(slice => slice.LastUses).Order().ToArray();
        var before = Math.Min(lastUses[lastUses.Length / 5] + 1, _batch);
        foreach (var slice in _slices.Values) slice.LetGo(before);
    }

    private async Task LoadRowsAsync(AggregateTable table, IEnumerable<(string Topic, int Partition)> partitions, CancellationToken cancellationToken)
    {
        var missing = partitions.Where(partition => !_rows.ContainsKey(partition)).ToList();
        foreach (var row in await Task.WhenAll(missing.Select(partition => counts.LoadAsync(table.Name, stream, partition.Topic, partition.Partition, cancellationToken))))
            _rows[(row.Topic, row.Partition)] = row;
    }

    /// <summary>What is not below the partitions' checkpoints, decoded.</summary>
    private Dictionary<(string Topic, int Partition), DecodedRecord[]> Decode(Dictionary<(string Topic, int Partition), KafkaRecord[]> partitions)
    {
        var decoder = decoders.Get();
        _events.Clear();
        try
        {
            return partitions.ToDictionary(
                partition => partition.Key,
                partition => partition.Value.Where(record => record.Offset >= _rows[partition.Key].Checkpoint).Select(record => DecodedRecord.Of(record, decoder, _events)).ToArray());
        }
        finally
        {
            decoders.Return(decoder);
        }
    }

    private Task PutAsideAsync(string topic, int partition, DecodedRecord[] records, CancellationToken cancellationToken) => deadLetters.PutAsync(
        stream, topic, partition, [.. records.Where(one => !one.Result.IsDecoded).Select(one => new DeadLetter(one.Record, one.Result.Error!))], cancellationToken);

    /// <summary>Tells and counts records that are in, each once: what archives the dead letters puts the same ones aside and is silent.</summary>
    private void Report(string topic, DecodedRecord[] records)
    {
        DecodedRecord[] undecodable = [.. records.Where(one => !one.Result.IsDecoded)];
        if (undecodable is [var first, ..])
        {
            logger.LogWarning(
                "{Count} undecodable {Records} in {Topic}/{Partition} from offset {Offset} went to the dead letters; first: {Reason}",
                undecodable.Length, Quantity.Noun(undecodable.Length, "record"), topic, first.Record.Partition, first.Record.Offset, first.Result.Error!.Reason);
        }

        PipelineInstruments.Aggregated(stream.Name, topic, records);
    }

    private async Task AggregateSlicesAsync(AggregateTable table, Dictionary<(string Topic, int Partition), DecodedRecord[]> decoded, CancellationToken cancellationToken)
    {
        var slices = decoded
            .SelectMany(partition => partition.Value.Where(one => one.Result.IsDecoded)
                .Select(one => new ConsumedEvent(partition.Key.Topic, partition.Key.Partition, one.Record.Offset, one.Result.Event!)))
            .GroupBy(one => table.SliceOf(one.Event.Project))
            .Select(slice => (Aggregator: SliceOf(table, slice.Key), Events: slice.ToList()))
            .OrderByDescending(slice => slice.Events.Count)
            .ToList();

        // Dead letters touch no slice, and are counted where the live table is.
        if (slices.Count == 0 && decoded.Values.Any(records => records.Length > 0) && (await table.CounterAsync(table.Slices.First(), cancellationToken)).IsSealed)
            throw new SealedSliceException(table.Name);
        _batch++;
        var options = new ParallelOptions { MaxDegreeOfParallelism = ConcurrentSlices, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(slices, options, async (slice, stopped) => await slice.Aggregator.AggregateAsync(slice.Events, _batch, stopped));
    }

    private async Task SaveRowsAsync(AggregateTable table, Dictionary<(string Topic, int Partition), DecodedRecord[]> decoded, string? topicId, CancellationToken cancellationToken)
    {
        // Ends: each time a row was changed by another, that one has brought it forward.
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            List<PartitionCount> changed = [];
            List<(string Topic, DecodedRecord[] Records)> counted = [];
            foreach (var (key, records) in decoded)
            {
                var row = _rows[key];
                if (records.Length == 0 || records[^1].Record.Offset < row.Checkpoint) continue;
                var first = row.Checkpoint;
                counted.Add((key.Topic, [.. records.Where(one => one.Record.Offset >= first)]));
                row.Add(records, topicId, time.GetUtcNow());
                changed.Add(row);
            }

            try
            {
                if (changed.Count == 0 || await counts.TrySaveAsync(changed, cancellationToken))
                {
                    foreach (var (topic, records) in counted) Report(topic, records);
                    return;
                }

                Forget();
            }
            catch
            {
                Forget();
                throw;
            }

            await LoadRowsAsync(table, decoded.Keys, cancellationToken);

            void Forget()
            {
                foreach (var row in changed) _rows.Remove((row.Topic, row.Partition));
            }
        }
    }

    private SliceAggregator SliceOf(AggregateTable table, SliceId slice) =>
        _slices.TryGetValue(slice, out var aggregator) ? aggregator : _slices[slice] = new SliceAggregator(slice, table, stream.Name, people);
}
