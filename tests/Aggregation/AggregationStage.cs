using System.Text;
using Azure.Core.Pipeline;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.ObjectPool;
using Microsoft.Extensions.Time.Testing;
using ShitOps.Aggregation;
using ShitOps.Archive;
using ShitOps.Events;
using ShitOps.Ingestion;
using ShitOps.People;
using ShitOps.Pipeline;
using ShitOps.Projects;
using ShitOps.Replay;
using ShitOps.Storage;
using ShitOps.Tests.Projects;

namespace ShitOps.Tests.Aggregation;

/// <summary>A table of its own on a real store, aggregators that write to it, and a look at what they wrote.</summary>
internal sealed class AggregationStage(AzuriteFixture azurite, BrokerFixture kafka, string topic, int slices = 4) : IDisposable
{
    private readonly List<IDisposable> _made = [];

    /// <summary>A stage whose records stand on a topic that is long enough for them.</summary>
    public static async Task<AggregationStage> OpenAsync(AzuriteFixture azurite, BrokerFixture kafka, int slices = 4) => new(azurite, kafka, await kafka.LongTopicAsync(), slices);

    /// <summary>The table's name without the number of slices.</summary>
    public string TableName { get; init; } = Some.Name("a").Replace("-", "", StringComparison.Ordinal);

    /// <summary>The accounts that share the aggregates; null: the one that holds the rest.</summary>
    public string? AggregateStorage { get; set; }

    public KafkaStream Stream { get; set; } = new(Some.Name("stream"));

    public FakeTimeProvider Time { get; } = new(Some.Time) { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };

