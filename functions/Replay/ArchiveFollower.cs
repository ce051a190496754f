using ShitOps.Aggregation;
using ShitOps.Archive;
using ShitOps.Pipeline;
using ShitOps.Projects;

namespace ShitOps.Replay;

/// <summary>
/// Brings what is archived into a table of aggregates as <see cref="ProjectAggregator"/> does what comes from Kafka: with checkpoints, each event
/// once in effect. Nobody else may feed the table meanwhile.
/// </summary>
internal sealed class ArchiveFollower(AggregateTable table, ArchiveReader archive, PartitionCounts counts, ReplayPlan plan, TimeProvider time)
{
    private const int BatchEvents = 10_000;
    private const int ConcurrentSlices = 4;

    private readonly Dictionary<(SliceId Slice, string Stream), SliceAggregator> _slices = [];
    private readonly Dictionary<ArchivedPartition, PartitionCount> _rows = [];
    private readonly ParallelRowDecoder _decoder = new(plan.Slices, plan.From);
    private IReadOnlyDictionary<ArchivedPartition, ChainTail> _tails = new Dictionary<ArchivedPartition, ChainTail>();
    private int _batch;

    /// <summary>The streams that it follows; none: all.</summary>
    public IReadOnlyList<string> Streams => plan.Streams;

    /// <summary>How many events are in.</summary>
    public long Events => _rows.Values.Sum(row => row.Decoded + row.Unknown);

    /// <summary>The first offset of a partition that is not in.</summary>
    public long CheckpointOf(ArchivedPartition partition) => _rows.TryGetValue(partition, out var row) ? row.Checkpoint : 0;

    /// <summary>Brings in what has been archived by now.</summary>
    /// <returns>How many offsets that were.</returns>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task<long> CatchUpAsync(CancellationToken cancellationToken)
    {
        _tails = await archive.TailsAsync(plan.Streams, _tails, cancellationToken);
        var advanced = 0L;
        foreach (var (partition, tail) in _tails)
        {
            if (!_rows.TryGetValue(partition, out var row))
                _rows.Add(partition, row = await counts.LoadAsync(table.Name, new KafkaStream(partition.Stream), partition.Topic, partition.Partition, cancellationToken));
            if (row.Checkpoint >= tail.End) continue;
            advanced += tail.End - row.Checkpoint;
            var tally = new PartitionTally();
            await foreach (var rows in archive.RowsAsync(partition, row.Checkpoint, tail.End, cancellationToken))
                foreach (var some in rows.Chunk(BatchEvents)) await TakeAsync(partition, some, tally, cancellationToken);
            row.Take(tail, tally, time.GetUtcNow());
            if (!await counts.TrySaveAsync([row], cancellationToken)) throw new ReplayException($"{table.Name} is fed by another replay; wait for that one, or stop it");
        }

        return advanced;
    }

    private async Task TakeAsync(ArchivedPartition partition, ArchiveRow[] rows, PartitionTally tally, CancellationToken cancellationToken)
    {
        var slices = _decoder.Decode([rows], _ => true);
        foreach (var one in slices.Values.SelectMany(events => events)) tally.Add(one.Event, one.Timestamp);
        _batch++;
        var work = slices.Select(slice => (Aggregator: SliceOf(slice.Key, partition.Stream), Events: slice.Value)).ToList();
        await Parallel.ForEachAsync(work, new ParallelOptions { MaxDegreeOfParallelism = ConcurrentSlices, CancellationToken = cancellationToken }, async (slice, stopping) => await slice.Aggregator.AggregateAsync(
            [.. slice.Events.Select(one => new ConsumedEvent(partition.Topic, partition.Partition, one.Offset, one.Event))], _batch, stopping));
    }

    private SliceAggregator SliceOf(SliceId slice, string stream) =>
        _slices.TryGetValue((slice, stream), out var aggregator) ? aggregator : _slices[(slice, stream)] = new SliceAggregator(slice, table, stream, people: null);
}
