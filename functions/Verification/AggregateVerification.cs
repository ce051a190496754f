using System.Globalization;
using ShitOps.Aggregation;
using ShitOps.Archive;
using ShitOps.Pipeline;
using ShitOps.Projects;
using ShitOps.Replay;
using ShitOps.Storage;
using ShitOps.Wording;

namespace ShitOps.Verification;

/// <summary>
/// Compares the live aggregates with what the archive's events make: slice by slice, up to the checkpoints that the slice has. Events may
/// come meanwhile: what differs is compared again at the checkpoints of then.
/// </summary>
public sealed class AggregateVerification(StorageAccount account, LiveAggregates aggregates, ArchiveTable archive, TimeProvider time)
{
    private const int BatchEvents = 50_000;

    /// <summary>How often a slice that changes meanwhile is compared again.</summary>
    private const int MostTries = 20;

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private readonly ArchiveReader _archive = new(account, archive);
    private readonly PartitionCounts _counts = new(account);

    /// <summary>How many events are folded in memory at a time, unless one slice has more.</summary>
    public long MostEventsAtATime { get; init; } = 20_000_000;

    /// <summary>How long the archive is waited for where the aggregates are ahead of it.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Looks at all slices of the live table.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    /// <exception cref="InvalidDataException">The archive cannot be read; the message names the part.</exception>
    public async Task<Verified> RunAsync(Action<VerificationProgress> progress, CancellationToken cancellationToken)
    {
        var table = await aggregates.ReadAsync(cancellationToken);
        var tails = await _archive.TailsAsync(table.Streams, new Dictionary<ArchiveChain, ChainTail>(), cancellationToken);
        var archived = tails.Values.Sum(tail => tail.Events);
        var atATime = (int)Math.Clamp(MostEventsAtATime * table.SliceCount / Math.Max(1, archived), 1, table.SliceCount);
        var counted = await CountedAsync(table, tails, cancellationToken);
        var (behind, ahead) = Lag(counted, tails);
        var findings = await LostAsync(table, counted, tails, cancellationToken);
        var (events, done) = (0L, 0);
        foreach (var some in table.Slices.Chunk(atATime))
        {
            var slices = new Dictionary<SliceId, RebuiltSlice>();
            foreach (var slice in some) slices.Add(slice, new RebuiltSlice(slice, await CheckpointsAsync(table, slice, cancellationToken)));
            if (await WaitAsync(table, slices.Values.SelectMany(slice => slice.Target), cancellationToken) is { } late)
            {
                findings.Add(late);
                return Done();
            }

            await FoldAsync(table, slices, (read, of) => progress(new VerificationProgress("folding archived events", read, of)), cancellationToken);
            foreach (var slice in slices.Values)
            {
                findings.AddRange(await CompareAsync(table, slice, cancellationToken));
                events += slice.Rebuild.Consumed.Sum(chain => chain.Outcomes.Values.Sum());
                progress(new VerificationProgress("comparing slices", ++done, table.SliceCount));
            }
        }

        return Done();

        Verified Done() => new(events, findings) { Behind = behind, Ahead = ahead };
    }

    /// <summary>By how many records the aggregates were behind the archive or ahead of it: the two consume the topic each by itself.</summary>
    private static (long Behind, long Ahead) Lag(Dictionary<ArchiveChain, PartitionCount> counted, Dictionary<ArchiveChain, ChainTail> tails)
    {
        var lags = tails.Keys.Union(counted.Keys).Select(chain => (tails.GetValueOrDefault(chain)?.End ?? 0) - (counted.GetValueOrDefault(chain)?.Checkpoint ?? 0)).ToList();
        return (lags.Where(lag => lag > 0).Sum(), -lags.Where(lag => lag < 0).Sum());
    }

