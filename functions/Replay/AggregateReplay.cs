using System.Text.Json;
using Azure.Data.Tables;
using ShitOps.Aggregation;
using ShitOps.Archive;
using ShitOps.History;
using ShitOps.Pipeline;
using ShitOps.Projects;
using ShitOps.Storage;

namespace ShitOps.Replay;

/// <summary>What a replay of the aggregates is to make.</summary>
public sealed record ReplayOptions
{
    /// <summary>How many slices the new table has; null: as many as the live one.</summary>
    public int? Slices { get; init; }

    /// <summary>Only records put on the topic from then on; null: all.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only what came by these streams; none: by all.</summary>
    public IReadOnlyList<string> Streams { get; init; } = [];

    /// <summary>How many events are folded in memory at a time, unless one slice has more.</summary>
    public long MostEventsAtATime { get; init; } = 20_000_000;

    /// <summary>How long the archive is waited for, once the live table is sealed, before the switch is put off.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>How far a replay is.</summary>
/// <param name="Phase">What it does.</param>
/// <param name="Done">How much of that is done.</param>
/// <param name="Of">Out of how much; 0: not known.</param>
public readonly record struct ReplayProgress(string Phase, long Done, long Of);

/// <summary>A replay that has ended.</summary>
/// <param name="Former">The table that was live, and is sealed now.</param>
/// <param name="Table">The table that is live.</param>
/// <param name="Events">Events in it.</param>
public sealed record ReplayResult(string Former, string Table, long Events);

/// <summary>
/// Builds the table of aggregates anew from the archive, beside the live one, and then puts it in that one's place. It builds slice by slice in
/// memory up to where the archive was at the beginning, catches up with what has been archived since, seals the live table, takes in the rest, and
/// switches. What is built is kept: stopped at any point and run again, it goes on with the slices that are not whole.
/// </summary>
public sealed class AggregateReplay(StorageAccount account, LiveAggregates aggregates, ArchiveTable archive, TimeProvider time)
{
    private const string Plan = "Plan";
    private const int BatchEvents = 50_000;
    private const int ConcurrentSlices = 4;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private readonly AccountTable _pipeline = account.Table("pipeline");
    private readonly ArchiveReader _archive = new(account, archive);
    private readonly PartitionCounts _counts = new(account);

    /// <summary>Runs to the switch.</summary>
    /// <exception cref="ReplayException">It cannot be done; the message says what to do.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; run again, it goes on.</exception>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task<ReplayResult> RunAsync(ReplayOptions options, Action<ReplayProgress> progress, CancellationToken cancellationToken)
    {
        await using var only = await TakeAsync(cancellationToken);
        cancellationToken = only.Lost;
        var live = await aggregates.ReadAsync(cancellationToken);
        var plan = await PlanAsync(live, options, cancellationToken);
        var table = aggregates.Table(plan.Slices, plan.Replay, plan.From, plan.Streams);
        await BuildAsync(table, plan, options.MostEventsAtATime, progress, cancellationToken);
        var follower = new ArchiveFollower(table, _archive, _counts, plan, time);
        while (await follower.CatchUpAsync(cancellationToken) > BatchEvents) progress(new ReplayProgress("catching up", follower.Events, 0));
        if (plan.From is { } from && follower.Events == 0)
        {
            await DeletePlanAsync(cancellationToken);
            await DeleteTableAsync(table.Name, cancellationToken);
            throw new ReplayException($"no event was put on the topic since {from:O}: the table would be empty. Nothing was switched");
        }

        await SwitchAsync(live, table, follower, options.Patience, progress, cancellationToken);
        await DeletePlanAsync(cancellationToken);
        return new ReplayResult(live.Name, table.Name, follower.Events);
    }

