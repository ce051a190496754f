using ShitOps.Aggregation;
using ShitOps.Events;
using ShitOps.Planning;
using ShitOps.Projects;
using ShitOps.Rows;

namespace ShitOps.Asking;

/// <summary>Answers that are made of tasks one by one: lists, what is overdue, and how long tasks have been there or waited.</summary>
internal sealed class TaskAnswers(AggregateTable table, Query query, QueryPlan plan, AskedFor asked, DateTime now)
{
    /// <summary>The most rows of a list.</summary>
    public const int MostRows = 10_000;

    private static readonly Column<ListedTask>[] Columns =
    [
        new("project", CellKind.Text, "its project", row => row.Project),
        new("task", CellKind.Text, "its key", row => row.Key),
        new("title", CellKind.Text, "its title", row => row.State.Title),
        new("type", CellKind.Text, "the tracker's kind of issue", row => row.State.Kind),
        new("status", CellKind.Text, "its status in the tracker's word", row => row.Standing.Status),
        new("category", CellKind.Text, "what the status means", row => row.Standing.Category.Word()),
        new("person", CellKind.Text, "who has it: the name, or the person id if it was erased", row => row.Person),
        new("team", CellKind.Text, "its own team, else the project's", row => row.Team),
        new("milestone", CellKind.Text, "what it is planned for", row => row.State.Milestone?.Name),
        new("due", CellKind.Date, "the last day, included", row => row.State.Due),
        new("created", CellKind.Time, "when it came to be", row => row.Standing.Created),
        new("completed", CellKind.Time, "when it became done; null unless it is done now", row => row.Standing.Completed),
        new("blockedSince", CellKind.Time, "since when it waits", row => row.Standing.BlockedSince),
        new("ageSeconds", CellKind.Number, "how long it has been there; null unless it is open", row => row.Standing.Age(row.Now) is { } age ? Math.Round(Math.Max(0, age.TotalSeconds)) : null),
    ];

    private readonly DateTimeOffset _now = new(now);

    /// <summary>The tasks themselves, by project and key; of more than <see cref="MostRows"/> the first.</summary>
    public async Task<RowPage> ListAsync(Func<IEnumerable<string?>, Task<IReadOnlyDictionary<string, string>>> namesOf, CancellationToken cancellationToken)
    {
        var most = query.Limit ?? MostRows;
        var (begin, end) = (QuerySpans.BeginOf(query, query.Span, now, DateTime.MinValue), QuerySpans.EndOf(query.Span, now));
        var listed = new List<ListedTask>();
        await EachAsync(
            task =>
            {
                if (!IsListed(task.State, task.Standing, begin, end)) return;
                lock (listed)
                {
                    listed.Add(task);

                    // Of many no more than the first are held.
                    if (listed.Count >= 2 * Math.Max(most, MostRows)) Keep();
                }
            },
            cancellationToken);
        Keep();
        var rows = listed;
        var names = await namesOf(rows.Select(row => row.State.Assignee));
        return RowPage.Of(Columns, rows.Select(row => row with { Person = row.State.Assignee is { } id ? names.GetValueOrDefault(id, id) : null }), continuation: null);

        void Keep()
        {
            listed.Sort((one, other) => string.CompareOrdinal(one.Project, other.Project) is var order && order != 0 ? order : string.CompareOrdinal(one.Key, other.Key));
            if (listed.Count > most) listed.RemoveRange(most, listed.Count - most);
        }
    }

    /// <summary>Values of groups: how many are overdue, or how long they have been there or waited.</summary>
    public async Task<IReadOnlyList<QueryValue>> ValuesAsync(CancellationToken cancellationToken)
    {
        var groups = new Dictionary<string, List<double>>(StringComparer.Ordinal);
        if (query.By is null) groups[""] = [];
        await EachAsync(
            task =>
            {
                if (Measured(task) is not { } value) return;
                var group = CounterReader.GroupOf(task.Stored, task.Team is { } team ? Label.Of(team) : "", task.Key, task.State, query.By);
                lock (groups)
                {
                    if (!groups.TryGetValue(group, out var values)) groups[group] = values = [];
                    values.Add(value);
                }
            },
            cancellationToken);
        return [.. groups.Select(group => new QueryValue(group.Key, null, now, query.Metric == QueryMetric.OverdueTasks ? group.Value.Count : OneOf(group.Value), null))];
    }

    private double? Measured(ListedTask task) => !asked.Lets(QueryField.Status, task.Standing.Status is { } status ? Label.Of(status) : null) ? null : query.Metric switch
    {
        QueryMetric.OverdueTasks => IsOverdue(task.State, task.Standing) ? 1 : null,
        QueryMetric.TaskAge => task.Standing.Age(_now) is { } age ? Math.Max(0, age.TotalSeconds) : null,
        _ => task.Standing.IsBlocked ? Math.Max(0, task.Standing.TimeBlocked(_now).TotalSeconds) : null,
    };

    private double? OneOf(List<double> values)
    {
        if (values.Count == 0) return null;
        values.Sort();
        return query.Aggregation switch
        {
            QueryAggregation.Min => values[0],
            QueryAggregation.Max => values[^1],
            _ when MetricFormula.Quantile(query.Aggregation) is { } quantile => values[(int)Math.Ceiling(quantile * values.Count) - 1],
            _ => values.Average(),
        };
    }

    private bool IsListed(TaskState state, TaskStanding standing, DateTime begin, DateTime end) => query.Metric switch
    {
        QueryMetric.BlockedTasks => standing.IsBlocked,
        QueryMetric.OverdueTasks => IsOverdue(state, standing),
        QueryMetric.Created => IsWithin(state, Measure.Created, begin, end),
        QueryMetric.Completed => IsWithin(state, Measure.Completed, begin, end),
        _ => MetricFormula.Categories(query.Metric).Contains(standing.Category),
    } && asked.Lets(QueryField.Status, standing.Status is { } status ? Label.Of(status) : null);

    /// <summary>Whether it happened within whole hours, as when it is counted.</summary>
    private bool IsWithin(TaskState state, Measure measure, DateTime begin, DateTime end)
    {
        var (first, last) = (begin.Ticks / TimeSpan.TicksPerHour, end >= now ? long.MaxValue : end.Ticks / TimeSpan.TicksPerHour);
        return state.Changes().Measures.Any(one => one.Measure == measure && one.Hour >= first && one.Hour < last);
    }

    private bool IsOverdue(TaskState state, TaskStanding standing) => standing.IsOpen && state.Due < DateOnly.FromDateTime(now);

    private Task EachAsync(Action<ListedTask> work, CancellationToken cancellationToken) => new ProjectReader(table, plan, asked).EachAsync(
        async (project, stopping) =>
        {
            if (!asked.MayLetTasksOf(project.Key, project.State.Team, project.Summary)) return;
            await foreach (var (key, state) in table.TasksAsync(project.Key, after: null, stopping))
            {
                var team = state.Team ?? project.State.Team;
                if (state.Exists && asked.Lets(project.Key, team is null ? null : Label.Of(team), key, state)) work(new ListedTask(project, key, state, team, _now));
            }
        },
        cancellationToken);

    private sealed record ListedTask(StoredProject Stored, string Key, TaskState State, string? Team, DateTimeOffset Now)
    {
        public string Project => Stored.Key;

        public TaskStanding Standing { get; } = State.Standing();

        public string? Person { get; init; }
    }
}
