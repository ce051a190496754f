using Microsoft.Extensions.Logging;
using ShitOps.Aggregation;
using ShitOps.Projects;
using ShitOps.Storage;
using ShitOps.Wording;

namespace ShitOps.History;

/// <summary>
/// Builds blocks from the day rows of the table: of each project those that were written since, so that a late event makes the block of its own day
/// anew and no other, and those that are under way are built anew each time.
/// </summary>
public sealed class BlockBuilder(StorageAccount account, LiveAggregates aggregates, HistoryBlocks blocks, HistorySettings settings, TimeProvider time, ILogger<BlockBuilder> logger)
{
    /// <summary>How many days of projects are held in memory before their blocks are written.</summary>
    private const int MostHeldDays = 200_000;

    private static readonly TimeSpan KeepOthers = TimeSpan.FromDays(7);

    /// <summary>How many projects' changes are held in memory before their blocks are written.</summary>
    public int ProjectsAtATime { get; init; } = 5_000;

    /// <summary>Brings the blocks of the live table up to date.</summary>
    /// <param name="progress">Is told how many projects have been looked at.</param>
    /// <param name="isAnew">Whether all are built again, whatever there is; so they are too where the settings ask for more than they hold.</param>
    /// <param name="cancellationToken">Stops it; what was built until then stays.</param>
    /// <returns>How many blocks were written; null: somebody else is building.</returns>
    /// <exception cref="InvalidDataException">A row or a block cannot be read; the message says which.</exception>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task<int?> BuildAsync(Action<long>? progress, bool isAnew, CancellationToken cancellationToken)
    {
        var table = await aggregates.ReadAsync(cancellationToken);
        await using var only = await BlobLock.TryTakeAsync(account, $"blocks-{table.Name}", cancellationToken);
        if (only is null) return null;
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, only.Lost);
        await blocks.EnsureExistsAsync(stopping.Token);
        var was = await blocks.ReadAsync(table, stopping.Token);
        isAnew |= settings.FirstDay(time.GetUtcNow()) < was.Index.From || settings.FirstHourlyDay(time.GetUtcNow()) < was.Index.HourlyFrom;
        var build = new Build(table, blocks, isAnew ? (BlockIndex.None with { Build = was.Index.Build }, was.Tag) : was, settings, time.GetUtcNow());
        var looked = 0L;
        await foreach (var project in table.AllProjectsAsync(after: null, few: null, stopping.Token))
        {
            await build.AddAsync(project, stopping.Token);
            if (build.Projects >= ProjectsAtATime || build.HeldDays >= MostHeldDays) await build.CommitAsync(stopping.Token);
            progress?.Invoke(++looked);
        }

        await build.CommitAsync(stopping.Token);

