using ShitOps.Aggregation;
using ShitOps.People;
using ShitOps.Projects;

namespace ShitOps.Rows;

/// <summary>A row for each person or other resource: the tasks that are assigned to it, and what is allocated of it now, over all projects or some.</summary>
public sealed class ResourceRows(LiveAggregates aggregates, PersonNames people, TimeProvider time)
{
    /// <summary>Stands for all people beyond those that a project counts one by one. It sorts behind every id.</summary>
    private const string Others = "\uffff";

    private const string NameOfOthers = "(others, beyond the number that a project counts one by one)";

    private static readonly Column<ResourceRow>[] Columns =
    [
        new("resource", CellKind.Text, "the name, or the person id if it was erased", row => row.Name),
        new("resourceId", CellKind.Text, "the person id", row => row.Load.Id == Others ? null : row.Load.Id),
        .. CounterColumns.Tasks<ResourceRow>(row => row.Load.Levels),
        .. CounterColumns.Effort<ResourceRow>(row => row.Load.Levels),
        new("projects", CellKind.Integer, "projects in which it has a task, or an allocation in force", row => row.Load.Projects),
        new("allocations", CellKind.Integer, "allocations in force today (UTC)", row => row.Load.Allocations),
        new("allocatedHoursPerWeek", CellKind.Number, "their hours a week together", row => EffortHours.ToHours(row.Load.MilliHoursPerWeek)),
    ];

    /// <summary><c>GET /api/rows/resources</c>.</summary>
    public static RowRoute Route { get; } = new(
        "rows/resources",
        "One row a person or other resource that has a task or an allocation in force, by the person id.",
        [
            new("project", "counts in these projects only", MayRepeat: true),
            new("resource", "only these people or other resources, by name or person id", MayRepeat: true),
        ],
        Columns) { RequiresKnownProject = true };

    /// <summary>The resources that a query asks for.</summary>
    /// <exception cref="RowProblemException">The query is not right, or there is no such project.</exception>
    public async Task<RowPage> ListAsync(RowQuery query, CancellationToken cancellationToken)
    {
        var table = await aggregates.TableAsync(cancellationToken);
        var position = RowPosition.Of(query, Route, table.SliceCount);
        var filter = await PersonFilter.OfAsync(query.Values("resource"), people, cancellationToken);
        var now = time.GetUtcNow();
        var loads = new Dictionary<string, Load>(StringComparer.Ordinal);
        if (query.Values("project") is { Count: > 0 } projects)
        {
            foreach (var project in projects)
                Add(loads, await table.ProjectAsync(project, query.Scope, cancellationToken) ?? throw RowProblemException.UnknownProject(project), now);
        }
        else
        {
            // Each slice by itself, so that none of its projects has to be kept.
            foreach (var slice in await FleetScan.OfAsync(table, SliceAsync, cancellationToken))
                foreach (var load in slice.Values) LoadOf(loads, load.Id).Add(load);
        }

        var page = await RowScan.OfSumsAsync(loads.Where(load => filter.Lets(load.Key)), position, query.Limit, (_, load) => load);
        var names = await people.OfAsync(page.Rows.Select(load => load.Id).Where(id => id != Others), cancellationToken);
        return RowPage.Of(Columns, page.Rows.Select(load => new ResourceRow(load, load.Id == Others ? NameOfOthers : names.GetValueOrDefault(load.Id, load.Id))), page.Continuation);

        async Task<Dictionary<string, Load>> SliceAsync(SliceId slice, CancellationToken stopping)
        {
            var here = new Dictionary<string, Load>(StringComparer.Ordinal);
            await foreach (var project in table.ProjectsAsync(slice, after: null, stopping))
                if (query.Scope.Sees(project.State.Team)) Add(here, project, now);
            return here;
        }
    }

    private static void Add(Dictionary<string, Load> loads, StoredProject project, DateTimeOffset now)
    {
        var here = new HashSet<Load>();
        foreach (var (person, levels) in project.Summary.Assignees.Counted)
        {
            var load = LoadOf(loads, person);
            load.Levels.Add(levels);
            here.Add(load);
        }

        if (!project.Summary.Assignees.Others.IsZero)
        {
            var others = LoadOf(loads, Others);
            others.Levels.Add(project.Summary.Assignees.Others);
            here.Add(others);
        }

        foreach (var (_, allocation) in project.State.Allocations)
        {
            if (!allocation.IsInForce(now)) continue;
            var load = LoadOf(loads, allocation.Terms!.Resource);
            load.Allocations++;
            load.MilliHoursPerWeek += allocation.Terms.MilliHoursPerWeek;
            here.Add(load);
        }

        foreach (var load in here) load.Projects++;
    }

    private static Load LoadOf(Dictionary<string, Load> loads, string id)
    {
        if (!loads.TryGetValue(id, out var load)) loads.Add(id, load = new Load(id));
        return load;
    }

    private sealed class Load(string id)
    {
        public string Id => id;

        public Counters Levels { get; } = new(Measures.Levels);

        public long Projects { get; set; }

        public long Allocations { get; set; }

        public long MilliHoursPerWeek { get; set; }

        public void Add(Load other)
        {
            Levels.Add(other.Levels);
            Projects += other.Projects;
            Allocations += other.Allocations;
            MilliHoursPerWeek += other.MilliHoursPerWeek;
        }
    }

    private sealed record ResourceRow(Load Load, string Name);
}