    /// <summary>Gives up a replay that is under way: its table goes, and the live one goes on.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="ReplayException">It is at work.</exception>
    public async Task<bool> AbandonAsync(CancellationToken cancellationToken)
    {
        await using var only = await TakeAsync(cancellationToken);
        cancellationToken = only.Lost;
        if (await FindPlanAsync(cancellationToken) is not { } plan) return false;
        var live = await aggregates.ReadAsync(cancellationToken);
        if (plan.Replay <= live.Replay)
        {
            // It had come to its end: its table is the live one.
            await DeletePlanAsync(cancellationToken);
            return false;
        }

        await SealAsync(live, isSealed: false, cancellationToken);
        await DeletePlanAsync(cancellationToken);
        await DeleteTableAsync(aggregates.Table(plan.Slices, plan.Replay).Name, cancellationToken);
        return true;
    }

    /// <summary>Deletes the tables that are live no more, unless a replay is building them, and the blocks of history of such and of earlier ones.</summary>
    /// <returns>Their names.</returns>
    public async Task<IReadOnlyList<string>> CleanAsync(CancellationToken cancellationToken)
    {
        var live = await aggregates.ReadAsync(cancellationToken);
        var plan = await FindPlanAsync(cancellationToken);
        var building = plan is null ? null : aggregates.Table(plan.Slices, plan.Replay).Name;
        SortedSet<string> former = new(StringComparer.Ordinal);
        foreach (var one in account.Aggregates)
            await foreach (var table in one.QueryAsync(cancellationToken: cancellationToken))
                if (aggregates.IsOne(table.Name) && table.Name != live.Name && table.Name != building) former.Add(table.Name);
        foreach (var name in former) await DeleteTableAsync(name, cancellationToken);
        await HistoryBlocks.DeleteAsync(account, table => aggregates.IsOne(table) && table != live.Name && table != building, cancellationToken);
        return [.. former];
    }

    private async Task<BlobLock> TakeAsync(CancellationToken cancellationToken) => await BlobLock.TryTakeAsync(account, $"replay-{aggregates.Name}", cancellationToken)
        ?? throw new ReplayException("another replay is at work; wait until it has ended, or a minute if it was killed");

    private async Task<ReplayPlan> PlanAsync(AggregateTable live, ReplayOptions options, CancellationToken cancellationToken)
    {
        if (await FindPlanAsync(cancellationToken) is { } known && known.Replay > live.Replay)
        {
            return (options.Slices ?? known.Slices) == known.Slices && options.From == known.From && options.Streams.SequenceEqual(known.Streams) ? known : throw new ReplayException(
                $"a replay to {known.Slices} slices{(known.From is { } from ? $" from {from:O}" : "")} is under way: finish it with the same options, or give it up with --abandon");
        }

        var tails = await _archive.TailsAsync(options.Streams, new Dictionary<ArchiveChain, ChainTail>(), cancellationToken);
        if (tails.Count == 0) throw new ReplayException("the archive is empty: there is nothing to replay");
        var plan = new ReplayPlan(live.Replay + 1, options.Slices ?? live.SliceCount, options.From, options.Streams, [.. tails.Select(tail => new PlannedChain(tail.Key, tail.Value))]);
        var row = AggregateRows.With(PlanRow(), Plan, JsonSerializer.SerializeToUtf8Bytes(plan));
        await _pipeline.SubmitAsync([new TableTransactionAction(TableTransactionActionType.UpsertReplace, row)], cancellationToken);
        return plan;
    }

