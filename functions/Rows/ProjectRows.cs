using System.Runtime.CompilerServices;
using ShitOps.Aggregation;
using ShitOps.Events;
using ShitOps.People;
using ShitOps.Projects;
using ShitOps.Storage;
using ShitOps.Security;

namespace ShitOps.Rows;

/// <summary>A row for each project: what is known of it, and the sums over its tasks.</summary>
public sealed class ProjectRows(LiveAggregates aggregates, PersonNames people, TimeProvider time)
{
    private const string Path = "rows/projects";

    private static readonly Column<ProjectRow>[] Columns =
    [
        new("project", CellKind.Text, "the project, as events name it", row => row.Project.Key),
        new("name", CellKind.Text, "the name that people read; `project`, if none was stated", row => row.State.Name ?? row.Project.Key),
        new("team", CellKind.Text, "the team that has it", row => row.State.Team),
        new("owner", CellKind.Text, "who answers for it: the name, or the person id if it was erased", row => row.Owner),
        new("ownerId", CellKind.Text, "the owner's person id", row => row.State.Owner),
        new("status", CellKind.Text, "its status in the tracker's word", row => row.State.Status?.Name),
        new("category", CellKind.Text, "what the status means: `todo`, `in-progress`, `blocked`, `done` or `cancelled`", row => row.State.Status?.Category.Word()),
        new("start", CellKind.Date, "the first planned day", row => row.State.Start),
        new("due", CellKind.Date, "the last day, included", row => row.State.Due),
        new("tasksCreated", CellKind.Integer, "tasks that came to be and are not deleted", row => row.Totals[Measure.Created]),
        .. CounterColumns.Tasks<ProjectRow>(row => row.Totals),
        .. CounterColumns.Effort<ProjectRow>(row => row.Totals),
        .. CounterColumns.Flow<ProjectRow>(row => row.Totals),
        new("allocations", CellKind.Integer, "allocations in force today (UTC)", row => (long)row.InForce.Count),
        new("allocatedHoursPerWeek", CellKind.Number, "their hours a week together", row => EffortHours.ToHours(row.InForce.Sum(terms => terms.MilliHoursPerWeek))),
        new("resources", CellKind.Integer, "people and other resources with an allocation in force", row => (long)row.InForce.Select(terms => terms.Resource).Distinct().Count()),
        new("firstStated", CellKind.Time, "time of the earliest event about the project itself", row => row.State.FirstStated),
        new("lastStated", CellKind.Time, "time of the latest event about the project itself", row => row.State.LastStated),
        new("lastWritten", CellKind.Time, "when anything of it, its tasks included, last changed in storage", row => row.Project.LastWritten),
    ];

    /// <summary><c>GET /api/rows/projects</c>.</summary>
    public static RowRoute Route { get; } = new(
        Path,
        "One row a project: slice by slice, and in each by the project.",
        [
            new("project", "only these; unknown ones have no row", MayRepeat: true),
            new("team", "only projects of these teams", MayRepeat: true),
            new("owner", "only projects of these people, by name or person id", MayRepeat: true),
            new("status", "only projects in these statuses, in the tracker's words", MayRepeat: true),
            new("category", "only projects whose status means this: `todo`, `in-progress`, `blocked`, `done` or `cancelled`", MayRepeat: true),
        ],
        Columns);

    /// <summary><c>GET /api/rows/projects/{id}</c>.</summary>
    public static RowRoute OneRoute { get; } = new($"{Path}/{{id}}", "The row of one project.", [], Columns) { IsPaged = false, RequiresKnownProject = true };

    /// <summary>The projects that a query asks for.</summary>
    /// <exception cref="RowProblemException">The query is not right.</exception>
    public async Task<RowPage> ListAsync(RowQuery query, CancellationToken cancellationToken)
    {
        var table = await aggregates.TableAsync(cancellationToken);
        query.Words("category", [.. StatusCategories.Words]);
        var position = RowPosition.Of(query, Route, table.SliceCount);
        var owners = await PersonFilter.OfAsync(query.Values("owner"), people, cancellationToken);
        var now = time.GetUtcNow();
        var page = await RowScan.TakeAsync(
            ProjectsAsync(table, query, position, cancellationToken).Where(project => query.Scope.Sees(project.State.Team)),
            query.Limit,
            project => query.Lets("team", project.State.Team) && owners.Lets(project.State.Owner) && query.Lets("status", project.State.Status?.Name)
                && query.Lets("category", project.State.Status?.Category.Word())
                ? project
                : null,
            last => position.Token(last.Key));
        return await PageAsync(page.Rows, page.Continuation, now, cancellationToken);
    }

    /// <summary>One project.</summary>
    /// <exception cref="RowProblemException">There is none of that name.</exception>
    public async Task<RowPage> OneAsync(string project, Scope scope, CancellationToken cancellationToken)
    {
        var table = await aggregates.TableAsync(cancellationToken);
        var stored = await table.ProjectAsync(project, scope, cancellationToken) ?? throw RowProblemException.UnknownProject(project);
        return await PageAsync([stored], continuation: null, time.GetUtcNow(), cancellationToken);
    }

    private async Task<RowPage> PageAsync(IReadOnlyList<StoredProject> projects, string? continuation, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var names = await people.OfAsync(projects.Select(project => project.State.Owner), cancellationToken);
        return RowPage.Of(Columns, projects.Select(project => new ProjectRow(project, names, now)), continuation);
    }

    private static IAsyncEnumerable<StoredProject> ProjectsAsync(AggregateTable table, RowQuery query, RowPosition position, CancellationToken cancellationToken)
    {
        if (query.Values("project") is not { Count: > 0 } projects) return table.AllProjectsAsync(position.After?[0], query.MostNeeded("project"), cancellationToken);
        return ReadAhead.OfAsync(projects.Where(position.IsBefore).Order(StringComparer.Ordinal).ToAsyncEnumerable(), OfAsync, cancellationToken);

        async IAsyncEnumerable<StoredProject> OfAsync(string name, [EnumeratorCancellation] CancellationToken stopping)
        {
            if (await table.ProjectAsync(name, stopping) is { } project) yield return project;
        }
    }

    private sealed class ProjectRow(StoredProject project, IReadOnlyDictionary<string, string> names, DateTimeOffset now)
    {
        public StoredProject Project => project;

        public ProjectState State => project.State;

        public Counters Totals => project.Summary.Totals;

        public string? Owner => State.Owner is { } id ? names.GetValueOrDefault(id, id) : null;

        public IReadOnlyList<AllocationTerms> InForce { get; } = [.. project.State.Allocations.Where(one => one.Value.IsInForce(now)).Select(one => one.Value.Terms!)];
    }
}