    public StorageAccount Account(HttpPipelineTransport? transport = null) => StorageAccount.FromSettings(
        new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", azurite.ConnectionString), new("AggregateStorage", AggregateStorage)]).Build(), transport);

    public AggregateTable Table(HttpPipelineTransport? transport = null) => new(Account(transport), slices, FormattableString.Invariant($"{TableName}{slices}"));

    public LiveAggregates Live(HttpPipelineTransport? transport = null) => new(Account(transport), slices, Time, TableName);

    /// <summary>A replay of what came by this stage's stream.</summary>
    public AggregateReplay Replay() => new(
        Account(), new LiveAggregates(Account(), slices, TimeProvider.System, TableName), new ArchiveTable(Account(), new ArchiveTableSettings(), TimeProvider.System), TimeProvider.System);

    /// <summary>An archiver of the same stream with nothing in memory.</summary>
    public EventArchiver Archiver()
    {
        var log = new LogEnds(new KafkaConnection { Brokers = kafka.Brokers, Topic = topic }, Time, NullLogger<LogEnds>.Instance);
        var people = new PersonDirectory(Encoding.UTF8.GetBytes(Some.TenantKey), Account());
        _made.AddRange([log, people]);
        return new EventArchiver(
            Stream, new SegmentChain(Account(), Stream), new ArchivePositions(Account(), Stream), people, new DeadLetters(Account()), log,
            ObjectPool.Create<EventDecoder>(), Time, NullLogger<EventArchiver>.Instance);
    }

    public Task<IReadOnlyList<PartitionCount>> CountsAsync() => new PartitionCounts(Account()).ListAsync(Table().Name, Stream, default);

    /// <summary>An aggregator with nothing in memory, as after a start.</summary>
    public ProjectAggregator Aggregator(HttpPipelineTransport? transport = null, int mostHeld = 200_000)
    {
        var log = new LogEnds(new KafkaConnection { Brokers = kafka.Brokers, Topic = topic }, Time, NullLogger<LogEnds>.Instance);
        var people = new PersonDirectory(Encoding.UTF8.GetBytes(Some.TenantKey), Account(transport));
        var aggregator = new ProjectAggregator(
            Live(transport), Stream, new PartitionCounts(Account(transport)), new DeadLetters(Account(transport)), log, people,
            ObjectPool.Create<EventDecoder>(), Time, NullLogger<ProjectAggregator>.Instance) { MostHeld = mostHeld };
        _made.AddRange([log, people, aggregator]);
        return aggregator;
    }

    /// <summary>Runs to the end, with the waiting of a failure cut short.</summary>
    public async Task WithoutWaiting(Task task)
    {
        while (!task.IsCompleted)
        {
            Time.Advance(FailedBatch.BackOff);
            await Task.WhenAny(task, Task.Delay(5));
        }

        await task;
    }

    public KafkaRecord Record(int partition, long offset, byte[]? value, string? otherTopic = null) =>
        new() { Topic = otherTopic ?? topic, Partition = partition, Offset = offset, Key = [], Value = value, Headers = [] };

    public KafkaRecord Record(int partition, long offset, Event one, string? otherTopic = null) => Record(partition, offset, EventEncoder.Encode(one), otherTopic);

    /// <summary>Fails unless the table holds what the oracle makes of the events: projects, allocations, tasks, sums, breakdowns, teams, history.</summary>
    /// <param name="events">All events; no task has more than is retained of it.</param>
    /// <param name="end">An hour after all of them.</param>
    public async Task AssertHoldsAsync(IEnumerable<Event> events, DateTimeOffset end)
    {
        var table = await Live().ReadAsync(default);
        var projects = events.GroupBy(one => one.Project).ToDictionary(project => project.Key, project => new Oracle(project, PersonIdOf));
        List<string> listed = [];
        var teams = new Dictionary<string, Counters>();
        foreach (var slice in table.Slices)
        {
            await foreach (var project in table.ProjectsAsync(slice, null, default)) listed.Add(project.Key);
            foreach (var (team, sum) in await table.TeamsAsync(slice, default))
            {
                if (!teams.TryGetValue(team, out var total)) teams.Add(team, total = new Counters());
                total.Add(sum);
            }
        }

        Assert.Equal(projects.Keys.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
        foreach (var (name, oracle) in projects) await AssertHoldsAsync(table, name, oracle, end);

        var expected = projects.Values
            .SelectMany(oracle => oracle.Existing.Select(task => (Team: task.Team ?? oracle.Team ?? ProjectSummary.NoTeam, Task: task)))
            .GroupBy(one => one.Team, one => one.Task)
            .ToDictionary(team => team.Key, team => Oracle.Count(team, DateTimeOffset.MaxValue));
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), teams.Where(team => !team.Value.IsZero).Select(team => team.Key).Order(StringComparer.Ordinal));
        foreach (var (team, counts) in expected) Oracle.AssertCounts(counts, teams[team]);
    }

    /// <summary>Fails unless the table holds the history that the oracle makes of the events of one project.</summary>
    /// <param name="events">All its events; no task has more than is retained of it.</param>
    /// <param name="end">A step after all of them.</param>
    /// <param name="step">After how many hours each the levels are compared.</param>
    public Task AssertHistoryAsync(IReadOnlyList<Event> events, DateTimeOffset end, int step) => AssertHistoryAsync(Table(), events[0].Project, new Oracle(events, PersonIdOf), end, step);

    public void Dispose()
    {
        foreach (var made in _made) made.Dispose();
    }

