using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using ShitOps.Projects;
using ShitOps.Security;
using ShitOps.Storage;

namespace ShitOps.Aggregation;

/// <summary>
/// The aggregates as they stand in one table: one PartitionKey a slice (<see cref="AggregateRows"/>). It may be spread over several accounts,
/// a table of the same name in each; slice after slice goes to the next one.
/// </summary>
/// <param name="account">Says which accounts hold it.</param>
/// <param name="slices">How many slices there are; 1 to <see cref="SliceId.Most"/>.</param>
/// <param name="name">The name of the table. Another number of slices or accounts needs another table: rows would lie elsewhere in it.</param>
/// <param name="accounts">How many accounts it is spread over, the first ones of <see cref="StorageAccount.Aggregates"/>; null: all.</param>
public sealed class AggregateTable(StorageAccount account, int slices, string name, int? accounts = null)
{
    /// <summary>Its sums, and mostly what is known of the project itself.</summary>
    private const int RowsOfAProject = 2;

    /// <summary>How often the history of a project that changes meanwhile is looked at; after the first time only the rows that changed.</summary>
    private const int MostHistoryReads = 4;

    private readonly AccountTable[] _tables = [.. account.Aggregates.Take(accounts ?? account.Aggregates.Count).Select(one => new AccountTable(one.GetTableClient(name)))];

    /// <summary>The name of the table.</summary>
    public string Name => name;

    /// <summary>How many accounts it is spread over.</summary>
    public int AccountCount => _tables.Length;

    /// <summary>The number of the replay that built it, from 1; 0: it was fed by Kafka alone.</summary>
    public int Replay { get; init; }

    /// <summary>Of the archive, only records that were put on the topic from then on were replayed to it; null: all.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Of the archive, only what came by these streams was replayed to it; none: all.</summary>
    public IReadOnlyList<string> Streams { get; init; } = [];

    /// <summary>How many slices there are.</summary>
    public int SliceCount => slices;

    /// <summary>Every slice, in order.</summary>
    public IEnumerable<SliceId> Slices => Enumerable.Range(0, slices).Select(value => new SliceId(value));

    /// <summary>The slice of a project.</summary>
    public SliceId SliceOf(string project) => SliceId.Of(project, slices);

    /// <summary>A project, or null if nothing was ever stated of it or its tasks.</summary>
    public async Task<StoredProject?> ProjectAsync(string project, CancellationToken cancellationToken)
    {
        var slice = SliceOf(project);

        // The sums first: what is read after them is not older, and if it is newer, their ETag no longer holds.
        var sums = await GetAsync(slice, AggregateRows.SumsKey(project), cancellationToken);
        if (sums is null) return null;
        return StoredProject.Of(project, await GetAsync(slice, AggregateRows.ProjectKey(project), cancellationToken), sums);
    }

    /// <summary>The projects of a slice, in the order of their keys.</summary>
    /// <param name="slice">The slice.</param>
    /// <param name="after">The project after which to begin; null: with the first.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="few">If no more are expected to be read, how many; they are fetched first.</param>
    public async IAsyncEnumerable<StoredProject> ProjectsAsync(SliceId slice, string? after, [EnumeratorCancellation] CancellationToken cancellationToken, int? few = null)
    {
        var from = after is null ? AggregateRows.ProjectsPrefix : AggregateRows.After($"{AggregateRows.ProjectsPrefix}{KeyText.Of(after)}:");
        TableEntity? state = null;
        await foreach (var row in RangeAsync(slice, from, AggregateRows.After(AggregateRows.ProjectsPrefix), cancellationToken, few * RowsOfAProject))
        {
            // A project's two rows follow each other; the sums are always there.
            if (row.RowKey.EndsWith(":project", StringComparison.Ordinal))
            {
                state = row;
                continue;
            }

            var name = AggregateRows.ProjectNameOf(row);
            yield return StoredProject.Of(name, state is not null && AggregateRows.ProjectNameOf(state) == name ? state : null, row);
            state = null;
        }
    }

