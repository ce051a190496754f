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
    private readonly Dictionary<ArchiveChain, PartitionCount> _rows = [];
    private readonly ParallelRowDecoder _decoder = new(plan.Slices, plan.From);
    private IReadOnlyDictionary<ArchiveChain, ChainTail> _tails = new Dictionary<ArchiveChain, ChainTail>();
    private int _batch;

    /// <summary>The streams that it follows; none: all.</summary>
    public IReadOnlyList<string> Streams => plan.Streams;

    /// <summary>How many events are in.</summary>
    public long Events => _rows.Values.Sum(row => row.Decoded + row.Unknown);

    /// <summary>The first offset of a chain that is not in.</summary>
    public long CheckpointOf(ArchiveChain chain) => _rows.TryGetValue(chain, out var row) ? row.Checkpoint : 0;

    /// <summary>Brings in what has been archived by now.</summary>
    /// <returns>How many offsets that were.</returns>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task<long> CatchUpAsync(CancellationToken cancellationToken)
    {
        _tails = await archive.TailsAsync(plan.Streams, _tails, cancellationToken);
        var advanced = 0L;
        foreach (var (chain, tail) in _tails)
        {
            if (!_rows.TryGetValue(chain, out var row))
                _rows.Add(chain, row = await counts.LoadAsync(table.Name, new KafkaStream(chain.Stream), chain.Topic, chain.Partition, cancellationToken));
            if (row.Checkpoint >= tail.End) continue;
            advanced += tail.End - row.Checkpoint;
            var tally = new PartitionTally();
            await foreach (var rows in archive.RowsAsync(chain, row.Checkpoint, tail.End, cancellationToken))
                foreach (var some in rows.Chunk(BatchEvents)) await TakeAsync(chain, some, tally, cancellationToken);
            row.Take(tail, tally, time.GetUtcNow());
            if (!await counts.TrySaveAsync([row], cancellationToken)) throw new ReplayException($"{table.Name} is fed by another replay; wait for that one, or stop it");
        }

        return advanced;
    }

    private async Task TakeAsync(ArchiveChain chain, ArchiveRow[] rows, PartitionTally tally, CancellationToken cancellationToken)
    {
        var slices = _decoder.Decode([rows], _ => true);
        foreach (var one in slices.Values.SelectMany(events => events)) tally.Add(one.Event, one.Timestamp);
        _batch++;
        var work = slices.Select(slice => (Aggregator: SliceOf(slice.Key, chain.Stream), Events: slice.Value)).ToList();
        await Parallel.ForEachAsync(work, new ParallelOptions { MaxDegreeOfParallelism = ConcurrentSlices, CancellationToken = cancellationToken }, async (slice, stopping) => await slice.Aggregator.AggregateAsync(
            [.. slice.Events.Select(one => new ConsumedEvent(chain.Topic, chain.Partition, one.Offset, one.Event))], _batch, stopping));
    }

    private SliceAggregator SliceOf(SliceId slice, string stream) =>
        _slices.TryGetValue((slice, stream), out var aggregator) ? aggregator : _slices[(slice, stream)] = new SliceAggregator(slice, table, stream, people: null);
}