    private async Task<Dictionary<ArchiveChain, PartitionCount>> CountedAsync(AggregateTable table, Dictionary<ArchiveChain, ChainTail> tails, CancellationToken cancellationToken)
    {
        var counted = new Dictionary<ArchiveChain, PartitionCount>();
        foreach (var stream in tails.Keys.Select(chain => chain.Stream).Distinct(StringComparer.Ordinal))
            foreach (var row in await _counts.ListAsync(table.Name, new KafkaStream(stream), cancellationToken)) counted[new ArchiveChain(stream, row.Topic, row.Partition)] = row;
        return counted;
    }

    /// <summary>
    /// What was counted into the table and is in none of its slices, and what is archived and was never counted: an empty table has nothing else that
    /// could be compared. Counts are stored after the slices, so what comes meanwhile is no loss.
    /// </summary>
    private static async Task<List<Finding>> LostAsync(
        AggregateTable table, Dictionary<ArchiveChain, PartitionCount> counted, Dictionary<ArchiveChain, ChainTail> tails, CancellationToken cancellationToken)
    {
        var held = new Dictionary<ArchiveChain, long>();
        foreach (var one in (await FleetScan.OfAsync(table, table.PartitionsAsync, cancellationToken)).SelectMany(slice => slice))
        {
            var chain = new ArchiveChain(one.Stream, one.Topic, one.Partition);
            held[chain] = held.GetValueOrDefault(chain) + one.Outcomes.Values.Sum();
        }

        List<Finding> findings = [];
        foreach (var (chain, tail) in tails)
        {
            var place = $"{table.Name}, {chain.AppId}";
            if (counted.GetValueOrDefault(chain) is not { } row)
            {
                if (tail.Events > 0) findings.Add(new Finding(place, string.Create(CultureInfo.InvariantCulture, $"{Quantity.Of(tail.Events, "event is", "events are")} archived, and none was ever counted: is AggregateProjects running?")));
            }
            else if (held.GetValueOrDefault(chain) < row.Decoded + row.Unknown)
            {
                findings.Add(new Finding(place, string.Create(CultureInfo.InvariantCulture, $"{Quantity.Of(row.Decoded + row.Unknown, "event was", "events were")} counted, and {Quantity.Of(held.GetValueOrDefault(chain), "is", "are")} in the slices: build the aggregates anew with shitops replay")));
            }
        }

        return findings;
    }

    private static async Task<Dictionary<ArchiveChain, long>> CheckpointsAsync(AggregateTable table, SliceId slice, CancellationToken cancellationToken) =>
        (await table.PartitionsAsync(slice, cancellationToken)).ToDictionary(one => new ArchiveChain(one.Stream, one.Topic, one.Partition), one => one.Next);

    /// <summary>Waits until the archive has what the aggregates have.</summary>
    /// <returns>Null, or what it does not reach.</returns>
    private async Task<Finding?> WaitAsync(AggregateTable table, IEnumerable<KeyValuePair<ArchiveChain, long>> checkpoints, CancellationToken cancellationToken)
    {
        var needed = checkpoints.GroupBy(one => one.Key, one => one.Value).ToDictionary(chain => chain.Key, chain => chain.Max());
        IReadOnlyDictionary<ArchiveChain, ChainTail> tails = new Dictionary<ArchiveChain, ChainTail>();
        for (var began = time.GetTimestamp(); ; await Task.Delay(Poll, time, cancellationToken))
        {
            tails = await _archive.TailsAsync(table.Streams, tails, cancellationToken);
            var (chain, next) = needed.FirstOrDefault(one => (tails.GetValueOrDefault(one.Key)?.End ?? 0) < one.Value);
            if (next == 0) return null;
            if (time.GetElapsedTime(began) > Patience)
                return new Finding(chain.AppId, string.Create(CultureInfo.InvariantCulture, $"the archive ends at offset {tails.GetValueOrDefault(chain)?.End ?? 0}, the aggregates have events up to {next}: is ArchiveEvents running?"));
        }
    }