    /// <summary>All projects: slice by slice, in each in the order of their keys.</summary>
    /// <param name="after">The project after which to begin, which need not be there any more; null: with the first.</param>
    /// <param name="few">If no more are expected to be read, how many; they are fetched first.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public IAsyncEnumerable<StoredProject> AllProjectsAsync(string? after, int? few, CancellationToken cancellationToken)
    {
        var first = after is null ? new SliceId(0) : SliceOf(after);
        return ReadAhead.OfAsync(
            Slices.Skip(first.Value).ToAsyncEnumerable(), (slice, stopping) => ProjectsAsync(slice, slice == first ? after : null, stopping, few), cancellationToken);
    }

    /// <summary>A project that a scope sees; null: there is none of that name for it.</summary>
    internal async Task<StoredProject?> ProjectAsync(string project, Scope scope, CancellationToken cancellationToken) =>
        await ProjectAsync(project, cancellationToken) is { } stored && scope.Sees(stored.State.Team) ? stored : null;

    /// <summary>A task, or null if nothing was ever stated of it.</summary>
    public async Task<TaskState?> TaskAsync(string project, string task, CancellationToken cancellationToken) =>
        await GetAsync(SliceOf(project), AggregateRows.TaskKey(project, task), cancellationToken) is { } row ? AggregateRows.TaskOf(row) : null;

    /// <summary>The tasks of a project, deleted ones too, in the order of their keys in the table.</summary>
    /// <param name="project">The project.</param>
    /// <param name="after">The task after which to begin; null: with the first.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="few">If no more are expected to be read, how many; they are fetched first.</param>
    public async IAsyncEnumerable<KeyValuePair<string, TaskState>> TasksAsync(string project, string? after, [EnumeratorCancellation] CancellationToken cancellationToken, int? few = null)
    {
        var prefix = AggregateRows.TasksPrefix(project);
        var from = after is null ? prefix : $"{AggregateRows.TaskKey(project, after)}!";
        await foreach (var row in RangeAsync(SliceOf(project), from, AggregateRows.After(prefix), cancellationToken, few))
            yield return KeyValuePair.Create(AggregateRows.TaskNameOf(row), AggregateRows.TaskOf(row));
    }

    /// <summary>
    /// All changes of a project from its beginning up to a day, that day included: what is pending and what is in day rows. While it is read
    /// changes go on from the one to the other; so a day's row says after how many flushes it was written.
    /// <para>
    /// A row that is no newer than the sums, which are read before it, is as it was with them: it and what they hold as pending are the day. If
    /// this goes for all rows, they are together what the project was at that moment. A newer row is the day by itself as of its own writing,
    /// since all that was pending of the day goes into it. Rather than take days of different moments, the sums and the newer rows are read
    /// again; but of a project that flushes faster than that, days of different moments are what it gives, each of them whole.
    /// </para>
    /// </summary>
    public async Task<HistoryChanges> HistoryAsync(string project, DateOnly to, CancellationToken cancellationToken)
    {
        var slice = SliceOf(project);
        var rows = new Dictionary<string, (DateOnly Day, HistoryChanges Changes, long Flushes)>(StringComparer.Ordinal);
        PendingHistory pending;
        long? read = null;
        var tries = 0;
        do
        {
            pending = await GetAsync(slice, AggregateRows.SumsKey(project), cancellationToken) is { } sums ? AggregateRows.PendingOf(sums) : new PendingHistory();
            await foreach (var row in RangeAsync(slice, AggregateRows.DaysPrefix(project), AggregateRows.AfterDay(project, to), cancellationToken, filter: read is { } known ? ChangedAfter(known) : null))
                rows[row.RowKey] = (AggregateRows.DateOf(row), AggregateRows.DayOf(row), AggregateRows.FlushesOf(row));
            read = pending.Flushes;
        }
        while (++tries < MostHistoryReads && rows.Values.Any(row => row.Flushes > pending.Flushes));

        var changes = new HistoryChanges();
        foreach (var row in rows.Values) changes.Add(row.Changes);
        var newer = rows.Values.Where(row => row.Flushes > pending.Flushes).Select(row => row.Day).ToHashSet();
        foreach (var (day, change) in pending.ByDay)
            if (day <= to && !newer.Contains(day)) changes.Add(change);
        return changes;
    }

