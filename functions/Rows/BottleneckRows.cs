using System.Globalization;
using ShitOps.Aggregation;
using ShitOps.Forecasting;
using ShitOps.People;
using ShitOps.Projects;
using ShitOps.Security;
using ShitOps.Wording;

namespace ShitOps.Rows;

/// <summary>A row for each bottleneck of the latest forecasts, and for each person who is allocated for more than a week has, over all projects.</summary>
public sealed class BottleneckRows(LiveAggregates aggregates, ProjectOutlooks outlooks, PersonNames people, TimeProvider time)
{
    private const int Order = 1;
    private const double HoursOfAWeek = 40;
    private const string Allocation = "allocation";

    private static readonly string[] Kinds = ["status", "resource", "team", "stalled-status", "stalled-resource", "stalled-team", Allocation];

    private static readonly Column<Row>[] Columns =
    [
        new("project", CellKind.Text, "the project; null: it is about all of them", row => row.Project),
        new("kind", CellKind.Text, "what it is: `status`, a queue; `resource`, a person; `team`; one of these with `stalled-` before it, if next to nothing leaves it: at its pace it would take more than three years; or `allocation`, a person who is allocated for more than 40 hours a week over all projects", row => row.Kind),
        new("name", CellKind.Text, "the tracker's word of the status, the person, or the team", row => row.Name),
        new("score", CellKind.Number, "0 to 100: the share of the time until the backlog is done, at odds of 85%, that it would save to widen it; of what is stalled the share of open tasks that wait there, times the half's age over 12 weeks if that is less; of an allocation the share of its hours beyond 40", row => row.Score),
        new("why", CellKind.Text, "the reason, as a sentence", row => row.Why),
        new("tasks", CellKind.Integer, "open tasks that wait there", row => row.Of is { } of ? (long)of.Tasks : null),
        new("inflowRatio", CellKind.Number, "tasks that came in over tasks that left, in 12 weeks: above 1 the queue grows; null: none left", row => row.Of?.InflowRatio),
        new("utilisation", CellKind.Number, "of an allocation its hours over 40: above 1 it is too much", row => row.Utilisation),
        new("growthPerWeek", CellKind.Number, "how much longer the queue became in a week, the mean of 12", row => row.Of?.GrowthPerWeek),
        new("leftPerWeek", CellKind.Number, "tasks that left in a week, the mean of 12", row => row.Of?.LeftPerWeek),
        new("ageDays", CellKind.Number, "how long half of the tasks have waited there at least: in the status, or since they came to be", row => row.Of?.AgeDays),
        new("blocked", CellKind.Integer, "how many of them are blocked", row => row.Of is { } of ? (long)of.Blocked : null),
        new("blockedDays", CellKind.Number, "how long those have been so, in days together", row => row.Of?.BlockedDays),
        new("gainDays", CellKind.Number, "how many days earlier the backlog is done at odds of 85% with one more person in the status, a second person who does as much as this one, or a team of twice the size; of what is stalled 0", row => row.Of?.GainDays),
        new("cutoff", CellKind.Time, "what lies before it was known", row => row.Cutoff),
    ];

    /// <summary><c>GET /api/rows/bottlenecks</c>.</summary>
    public static RowRoute Route { get; } = new(
        "rows/bottlenecks",
        "One row a bottleneck of any project, and one a person who is allocated for more than a week has, the worst first.",
        [
            new("project", "only of these projects", MayRepeat: true),
            new("kind", "only these: `status`, `resource`, `team`, each with or without `stalled-` before it, or `allocation`", MayRepeat: true),
            new("team", "only of projects of these teams, or these teams themselves", MayRepeat: true),
            new("person", "only these people, by name or person id", MayRepeat: true),
            new("status", "only these statuses, in the tracker's words", MayRepeat: true),
        ],
        Columns);

