using System.Text.Json;
using Azure.Data.Tables;
using ShitOps.Aggregation;
using ShitOps.Archive;
using ShitOps.Events;
using ShitOps.Projects;
using ShitOps.Storage;

namespace ShitOps.Replay;

/// <summary>An archived event, where it stood in Kafka, and when it was put there.</summary>
internal readonly record struct ReplayedEvent(long Offset, DateTimeOffset? Timestamp, Event Event);

/// <summary>
/// One slice of the aggregates, folded in memory from nothing: a row is written once, when it is as it shall be, however many events made
/// it. Not safe for concurrent use.
/// </summary>
internal sealed class SliceRebuild(SliceId slice)
{
    /// <summary>Of a day with more statuses the history goes to several rows, each far below the limit of an entity.</summary>
    private const int MostStatusesOfADayRow = 1_000;

    private readonly Dictionary<string, RebuiltProject> _projects = new(StringComparer.Ordinal);
    private readonly Dictionary<ArchiveChain, (SliceCheckpoint Checkpoint, PartitionTally Tally)> _chains = [];
    private readonly HashSet<RebuiltProject> _touched = [];

    /// <summary>Which slice it is.</summary>
    public SliceId Slice => slice;

    /// <summary>The projects of which anything is known, with their tasks.</summary>
    public IEnumerable<RebuiltProject> Projects => _projects.Values.Where(project => project.IsKnown);

    /// <summary>How many events of it there were, by partition.</summary>
    public IEnumerable<ConsumedPartition> Consumed => _chains.Values.Select(its => its.Checkpoint.Consumed);

    /// <summary>The sums by team, over all partitions.</summary>
    public IReadOnlyDictionary<string, Counters> Teams
    {
        get
        {
            var teams = new Dictionary<string, Counters>(StringComparer.Ordinal);
            foreach (var (team, sum) in _chains.Values.SelectMany(its => its.Checkpoint.Teams.All))
            {
                if (teams.TryGetValue(team, out var total)) total.Add(sum);
                else teams.Add(team, sum.Copy());
            }

            return teams;
        }
    }

    /// <summary>Folds events of this slice.</summary>
    /// <param name="chain">The chain that they are all of.</param>
    /// <param name="events">In the order of offsets, which is also the order from call to call.</param>
    public void Apply(ArchiveChain chain, IReadOnlyList<ReplayedEvent> events)
    {
        if (events.Count == 0) return;
        if (!_chains.TryGetValue(chain, out var its))
            _chains.Add(chain, its = (new SliceCheckpoint(slice, chain.Stream, chain.Topic, chain.Partition), new PartitionTally()));
        foreach (var (offset, timestamp, one) in events)
        {
            if (!_projects.TryGetValue(one.Project, out var project)) _projects.Add(one.Project, project = new RebuiltProject(one.Project));
            var outcome = project.Apply(one);
            _touched.Add(project);
            its.Checkpoint.Advance(offset, outcome);
            its.Tally.Add(one, timestamp);
        }

        foreach (var project in _touched)
        {
            its.Checkpoint.Teams.Add(project.Settle());
        }

        _touched.Clear();
    }

    /// <summary>Writes all rows, and at last those that say that the slice is whole.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task WriteAsync(AggregateTable table, CancellationToken cancellationToken)
    {
        foreach (var rows in Batches(Rows())) await table.PutAsync(rows, cancellationToken);
        var writer = new StateWriter();
        foreach (var rows in Batches(_chains.Values.Select(its => its.Checkpoint.ToEntity(writer)))) await table.PutAsync(rows, cancellationToken);
        var whole = new SliceCounter(slice, row: null).ToEntity(_chains.Count);
        AggregateRows.With(whole, Tallies, JsonSerializer.SerializeToUtf8Bytes(_chains.ToDictionary(its => its.Key.AppId, its => its.Value.Tally)));
        await table.PutAsync([whole], cancellationToken);
    }

    /// <summary>What a slice that is whole was made of, by partition; null: it is not whole.</summary>
    public static async Task<IReadOnlyDictionary<string, PartitionTally>?> WrittenAsync(AggregateTable table, SliceId slice, CancellationToken cancellationToken) =>
        await table.SliceRowAsync(slice, cancellationToken) is not { } row ? null
            : AggregateRows.Read(row, Tallies, bytes => bytes.IsEmpty ? [] : JsonSerializer.Deserialize<Dictionary<string, PartitionTally>>(bytes)!);

    private const string Tallies = "Tallies";

    private IEnumerable<TableEntity> Rows()
    {
        var writer = new StateWriter();
        foreach (var project in Projects)
        {
            // Before the sums: a reader takes rows of days with a greater number for newer than the sums.
            foreach (var row in Days(project.Hot, writer)) yield return row;
            foreach (var (task, state) in project.Tasks) yield return AggregateRows.Task(slice, project.Name, task, state, writer);
            if (project.IsStated) yield return AggregateRows.Project(slice, project.Name, project.Hot.Fold.Project, writer);
            yield return AggregateRows.Sums(slice, project.Hot, writer);
        }
    }

    private IEnumerable<TableEntity> Days(HotProject project, StateWriter writer)
    {
        foreach (var day in project.Pending.Days.ToList())
        {
            var number = 0;
            foreach (var part in project.Pending.TakeDay(day).Parts(MostStatusesOfADayRow))
                yield return AggregateRows.Day(slice, project.Name, day, new DayPart(number++, part), project.Pending.Flushes, writer);
        }
    }

    /// <summary>As many rows as one transaction takes.</summary>
    private static IEnumerable<List<TableEntity>> Batches(IEnumerable<TableEntity> rows)
    {
        List<TableEntity> batch = [];
        var bytes = 0L;
        foreach (var row in rows)
        {
            // In the request bytes are base64, and beside each row stands what is done with it.
            var size = 2_000 + (TableLimits.SizeOf(row) * 3 / 2);
            if (batch.Count == AccountTable.MostActions || (batch.Count > 0 && bytes + size > AccountTable.MostTransactionBytes))
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }

            batch.Add(row);
            bytes += size;
        }

        if (batch.Count > 0) yield return batch;
    }
}

/// <summary>A project that is folded in memory, with all its tasks.</summary>
internal sealed class RebuiltProject(string name)
{
    public string Name => name;

    public HotProject Hot { get; } = new(name, null, person => person, batch: 0);

    /// <summary>Every task of which anything was stated.</summary>
    public IEnumerable<KeyValuePair<string, TaskState>> Tasks => Hot.Fold.Tasks.Select(one => KeyValuePair.Create(one.Key.ToString(), one.Value));

    /// <summary>Whether anything is known of it: events of unknown types alone make no project.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Whether anything was stated of the project itself.</summary>
    public bool IsStated { get; private set; }

    /// <summary>Folds an event.</summary>
    public FoldOutcome Apply(Event one)
    {
        var outcome = Hot.Fold.Apply(one);
        if (outcome != FoldOutcome.TaskNotLoaded) return outcome;
        Hot.Fold.Load(ProjectFold.TaskOf(one)!.Value, new TaskState());
        return Hot.Fold.Apply(one);
    }

    /// <summary>Brings sums and history up to date.</summary>
    /// <returns>What to add to the sums of teams.</returns>
    public IReadOnlyList<KeyValuePair<string, Counters>> Settle()
    {
        var changes = Hot.Fold.Settle();
        Hot.Add(changes.History);
        IsStated |= changes.IsProjectChanged;
        IsKnown |= changes.IsProjectChanged || changes.IsSummaryChanged;
        return changes.Teams;
    }
}