    /// <summary>
    /// Of a project's history in day rows, the days of which something was written after so many flushes, and all from a day on; each as a whole,
    /// without what is pending.
    /// </summary>
    /// <param name="project">The project.</param>
    /// <param name="after">So many flushes.</param>
    /// <param name="from">That day.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal async Task<IReadOnlyDictionary<DateOnly, ChangedDay>> ChangedDaysAsync(string project, long after, DateOnly from, CancellationToken cancellationToken)
    {
        var days = new SortedDictionary<DateOnly, ChangedDay>();
        HashSet<DateOnly> incomplete = [];
        var (slice, prefix) = (SliceOf(project), AggregateRows.DaysPrefix(project));
        var wanted = $"({ChangedAfter(after)} or RowKey ge '{AggregateRows.DayKey(project, from)}')";
        await foreach (var row in RangeAsync(slice, prefix, AggregateRows.After(prefix), cancellationToken, filter: wanted))
        {
            Add(days, row);

            // The earlier rows of the day have stayed as they are.
            if (AggregateRows.IsFurtherOfDay(row) && AggregateRows.DateOf(row) < from) incomplete.Add(AggregateRows.DateOf(row));
        }

        foreach (var day in incomplete)
        {
            days.Remove(day);
            await foreach (var row in RangeAsync(slice, AggregateRows.DayKey(project, day), AggregateRows.AfterDay(project, day), cancellationToken)) Add(days, row);
        }

        return days;

        static void Add(SortedDictionary<DateOnly, ChangedDay> days, TableEntity row)
        {
            var day = AggregateRows.DateOf(row);
            var (changes, flushes) = (AggregateRows.DayOf(row), AggregateRows.FlushesOf(row));
            if (days.TryGetValue(day, out var known))
            {
                changes.Add(known.Changes);
                flushes = Math.Max(flushes, known.Flushes);
            }

            days[day] = new ChangedDay(changes, flushes);
        }
    }

    /// <summary>The sums by team of a slice, over all partitions that feed it.</summary>
    public async Task<IReadOnlyDictionary<string, Counters>> TeamsAsync(SliceId slice, CancellationToken cancellationToken)
    {
        var teams = new Dictionary<string, Counters>(StringComparer.Ordinal);
        await foreach (var checkpoint in CheckpointsAsync(slice, cancellationToken))
        {
            foreach (var (team, sum) in checkpoint.Teams.All)
            {
                if (!teams.TryGetValue(team, out var total)) teams.Add(team, total = new Counters());
                total.Add(sum);
            }
        }

        return teams;
    }

    /// <summary>What differs once anything in a slice has changed that counts.</summary>
    internal async Task<string> VersionAsync(SliceId slice, CancellationToken cancellationToken)
    {
        List<string> versions = [];
        await foreach (var row in RangeAsync(slice, AggregateRows.CheckpointsPrefix, AggregateRows.After(AggregateRows.CheckpointsPrefix), cancellationToken, select: ["RowKey", "Timestamp", "Next"]))
            versions.Add(string.Create(CultureInfo.InvariantCulture, $"{row.RowKey} {row.GetInt64("Next")} {row.Timestamp:O}"));
        return string.Join('\n', versions);
    }

    /// <summary>The partitions that feed a slice.</summary>
    public async Task<IReadOnlyList<ConsumedPartition>> PartitionsAsync(SliceId slice, CancellationToken cancellationToken)
    {
        List<ConsumedPartition> partitions = [];
        await foreach (var checkpoint in CheckpointsAsync(slice, cancellationToken)) partitions.Add(checkpoint.Consumed);
        return partitions;
    }

    internal async Task<SliceCheckpoint> CheckpointAsync(SliceId slice, string stream, string topic, int partition, CancellationToken cancellationToken) =>
        await GetAsync(slice, AggregateRows.CheckpointKey(stream, topic, partition), cancellationToken) is { } row
            ? SliceCheckpoint.FromEntity(slice, row)
            : new SliceCheckpoint(slice, stream, topic, partition);

    internal async Task<SliceCounter> CounterAsync(SliceId slice, CancellationToken cancellationToken) =>
        new(slice, await SliceRowAsync(slice, cancellationToken));

