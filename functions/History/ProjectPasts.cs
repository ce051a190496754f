using System.Runtime.CompilerServices;
using ShitOps.Aggregation;
using ShitOps.Projects;
using ShitOps.Storage;

namespace ShitOps.History;

/// <summary>
/// Joins what is in blocks with what the table has beyond them, so that the history of many projects is a blob a day, and a request or none a project.
/// A history that begins with some day has no levels by itself: they follow from what there is now, less what changed since.
/// </summary>
public sealed class ProjectPasts(HistoryBlocks blocks, HistorySettings settings, TimeProvider time)
{
    private const int MostTries = 4;

    private readonly ConditionalWeakTable<StoredProject, Later> _later = [];

    /// <summary>The first day of which there are samples.</summary>
    public DateOnly FirstDay => settings.FirstDay(time.GetUtcNow());

    /// <summary>What the blocks of a table hold. To be taken before the projects are read, which are then no older.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async ValueTask<BlockIndex> IndexAsync(AggregateTable table, CancellationToken cancellationToken)
    {
        try
        {
            return await blocks.IndexAsync(table, cancellationToken);
        }
        catch (InvalidDataException)
        {
            // The table has all of it; the next building says that the index is damaged.
            return BlockIndex.None;
        }
    }

    /// <summary>The histories of some projects.</summary>
    /// <param name="table">Where they are.</param>
    /// <param name="index">What is in blocks.</param>
    /// <param name="projects">The projects, read after the index.</param>
    /// <param name="wanted">What is asked for.</param>
    /// <param name="from">The first day whose changes matter.</param>
    /// <param name="take">Takes each of them, several at once.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task ReadAsync(
        AggregateTable table, BlockIndex index, IReadOnlyList<StoredProject> projects, WantedHistory wanted, DateOnly from, Func<StoredProject, ProjectPast, CancellationToken, Task> take, CancellationToken cancellationToken)
    {
        var days = await DaysAsync(table, index, projects, from, cancellationToken);
        await Parallel.ForEachAsync(
            projects,
            new ParallelOptions { MaxDegreeOfParallelism = 2 * ReadAhead.Most, CancellationToken = cancellationToken },
            async (project, stopping) => await take(project, await OfAsync(table, days is null ? null : index.Projects.GetValueOrDefault(project.Key), days ?? [], project, wanted, from, stopping), stopping));
    }

    /// <summary>The blocks from a day on; null: the table alone has as much to read, or a block is no longer there.</summary>
    private async Task<IReadOnlyList<HistoryBlock>?> DaysAsync(AggregateTable table, BlockIndex index, IReadOnlyList<StoredProject> projects, DateOnly from, CancellationToken cancellationToken)
    {
        // By itself the table answers a request a project, which gives all of its days.
        var needed = index.Days.Where(day => day.Key >= from).ToList();
        if (index.Build == 0 || from < index.From || needed.Count(day => !blocks.IsHeld(table, day.Key, day.Value)) >= projects.Count) return null;
        var read = new HistoryBlock?[needed.Count];
        try
        {
            await Parallel.ForEachAsync(
                Enumerable.Range(0, needed.Count),
                new ParallelOptions { MaxDegreeOfParallelism = 2 * ReadAhead.Most, CancellationToken = cancellationToken },
                async (i, stopping) => read[i] = await blocks.BlockAsync(table, needed[i].Key, needed[i].Value, stopping));
        }
        catch (InvalidDataException)
        {
            // The table has all of it; verify names the block that is damaged.
            return null;
        }

        return read.Contains(null) ? null : [.. read.OfType<HistoryBlock>()];
    }

    private async Task<ProjectPast> OfAsync(
        AggregateTable table, BlockedProject? blocked, IReadOnlyList<HistoryBlock> days, StoredProject project, WantedHistory wanted, DateOnly from, CancellationToken cancellationToken)
    {
        // Statuses beyond those that are counted by name have no sum to go back from.
        if (blocked?.FirstDay is not { } first || (wanted.HasStatuses && !project.Summary.Statuses.Others.IsZero)) return await WholeAsync();
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (project.Pending.Flushes < blocked.Flushes)
            {
                // It was in memory before the blocks were built.
                project = await table.ProjectAsync(project.Key, cancellationToken) ?? project;
                continue;
            }

            var newer = await LaterAsync(table, project, blocked, cancellationToken);
            if (newer.Values.Any(day => day.Flushes > project.Pending.Flushes))
            {
                // More was written since the sums were read.
                project = await table.ProjectAsync(project.Key, cancellationToken) ?? project;
                continue;
            }

            var pending = project.Pending.ByDay;

            // Whatever changes the beginning may have moved it.
            if (newer.Keys.Concat(pending.Keys).Any(day => day <= first)) return await WholeAsync();
            var changes = new HistoryChanges();
            foreach (var block in days)
                if (block.Day < blocked.End && !newer.ContainsKey(block.Day)) block.AddTo(changes, project.Key, wanted.Measures.Contains, wanted.HasStatuses);
            foreach (var (day, row) in newer)
                if (day >= from) changes.Add(row.Changes);
            foreach (var (day, change) in pending)
                if (day >= from) changes.Add(change);
            return new ProjectPast(Coarse(changes), blocked.FirstHour, project.Summary);
        }

        return await WholeAsync();

        async Task<ProjectPast> WholeAsync() => ProjectPast.Whole(Coarse(await table.HistoryAsync(project.Key, DateOnly.MaxValue, cancellationToken)));
    }

    /// <summary>The days that are not in blocks, or not as they are now.</summary>
    private async Task<IReadOnlyDictionary<DateOnly, ChangedDay>> LaterAsync(AggregateTable table, StoredProject project, BlockedProject blocked, CancellationToken cancellationToken)
    {
        if (project.Pending.Flushes == blocked.Flushes && !(project.Pending.LastFlushedDay >= blocked.End)) return new Dictionary<DateOnly, ChangedDay>();

        // While a project has flushed nothing, none of its day rows changes.
        if (_later.TryGetValue(project, out var known) && known.Blocked == blocked) return known.Days;
        var days = await table.ChangedDaysAsync(project.Key, blocked.Flushes, blocked.End, cancellationToken);
        if (days.Values.All(day => day.Flushes <= project.Pending.Flushes)) _later.AddOrUpdate(project, new Later(blocked, days));
        return days;
    }

    /// <summary>With what is known by the day only at the end of its day.</summary>
    private HistoryChanges Coarse(HistoryChanges changes)
    {
        if (settings.HourlyDays is null) return changes;
        var hourlyFrom = settings.FirstHourlyDay(time.GetUtcNow());
        var coarse = new HistoryChanges();
        foreach (var (day, change) in changes.ByDay()) coarse.Add(day < hourlyFrom ? change.AtEndOfDay() : change);
        return coarse;
    }

    /// <summary>Days that were read beside what is in blocks.</summary>
    private sealed record Later(BlockedProject Blocked, IReadOnlyDictionary<DateOnly, ChangedDay> Days);
}