    /// <summary>Builds the slices that are not whole, as many at a time as memory should hold, and the rows that say how far their partitions are in.</summary>
    private async Task BuildAsync(AggregateTable table, ReplayPlan plan, long mostEvents, Action<ReplayProgress> progress, CancellationToken cancellationToken)
    {
        var missing = (await WrittenAsync(table, cancellationToken)).Where(slice => slice.Tallies is null).Select(slice => slice.Slice).OrderBy(slice => slice.Value).ToList();
        var events = plan.Chains.Sum(chain => chain.Tail.Events);
        var atATime = (int)Math.Clamp(mostEvents * plan.Slices / Math.Max(1, events), 1, plan.Slices);
        foreach (var some in missing.Chunk(atATime))
        {
            var rebuilds = some.ToDictionary(slice => slice, slice => new SliceRebuild(slice));
            await FoldAsync(rebuilds, plan, progress, cancellationToken);
            var written = 0;
            await Parallel.ForEachAsync(rebuilds.Values, new ParallelOptions { MaxDegreeOfParallelism = ConcurrentSlices, CancellationToken = cancellationToken }, async (rebuild, stopping) =>
            {
                await rebuild.WriteAsync(table, stopping);
                progress(new ReplayProgress("writing slices", plan.Slices - missing.Count + Interlocked.Increment(ref written), plan.Slices));
            });
            missing = [.. missing.Except(some)];
        }

        await CountAsync(table, plan, cancellationToken);
    }

    /// <summary>Folds what the archive has of some slices.</summary>
    internal async Task FoldAsync(IReadOnlyDictionary<SliceId, SliceRebuild> rebuilds, ReplayPlan plan, Action<ReplayProgress> progress, CancellationToken cancellationToken)
    {
        var (read, of) = (0L, plan.Chains.Sum(chain => chain.Tail.Events));
        var decoder = new ParallelRowDecoder(plan.Slices, plan.From);
        foreach (var (chain, tail) in plan.Chains)
        {
            await foreach (var batch in ReadAhead.NextAsync(Batches(_archive.AllRowsAsync(chain, tail.End, cancellationToken))))
            {
                var events = decoder.Decode(batch, rebuilds.ContainsKey);
                Parallel.ForEach(events, new ParallelOptions { CancellationToken = cancellationToken }, slice => rebuilds[slice.Key].Apply(chain, slice.Value));
                read += batch.Sum(rows => rows.Count);
                progress(new ReplayProgress("folding events", read, of));
            }
        }

        async IAsyncEnumerable<List<IReadOnlyList<ArchiveRow>>> Batches(IAsyncEnumerable<IReadOnlyList<ArchiveRow>> parts)
        {
            List<IReadOnlyList<ArchiveRow>> batch = [];
            await foreach (var part in parts)
            {
                batch.Add(part);
                if (batch.Sum(rows => rows.Count) < BatchEvents) continue;
                yield return batch;
                batch = [];
            }

            if (batch.Count > 0) yield return batch;
        }
    }

    private async Task CountAsync(AggregateTable table, ReplayPlan plan, CancellationToken cancellationToken)
    {
        foreach (var stream in plan.Chains.GroupBy(chain => chain.Chain.Stream))
        {
            // Rows that are there have been written by an earlier attempt, and may be further.
            var known = await _counts.ListAsync(table.Name, new KafkaStream(stream.Key), cancellationToken);
            if (known.Count > 0) continue;
            var tallies = stream.ToDictionary(chain => chain.Chain.AppId, _ => new PartitionTally());
            foreach (var (chain, tally) in (await WrittenAsync(table, cancellationToken)).SelectMany(slice => slice.Tallies!))
                if (tallies.TryGetValue(chain, out var sum)) sum.Add(tally);
            await _counts.TrySaveAsync([.. stream.Select(RowOf)], cancellationToken);

            PartitionCount RowOf(PlannedChain its)
            {
                var row = new PartitionCount(table.Name, stream.Key, its.Chain.Topic, its.Chain.Partition);
                row.Take(its.Tail, tallies[its.Chain.AppId], time.GetUtcNow());
                return row;
            }
        }
    }

    private static Task<IReadOnlyCollection<(SliceId Slice, IReadOnlyDictionary<string, PartitionTally>? Tallies)>> WrittenAsync(AggregateTable table, CancellationToken cancellationToken) =>
        FleetScan.OfAsync(table, async (slice, stopping) => (slice, await SliceRebuild.WrittenAsync(table, slice, stopping)), cancellationToken);