        // Who reads by the index that was there has its blocks until the next time.
        var deleted = build.Written == 0 ? 0 : await blocks.DeleteUnusedAsync(table, [was.Index, build.Index], time.GetUtcNow() - KeepOthers, stopping.Token);
        if (build.Written > 0) logger.LogInformation("{Written} {Blocks} of {Table} written, {Deleted} deleted", build.Written, Quantity.Noun(build.Written, "block"), table.Name, deleted);
        return build.Written;
    }

    /// <summary>One building.</summary>
    private sealed class Build(AggregateTable table, HistoryBlocks blocks, (BlockIndex Index, Azure.ETag Tag) was, HistorySettings settings, DateTimeOffset now)
    {
        private readonly StateWriter _writer = new();
        private readonly DateOnly _end = DateOnly.FromDateTime(now.UtcDateTime).AddDays(1);
        private readonly DateOnly _first = settings.FirstDay(now);
        private readonly DateOnly _hourlyFrom = settings.FirstHourlyDay(now);
        private readonly Dictionary<DateOnly, Dictionary<string, HistoryChanges>> _changed = [];
        private readonly Dictionary<string, BlockedProject> _projects = new(StringComparer.Ordinal);
        private Azure.ETag _tag = was.Tag;

        public BlockIndex Index { get; private set; } = was.Index;

        public int Written { get; private set; }

        /// <summary>How many days of projects have changes that are not committed.</summary>
        public long HeldDays { get; private set; }

        /// <summary>How many projects have changes that are not committed.</summary>
        public int Projects => _projects.Count;

        public async Task AddAsync(StoredProject project, CancellationToken cancellationToken)
        {
            var known = Index.Projects.GetValueOrDefault(project.Key);
            if (known is not null && project.Pending.Flushes == known.Flushes && !(project.Pending.LastFlushedDay >= known.End && known.End < _end)) return;
            var days = await ChangedAsync(known);

            // Rows that are newer than the sums are left for the next time: which others were written before them is not known.
            if (days.Values.Any(day => day.Flushes > project.Pending.Flushes)) return;

            // What was the beginning may not be it any more: then only all days tell.
            if (known is not null && days.Keys.Any(day => day <= known.FirstDay)) days = await ChangedAsync(known = null);
            if (days.Values.Any(day => day.Flushes > project.Pending.Flushes)) return;
            var first = days.Where(day => day.Key < _end).SelectMany(day => day.Value.Changes.Measures).Select(one => (int?)one.Hour).Min();
            _projects[project.Key] = new BlockedProject(project.Pending.Flushes, _end, known?.FirstHour ?? first);
            foreach (var (day, row) in days)
            {
                if (day >= _end || day < _first) continue;
                if (!_changed.TryGetValue(day, out var projects)) _changed.Add(day, projects = new Dictionary<string, HistoryChanges>(StringComparer.Ordinal));
                projects[project.Key] = row.Changes;
                HeldDays++;
            }

            Task<IReadOnlyDictionary<DateOnly, ChangedDay>> ChangedAsync(BlockedProject? since) =>
                table.ChangedDaysAsync(project.Key, since?.Flushes ?? 0, since?.End ?? DateOnly.MinValue, cancellationToken);
        }

        public async Task CommitAsync(CancellationToken cancellationToken)
        {
            // Blocks that are too old go; those that have become old enough are written anew, by the day.
            var expired = Index.Days.Keys.Where(day => day < _first).ToList();
            foreach (var day in Index.Days.Keys.Where(day => day >= _first && day < _hourlyFrom && day >= Index.HourlyFrom)) _changed.TryAdd(day, []);
            if (_projects.Count == 0 && _changed.Count == 0 && expired.Count == 0) return;
            var number = Math.Max(Index.Build + 1, now.ToUnixTimeSeconds());
            var days = Index.Days.RemoveRange(expired);
            foreach (var (day, projects) in _changed)
            {
                if (Index.Days.TryGetValue(day, out var build))
                {
                    var old = await blocks.BlockAsync(table, day, build, cancellationToken) ?? throw new InvalidDataException($"the block of {day:O} that the index of {table.Name} names is gone. Delete blocks/{table.Name}/index.json: the blocks are built again from the table");
                    foreach (var project in old.Projects.Where(project => !projects.ContainsKey(project))) projects.Add(project, old.Of(project));
                }

                if (day < _hourlyFrom)
                    foreach (var project in projects.Keys.ToList()) projects[project] = projects[project].AtEndOfDay();
                await blocks.PutAsync(table, day, number, HistoryBlock.Write(day, projects, _writer), cancellationToken);
                days = days.SetItem(day, number);
                Written++;
                projects.Clear();
            }

            Index = new BlockIndex(number, _first, _hourlyFrom, days, Index.Projects.SetItems(_projects));
            _tag = await blocks.TryPutAsync(table, Index, _tag, cancellationToken) ?? throw new InvalidDataException($"the blocks of {table.Name} were built by somebody else meanwhile; the next building goes on from theirs");
            _changed.Clear();
            HeldDays = 0;
            _projects.Clear();
        }
    }
}