    /// <summary>
    /// Marks the slice's own row and all its checkpoints, or takes the mark away again. Once this has ended no transaction of any writer that
    /// began before goes through: each changes one of these rows, at a version that is no more.
    /// </summary>
    internal async Task SealAsync(SliceId slice, bool isSealed, CancellationToken cancellationToken)
    {
        // The slice's own row first: then no checkpoint comes in addition.
        string[] prefixes = ["s:", AggregateRows.CheckpointsPrefix];
        foreach (var prefix in prefixes)
        {
            while (!await TryMarkAsync(prefix)) cancellationToken.ThrowIfCancellationRequested();
        }

        async Task<bool> TryMarkAsync(string prefix)
        {
            var rows = new List<TableEntity>();
            await foreach (var row in RangeAsync(slice, prefix, AggregateRows.After(prefix), cancellationToken)) rows.Add(row);
            if (prefix == "s:" && rows.Count == 0) rows.Add(new TableEntity(slice.ToString(), AggregateRows.SliceKey));
            foreach (var some in rows.Where(row => AggregateRows.IsSealed(row) != isSealed).Chunk(AccountTable.MostActions))
            {
                foreach (var row in some)
                {
                    if (isSealed) row[AggregateRows.Sealed] = true;
                    else row.Remove(AggregateRows.Sealed);
                }

                if (await TableOf(slice).SubmitAsync([.. some.Select(row => row.ETag == default
                    ? new TableTransactionAction(TableTransactionActionType.Add, row)
                    : new TableTransactionAction(TableTransactionActionType.UpdateReplace, row, row.ETag))], cancellationToken) is null) return false;
            }

            return true;
        }
    }

    /// <summary>The row to which the changes of a day are to be added.</summary>
    internal async Task<DayPart> DayAsync(SliceId slice, string project, DateOnly day, CancellationToken cancellationToken)
    {
        for (var number = 0; ; number++)
        {
            var row = await GetAsync(slice, AggregateRows.DayKey(project, day, number), cancellationToken);
            if (row is null) return new DayPart(number, new HistoryChanges());
            if (TableLimits.SizeOf(row) <= AggregateRows.MuchOfADay) return new DayPart(number, AggregateRows.DayOf(row));
        }
    }

    /// <summary>The slice's own row; null: the slice has none.</summary>
    internal Task<TableEntity?> SliceRowAsync(SliceId slice, CancellationToken cancellationToken) => GetAsync(slice, AggregateRows.SliceKey, cancellationToken);

    /// <summary>Writes rows of one slice whatever is there: only while nobody else writes to the table.</summary>
    internal Task PutAsync(IReadOnlyList<TableEntity> rows, CancellationToken cancellationToken) =>
        SubmitAsync([.. rows.Select(row => new TableTransactionAction(TableTransactionActionType.UpsertReplace, row))], cancellationToken);

    internal Task<IReadOnlyList<ETag>?> SubmitAsync(IReadOnlyList<TableTransactionAction> actions, CancellationToken cancellationToken) =>
        TableOf(SliceId.Parse(actions[0].Entity.PartitionKey)).SubmitAsync(actions, cancellationToken);

    private Task<TableEntity?> GetAsync(SliceId slice, string rowKey, CancellationToken cancellationToken) => TableOf(slice).GetAsync(slice.ToString(), rowKey, cancellationToken);

    private AccountTable TableOf(SliceId slice) => _tables[slice.Value % _tables.Length];

    private async IAsyncEnumerable<SliceCheckpoint> CheckpointsAsync(SliceId slice, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in RangeAsync(slice, AggregateRows.CheckpointsPrefix, AggregateRows.After(AggregateRows.CheckpointsPrefix), cancellationToken))
            yield return SliceCheckpoint.FromEntity(slice, row);
    }

    private static string ChangedAfter(long flushes) => string.Create(CultureInfo.InvariantCulture, $"{AggregateRows.Flushes} gt {flushes}L");

    private IAsyncEnumerable<TableEntity> RangeAsync(SliceId slice, string from, string to, CancellationToken cancellationToken, int? firstPage = null, string? filter = null, string[]? select = null) =>
        TableOf(slice).QueryAsync($"PartitionKey eq '{slice}' and RowKey ge '{from}' and RowKey lt '{to}'{(filter is null ? "" : $" and {filter}")}", cancellationToken, firstPage, select);
}