    private static async Task AssertHoldsAsync(AggregateTable table, string name, Oracle oracle, DateTimeOffset end)
    {
        var project = await table.ProjectAsync(name, default);
        Assert.NotNull(project);
        var known = project.State;
        Assert.Equal((oracle.Name, oracle.Team, oracle.Owner, oracle.Start, oracle.Due, oracle.Status), (known.Name, known.Team, known.Owner, known.Start, known.Due, known.Status));
        Assert.Equal((oracle.Stated?.First, oracle.Stated?.Last), (known.FirstStated, known.LastStated));
        Assert.Equal(oracle.Allocations, known.Allocations.Select(one => new OracleAllocation(one.Key, TermsOf(one.Value.Terms), one.Value.Released)));
        Oracle.AssertCounts(Oracle.Count(oracle.Existing, DateTimeOffset.MaxValue), project.Summary.Totals);
        Oracle.AssertBreakdown(oracle.Existing, task => task.Status, project.Summary.Statuses, Measures.Levels);
        Oracle.AssertBreakdown(oracle.Existing, task => task.Assignee, project.Summary.Assignees, Measures.Levels);
        Oracle.AssertBreakdown(oracle.Existing, task => task.Milestone?.Name, project.Summary.Milestones, Measures.Levels);
        Oracle.AssertBreakdown(oracle.Existing, task => task.Team, project.Summary.Teams, Measures.All);

        var tasks = new Dictionary<string, TaskState>();
        await foreach (var (key, state) in table.TasksAsync(name, null, default)) tasks.Add(key, state);
        Assert.Equal(oracle.Tasks.Select(task => task.Key).Order(StringComparer.Ordinal), tasks.Keys.Order(StringComparer.Ordinal));
        foreach (var task in oracle.Tasks) AssertIs(task, tasks[task.Key]);

        await AssertHistoryAsync(table, name, oracle, end);

        static OracleTerms? TermsOf(AllocationTerms? terms) => terms is null ? null : new(terms.Resource, EffortHours.ToHours(terms.MilliHoursPerWeek), terms.From, terms.To, terms.Role);
    }

    private static async Task AssertHistoryAsync(AggregateTable table, string project, Oracle oracle, DateTimeOffset end, int step = 1)
    {
        var history = await table.HistoryAsync(project, DateOnly.FromDateTime(end.UtcDateTime), default);
        var first = oracle.Existing.Select(task => task.Created).DefaultIfEmpty(end).Min();
        foreach (var level in HistoryLevels.At(history, first, end, step))
        {
            Oracle.AssertCounts(Oracle.Count(oracle.Existing, level.Hour.AddHours(step)), level.Totals);
            Assert.Equal(Oracle.CountStatuses(oracle.Existing, level.Hour.AddHours(step)), level.Statuses.OrderBy(status => status.Key, StringComparer.Ordinal));
        }
    }

    private static void AssertIs(OracleTask task, TaskState state)
    {
        var standing = state.Standing();
        Assert.Equal(
            (task.IsDeleted, task.Title, task.Kind, task.Priority, task.Parent, task.Team, task.Assignee, task.Due, task.Milestone),
            (state.IsDeleted, state.Title, state.Kind, state.Priority, state.Parent, state.Team, state.Assignee, state.Due, state.Milestone));
        Assert.Equal((task.Labels, task.BlockedReason, task.LastStated), (state.Labels is null ? null : string.Concat(state.Labels.Select(label => $"{label}\n")), state.BlockedReason, state.LastStated));
        Assert.Equal(
            (task.Created, task.Status, task.Category, task.CategorySince, task.Started, task.Reopened, task.BlockedSince, task.BlockedBefore),
            (standing.Created, standing.Status, standing.Category, standing.CategorySince, standing.Started, standing.Reopened, standing.BlockedSince, standing.BlockedBefore));
        var always = DateTimeOffset.MaxValue;
        Assert.Equal(
            (Oracle.MilliHours(task.EstimateHours(always)), Oracle.MilliHours(task.RemainingHours(always)), Oracle.MilliHours(task.SpentHours(always))),
            (standing.EstimateMilliHours, standing.RemainingMilliHours, standing.SpentMilliHours));
        Assert.Equal(
            task.Transitions,
            state.Progress.ToArray().Select(fact => OracleTask.Transition(
                fact.Stamp.Time, fact.Stamp.Id, fact.IsStatus ? $"{fact.Word} ({(StatusCategory)fact.Kind})" : fact.Kind == FactKind.Blocked ? "blocked" : "unblocked")));
    }

    private static string PersonIdOf(string name) => PersonId.Of(Encoding.UTF8.GetBytes(Some.TenantKey), name);
}