    /// <summary>The bottlenecks that a query asks for.</summary>
    /// <exception cref="RowProblemException">The query is not right.</exception>
    public async Task<RowPage> ListAsync(RowQuery query, CancellationToken cancellationToken)
    {
        var (position, kinds) = (RowPosition.Of(query, Route, Order), query.Words("kind", Kinds));
        var persons = await PersonFilter.OfAsync(query.Values("person"), people, cancellationToken);
        var found = new Dictionary<string, Row>(StringComparer.Ordinal);
        await foreach (var outlook in outlooks.OfAsync(query.Values("project"), query.Scope, after: null, cancellationToken))
        {
            var latest = outlook.Latest;
            foreach (var one in latest.Bottlenecks)
            {
                var row = new Row(latest.Forecast.Project, one.KindName, one.Name, one.Score, null, latest.Forecast.Cutoff, one);
                if (query.Lets("team", latest.Team) || (one.Kind == BottleneckKind.Team && query.Lets("team", one.Name))) Add(row);
            }
        }

        // Who is allocated for too much is so over all projects, whichever are asked for.
        if (query.Values("project").Count == 0 && query.Values("team").Count == 0 && (kinds.Count == 0 || kinds.Contains(Allocation)))
            foreach (var row in await AllocationsAsync(query.Scope, cancellationToken)) Add(row);

        var page = await RowScan.OfSumsAsync(found, position, query.Limit, (_, row) => row);
        var names = await people.OfAsync(page.Rows.Where(row => row.IsPerson).Select(row => row.Name), cancellationToken);
        return RowPage.Of(Columns, page.Rows.Select(row => row.IsPerson ? row with { Name = names.GetValueOrDefault(row.Name, row.Name) } : row), page.Continuation);

        void Add(Row row)
        {
            if (kinds.Count > 0 && !kinds.Contains(row.Kind)) return;
            if (query.Values("person").Count > 0 && !(row.IsPerson && persons.Lets(row.Name))) return;
            if (query.Values("status").Count > 0 && !(row.Of?.Kind == BottleneckKind.Status && query.Lets("status", row.Name))) return;
            found[row.Place] = row;
        }
    }

    /// <summary>People whose allocations in force are more than a week has.</summary>
    private async Task<IEnumerable<Row>> AllocationsAsync(Scope scope, CancellationToken cancellationToken)
    {
        var (table, now) = (await aggregates.TableAsync(cancellationToken), time.GetUtcNow());
        var parts = new Dictionary<string, SortedDictionary<string, long>>(StringComparer.Ordinal);
        foreach (var slice in await FleetScan.OfAsync(table, InForceAsync, cancellationToken))
            foreach (var (resource, project, milliHours) in slice)
            {
                if (!parts.TryGetValue(resource, out var projects)) parts.Add(resource, projects = new SortedDictionary<string, long>(StringComparer.Ordinal));
                projects[project] = projects.GetValueOrDefault(project) + milliHours;
            }

        return parts.Select(one => (Resource: one.Key, Projects: one.Value, Hours: EffortHours.ToHours(one.Value.Values.Sum()))).Where(one => one.Hours > HoursOfAWeek)
            .Select(one => new Row(null, Allocation, one.Resource, Math.Round(100 * (one.Hours - HoursOfAWeek) / one.Hours, 2), Math.Round(one.Hours / HoursOfAWeek, 3), now, null)
            {
                Load = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{one.Hours:0.#} hours a week are allocated in {Quantity.Of(one.Projects.Count, "project")} ({string.Join(", ", one.Projects.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Key} {EffortHours.ToHours(part.Value):0.#}")))}), {one.Hours - HoursOfAWeek:0.#} more than the {HoursOfAWeek:0} of a week."),
            });

        async Task<List<(string Resource, string Project, long MilliHours)>> InForceAsync(SliceId slice, CancellationToken stopping)
        {
            List<(string, string, long)> here = [];
            await foreach (var project in table.ProjectsAsync(slice, after: null, stopping).Where(project => scope.Sees(project.State.Team)))
                here.AddRange(project.State.Allocations.Where(one => one.Value.IsInForce(now)).Select(one => (one.Value.Terms!.Resource, project.Key, one.Value.Terms.MilliHoursPerWeek)));
            return here;
        }
    }

    /// <param name="Name">The person id until the name is found.</param>
    private sealed record Row(string? Project, string Kind, string Name, double Score, double? Utilisation, DateTimeOffset Cutoff, Bottleneck? Of)
    {
        /// <summary>What is allocated, without the name.</summary>
        public string? Load { get; init; }

        public bool IsPerson => Of?.Kind == BottleneckKind.Resource || Kind == Allocation;

        public string Why => Of?.Sentence(Name) ?? $"{Name}: {Load}";

        /// <summary>By which rows are in order, the greatest score first.</summary>
        public string Place => string.Create(CultureInfo.InvariantCulture, $"{10_000 - (int)Math.Round(100 * Score):D5}\n{Project}\n{Kind}\n{Name}");
    }
}