    /// <summary>
    /// Seals the live table, so that what is in it is known, waits until the archive has all of that, takes it in, and makes the new table the
    /// live one. The functions hold their batches meanwhile.
    /// </summary>
    private async Task SwitchAsync(AggregateTable live, AggregateTable table, ArchiveFollower follower, TimeSpan patience, Action<ReplayProgress> progress, CancellationToken cancellationToken)
    {
        progress(new ReplayProgress("switching", follower.Events, 0));
        try
        {
            await SealAsync(live, isSealed: true, cancellationToken);
            var needed = await ConsumedAsync(live, cancellationToken);
            foreach (var other in needed.Keys.Where(chain => follower.Streams.Count > 0 && !follower.Streams.Contains(chain.Stream)).ToList()) needed.Remove(other);
            for (var began = time.GetTimestamp(); ; await Task.Delay(Poll, time, cancellationToken))
            {
                await follower.CatchUpAsync(cancellationToken);
                var behind = needed.Where(chain => follower.CheckpointOf(chain.Key) < chain.Value).ToList();
                if (behind.Count == 0) break;
                progress(new ReplayProgress("waiting for the archive", needed.Count - behind.Count, needed.Count));
                if (time.GetElapsedTime(began) > patience)
                    throw new ReplayException($"the archive does not reach offset {behind[0].Value} of {behind[0].Key.AppId}, which the aggregates have: is ArchiveEvents running? Nothing was switched; run the replay again when it has caught up");
            }

            await aggregates.SwitchAsync(table, cancellationToken);
        }
        catch
        {
            if ((await aggregates.ReadAsync(CancellationToken.None)).Name != table.Name) await SealAsync(live, isSealed: false, CancellationToken.None);
            throw;
        }
    }

    /// <summary>How far each chain is in a table, so that the functions may not come back to what is below.</summary>
    private async Task<Dictionary<ArchiveChain, long>> ConsumedAsync(AggregateTable live, CancellationToken cancellationToken)
    {
        var consumed = new Dictionary<ArchiveChain, long>();
        foreach (var one in (await FleetScan.OfAsync(live, live.PartitionsAsync, cancellationToken)).SelectMany(slice => slice)) Raise(new ArchiveChain(one.Stream, one.Topic, one.Partition), one.Next);
        foreach (var stream in consumed.Keys.Select(chain => chain.Stream).Distinct().ToList())
            foreach (var row in await _counts.ListAsync(live.Name, new KafkaStream(stream), cancellationToken)) Raise(new ArchiveChain(stream, row.Topic, row.Partition), row.Checkpoint);
        return consumed;

        void Raise(ArchiveChain chain, long next) => consumed[chain] = Math.Max(next, consumed.GetValueOrDefault(chain));
    }

    private static Task SealAsync(AggregateTable table, bool isSealed, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        table.Slices, new ParallelOptions { MaxDegreeOfParallelism = ConcurrentSlices, CancellationToken = cancellationToken }, async (slice, stopping) => await table.SealAsync(slice, isSealed, stopping));

    private async Task<ReplayPlan?> FindPlanAsync(CancellationToken cancellationToken) =>
        await _pipeline.GetAsync(LiveAggregates.PartitionKey, PlanKey, cancellationToken) is { } row ? AggregateRows.Read(row, Plan, bytes => JsonSerializer.Deserialize<ReplayPlan>(bytes)) : null;

    private Task DeletePlanAsync(CancellationToken cancellationToken) => _pipeline.DeleteAsync(LiveAggregates.PartitionKey, PlanKey, cancellationToken);

    private async Task DeleteTableAsync(string name, CancellationToken cancellationToken)
    {
        foreach (var one in account.Aggregates) await one.DeleteTableAsync(name, cancellationToken);
        await _counts.DeleteAsync(name, cancellationToken);
    }

    private string PlanKey => $"{aggregates.Name}:replay";

    private TableEntity PlanRow() => new(LiveAggregates.PartitionKey, PlanKey);
}