    private async Task FoldAsync(AggregateTable table, Dictionary<SliceId, RebuiltSlice> slices, Action<long, long> progress, CancellationToken cancellationToken)
    {
        var decoder = new ParallelRowDecoder(table.SliceCount, table.From);
        var chains = slices.Values.SelectMany(slice => slice.Target).GroupBy(one => one.Key, one => one.Value).Select(chain => (chain.Key, To: chain.Max())).ToList();
        var (read, of) = (0L, chains.Sum(chain => chain.To));
        foreach (var (chain, to) in chains)
        {
            List<IReadOnlyList<ArchiveRow>> batch = [];
            await foreach (var rows in _archive.AllRowsAsync(chain, to, cancellationToken))
            {
                batch.Add(rows);
                if (batch.Sum(part => part.Count) >= BatchEvents) Apply();
            }

            Apply();

            void Apply()
            {
                var events = decoder.Decode(batch, slices.ContainsKey);
                Parallel.ForEach(events, new ParallelOptions { CancellationToken = cancellationToken }, slice => slices[slice.Key].Apply(chain, slice.Value));
                read += batch.Sum(part => part.Count);
                progress(Math.Min(read, of), of);
                batch.Clear();
            }
        }
    }

    /// <summary>Compares a slice, again if it has changed meanwhile.</summary>
    private async Task<IReadOnlyList<Finding>> CompareAsync(AggregateTable table, RebuiltSlice slice, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var findings = await FindAsync(table, slice.Rebuild, cancellationToken);
            var now = await CheckpointsAsync(table, slice.Rebuild.Slice, cancellationToken);
            if (findings.Count == 0 || (now.Count == slice.Target.Count && now.All(one => slice.Target.GetValueOrDefault(one.Key) == one.Value))) return findings;
            if (tries == MostTries) return [new Finding($"slice {slice.Rebuild.Slice} of {table.Name}", "changes too fast to be compared; verify again when fewer events come")];
            if (await WaitAsync(table, now, cancellationToken) is { } late) return [late];
            await CatchUpAsync(table, slice, now, cancellationToken);
        }
    }

    private async Task CatchUpAsync(AggregateTable table, RebuiltSlice slice, Dictionary<ArchiveChain, long> now, CancellationToken cancellationToken)
    {
        var decoder = new ParallelRowDecoder(table.SliceCount, table.From);
        foreach (var (chain, to) in now)
        {
            var from = slice.Target.GetValueOrDefault(chain);
            slice.Target[chain] = to;
            await foreach (var rows in _archive.RowsAsync(chain, from, to, cancellationToken))
                foreach (var (_, events) in decoder.Decode([rows], one => one == slice.Rebuild.Slice)) slice.Apply(chain, events);
        }
    }

    private static async Task<IReadOnlyList<Finding>> FindAsync(AggregateTable table, SliceRebuild rebuild, CancellationToken cancellationToken)
    {
        List<Finding> findings = [];
        var writer = new StateWriter();
        var expected = rebuild.Projects.ToDictionary(project => project.Name, StringComparer.Ordinal);
        await foreach (var project in table.ProjectsAsync(rebuild.Slice, null, cancellationToken))
        {
            var place = $"{table.Name}, project {project.Key}";
            if (!expected.Remove(project.Key, out var rebuilt))
            {
                Find(place, "the archive has no event of it");
                continue;
            }

            if (!project.State.ToBytes(writer).AsSpan().SequenceEqual(rebuilt.Hot.Fold.Project.ToBytes(writer))) Find(place, "its own fields or allocations are not those of the archived events");
            if (!project.Summary.ToBytes(writer).AsSpan().SequenceEqual(rebuilt.Hot.Fold.Summary.ToBytes(writer))) Find(place, "its sums are not those of the archived events");
            var tasks = new Dictionary<string, TaskState>(rebuilt.Tasks, StringComparer.Ordinal);
            await foreach (var (key, state) in table.TasksAsync(project.Key, null, cancellationToken))
            {
                if (!tasks.Remove(key, out var task)) Find($"{place}, task {key}", "the archive has no event of it");
                else if (!state.ToBytes(writer).AsSpan().SequenceEqual(task.ToBytes(writer))) Find($"{place}, task {key}", "is not what the archived events make it");
            }

            foreach (var key in tasks.Keys) Find($"{place}, task {key}", "is missing");
            var days = rebuilt.Hot.Pending.ByDay.ToDictionary();
            foreach (var (day, changes) in (await table.HistoryAsync(project.Key, DateOnly.MaxValue, cancellationToken)).ByDay().Where(day => !day.Value.IsZero))
            {
                if (!days.Remove(day, out var its) || !changes.ToBytes(day, writer).AsSpan().SequenceEqual(its.ToBytes(day, writer))) Find($"{place}, history of {day:O}", "is not what the archived events make it");
            }

            foreach (var (day, _) in days.Where(day => !day.Value.IsZero)) Find($"{place}, history of {day:O}", "is missing");
        }

        foreach (var name in expected.Keys) Find($"{table.Name}, project {name}", "is missing");
        await CompareTeamsAsync();
        await CompareCountsAsync();
        return findings;

        async Task CompareTeamsAsync()
        {
            var (live, archived) = (await table.TeamsAsync(rebuild.Slice, cancellationToken), rebuild.Teams);

            // Beyond the number that is counted by name each partition chooses its own: then only all teams together can be compared.
            if (live.ContainsKey(ProjectSummary.OtherTeams) || archived.ContainsKey(ProjectSummary.OtherTeams)) (live, archived) = (Sum(live), Sum(archived));
            foreach (var team in live.Keys.Union(archived.Keys))
            {
                var difference = (live.GetValueOrDefault(team) ?? new Counters()).Copy();
                if (archived.GetValueOrDefault(team) is { } sum) difference.Add(sum, -1);
                if (!difference.IsZero) Find($"{table.Name}, slice {rebuild.Slice}, team \"{team}\"", "its sums are not those of the archived events");
            }
        }

        async Task CompareCountsAsync()
        {
            foreach (var live in await table.PartitionsAsync(rebuild.Slice, cancellationToken))
            {
                var (consumed, archived) = (live.Outcomes.Values.Sum(), rebuild.Consumed.Where(one => (one.Stream, one.Topic, one.Partition) == (live.Stream, live.Topic, live.Partition)).Sum(one => one.Outcomes.Values.Sum()));
                if (consumed != archived)
                    Find($"{table.Name}, slice {rebuild.Slice}, {live.Stream}/{live.Topic}/{live.Partition}", string.Create(CultureInfo.InvariantCulture, $"{Quantity.Of(consumed, "event was", "events were")} consumed up to offset {live.Next}, and {Quantity.Of(archived, "is", "are")} archived"));
            }
        }

        static Dictionary<string, Counters> Sum(IReadOnlyDictionary<string, Counters> teams)
        {
            var sum = new Counters();
            foreach (var team in teams.Values) sum.Add(team);
            return new() { [ProjectSummary.OtherTeams] = sum };
        }

        void Find(string place, string fault) => findings.Add(new Finding(place, fault));
    }

    /// <summary>A slice as the archive's events make it, and up to which offsets of each chain.</summary>
    private sealed class RebuiltSlice(SliceId slice, Dictionary<ArchiveChain, long> target)
    {
        public SliceRebuild Rebuild { get; } = new(slice);

        public Dictionary<ArchiveChain, long> Target => target;

        public void Apply(ArchiveChain chain, IReadOnlyList<ReplayedEvent> events)
        {
            if (!target.TryGetValue(chain, out var to)) return;
            Rebuild.Apply(chain, [.. events.Where(one => one.Offset < to)]);
        }
    }
}
