using System.Runtime.CompilerServices;
using ShitOps.Aggregation;
using ShitOps.Events;
using ShitOps.People;
using ShitOps.Projects;
using ShitOps.Storage;

namespace ShitOps.Rows;

/// <summary>A row for each task that is not deleted, of one project or of all.</summary>
public sealed class TaskRows(LiveAggregates aggregates, PersonNames people, TimeProvider time)
{
    private static readonly Column<TaskRow>[] Columns =
    [
        new("project", CellKind.Text, "its project", row => row.Project.Key),
        new("task", CellKind.Text, "its key", row => row.Key),
        new("title", CellKind.Text, "its title, up to 2,048 characters", row => row.State.Title),
        new("kind", CellKind.Text, "the tracker's kind of issue", row => row.State.Kind),
        new("status", CellKind.Text, "its status in the tracker's word", row => row.Standing.Status),
        new("category", CellKind.Text, "what the status means: `todo` (also as long as none was stated), `in-progress`, `blocked`, `done` or `cancelled`", row => row.Standing.Category.Word()),
        new("priority", CellKind.Text, "the tracker's priority", row => row.State.Priority),
        new("assignee", CellKind.Text, "who has it: the name, or the person id if it was erased", row => row.Assignee),
        new("assigneeId", CellKind.Text, "the assignee's person id", row => row.State.Assignee),
        new("team", CellKind.Text, "its own team, else the project's", row => row.Team),
        new("milestone", CellKind.Text, "the milestone, sprint or version that it is planned for", row => row.State.Milestone?.Name),
        new("milestoneDue", CellKind.Date, "the last day of that", row => row.State.Milestone?.Due),
        new("labels", CellKind.Text, "its labels, separated by commas", row => row.State.Labels is { Count: > 0 } labels ? string.Join(',', labels) : null),
        new("parent", CellKind.Text, "the key of the task that it is a part of", row => row.State.Parent),
        new("due", CellKind.Date, "the last day, included", row => row.State.Due),
        new("open", CellKind.Flag, "whether it is neither done nor cancelled", row => row.Standing.IsOpen),
        new("blocked", CellKind.Flag, "whether it is open and waits, by its status or by a block", row => row.Standing.IsBlocked),
        new("blockedReason", CellKind.Text, "why, as the latest block says", row => row.State.BlockedReason),
        new("blockedSince", CellKind.Time, "since when it waits", row => row.Standing.BlockedSince),
        new("blockedSeconds", CellKind.Number, "how long it has waited, all in all, as of the last whole minute", row => Seconds(row.Blocked)),
        new("created", CellKind.Time, "when it came to be: the earliest time stated about it", row => row.Standing.Created),
        new("started", CellKind.Time, "when it was first in progress", row => row.Standing.Started),
        new("completed", CellKind.Time, "when it became done; null unless it is done now", row => row.Standing.Completed),
        new("categorySince", CellKind.Time, "when it last became what its category says", row => row.Standing.CategorySince),
        new("ageSeconds", CellKind.Number, "how long it has been there as of the last whole minute, never less than 0; null unless it is open", row => Seconds(row.Age)),
        new("leadTimeSeconds", CellKind.Number, "from created to done; null unless it is done", row => Seconds(row.Standing.LeadTime)),
        new("cycleTimeSeconds", CellKind.Number, "from first in progress to done; null unless it is done and had been in progress", row => Seconds(row.Standing.CycleTime)),
        new("reopenings", CellKind.Integer, "times that it became open again after it had been done or cancelled", row => (long)row.Standing.Reopened),
        new("estimateHours", CellKind.Number, "effort as estimated", row => Hours(row.Standing.EstimateMilliHours)),
        new("remainingHours", CellKind.Number, "effort that remains, as stated", row => Hours(row.Standing.RemainingMilliHours)),
        new("spentHours", CellKind.Number, "effort spent", row => Hours(row.Standing.SpentMilliHours)),
        new("lastStated", CellKind.Time, "time of the latest event about it", row => row.State.LastStated),
    ];

    /// <summary><c>GET /api/rows/tasks</c>.</summary>
    public static RowRoute Route { get; } = new(
        "rows/tasks",
        "One row a task, without deleted ones: project by project, and in each by the task.",
        [
            new("project", "only tasks of this project; left out: of all"),
            new("status", "only tasks in these statuses, in the tracker's words", MayRepeat: true),
            new("category", "only tasks whose status means this: `todo`, `in-progress`, `blocked`, `done` or `cancelled`", MayRepeat: true),
            new("assignee", "only tasks of these people, by name or person id", MayRepeat: true),
            new("team", "only tasks of these teams: their own, else the project's", MayRepeat: true),
            new("milestone", "only tasks planned for these", MayRepeat: true),
            new("kind", "only tasks of these kinds", MayRepeat: true),
            new("open", "`true`: only those neither done nor cancelled; `false`: only the others"),
            new("blocked", "`true`: only those that are open and wait; `false`: only the others"),
        ],
        Columns) { RequiresKnownProject = true };

    /// <summary>The tasks that a query asks for.</summary>
    /// <exception cref="RowProblemException">The query is not right, or there is no such project.</exception>
    public async Task<RowPage> ListAsync(RowQuery query, CancellationToken cancellationToken)
    {
        var table = await aggregates.TableAsync(cancellationToken);
        var position = RowPosition.Of(query, Route, table.SliceCount, names: 2);
        var filter = new Filter(query, await PersonFilter.OfAsync(query.Values("assignee"), people, cancellationToken));

        // By the minute, so that for some time the rows of tasks that do not change are the same.
        var now = time.GetUtcNow();
        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMinute));
        var page = await RowScan.TakeAsync(
            TasksAsync(table, query, position.After, filter, cancellationToken),
            query.Limit,
            place => place.Task is { } key && place.State!.Exists && new TaskRow(place.Project, key, place.State, now) is var row && filter.Lets(row) ? row : null,
            last => position.Token(last.Project.Key, last.Task));
        var names = await people.OfAsync(page.Rows.Select(row => row.State.Assignee), cancellationToken);
        foreach (var row in page.Rows)
            if (row.State.Assignee is { } id) row.Assignee = names.GetValueOrDefault(id, id);
        return RowPage.Of(Columns, page.Rows, page.Continuation);
    }

    private static async IAsyncEnumerable<Place> TasksAsync(
        AggregateTable table, RowQuery query, IReadOnlyList<string?>? after, Filter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (only, few) = (query.Value("project"), query.MostNeeded("project"));
        if (after is [{ } project, var task])
        {
            // Without a task the project was passed over as a whole.
            if (task is not null && await table.ProjectAsync(project, query.Scope, cancellationToken) is { } here)
                await foreach (var place in OfAsync(here, task, cancellationToken)) yield return place;
        }
        else if (only is not null)
        {
            var here = await table.ProjectAsync(only, query.Scope, cancellationToken) ?? throw RowProblemException.UnknownProject(only);
            await foreach (var place in OfAsync(here, behind: null, cancellationToken)) yield return place;
        }

        if (only is not null) yield break;
        var rest = table.AllProjectsAsync(after?[0], few, cancellationToken).Where(stored => query.Scope.Sees(stored.State.Team));
        await foreach (var place in ReadAhead.OfAsync(rest, (stored, stopping) => OfAsync(stored, behind: null, stopping), cancellationToken)) yield return place;

        async IAsyncEnumerable<Place> OfAsync(StoredProject stored, string? behind, [EnumeratorCancellation] CancellationToken stopping)
        {
            if (!filter.MayLetAnyOf(stored))
            {
                yield return new Place(stored, null, null);
                yield break;
            }

            await foreach (var (key, state) in table.TasksAsync(stored.Key, behind, stopping, few)) yield return new Place(stored, key, state);
        }
    }

    private static object? Seconds(TimeSpan? duration) => duration is { } known ? Math.Round(known.TotalSeconds, 3) : null;

    private static object? Hours(long? milliHours) => milliHours is { } known ? EffortHours.ToHours(known) : null;

    /// <summary>A task, or with null a project none of whose tasks was read.</summary>
    private readonly record struct Place(StoredProject Project, string? Task, TaskState? State);

    private sealed class Filter(RowQuery query, PersonFilter assignees)
    {
        private readonly IReadOnlyList<string> _categories = query.Words("category", [.. StatusCategories.Words]);
        private readonly bool? _open = query.Flag("open");
        private readonly bool? _blocked = query.Flag("blocked");

        public bool Lets(TaskRow row) =>
            (_open is null || _open == row.Standing.IsOpen)
            && (_blocked is null || _blocked == row.Standing.IsBlocked)
            && query.Lets("category", row.Standing.Category.Word())
            && query.Lets("status", row.Standing.Status)
            && assignees.Lets(row.State.Assignee)
            && query.Lets("team", row.Team)
            && query.Lets("milestone", row.State.Milestone?.Name)
            && query.Lets("kind", row.State.Kind);

        /// <summary>Whether the sums of a project leave it possible: they spare reading the tasks of most projects.</summary>
        public bool MayLetAnyOf(StoredProject project)
        {
            var (totals, teams) = (project.Summary.Totals, query.Values("team"));
            return totals.Tasks > 0
                && (_open is null || (_open.Value ? totals.Open : totals.Tasks - totals.Open) > 0)
                && (_blocked != true || totals[Measure.Blocked] > 0)
                && (_categories.Count == 0 || _categories.Any(word => StatusCategories.TryParse(word, out var category) && totals[Measures.Of(category)] > 0))
                && Counts(project.Summary.Statuses, query.Values("status"))
                && Counts(project.Summary.Milestones, query.Values("milestone"))
                && (assignees.Ids is null || Counts(project.Summary.Assignees, assignees.Ids))
                && (Counts(project.Summary.Teams, teams) || (project.State.Team is { } team && teams.Contains(team)));
        }

        private static bool Counts(Breakdown breakdown, IReadOnlyCollection<string> labels) =>
            labels.Count == 0 || !breakdown.Others.IsZero || labels.Any(label => !breakdown.Of(label).IsZero);
    }

    private sealed class TaskRow(StoredProject project, string key, TaskState state, DateTimeOffset now)
    {
        public StoredProject Project => project;

        public string Key => key;

        public TaskState State => state;

        public TaskStanding Standing { get; } = state.Standing();

        public TimeSpan Blocked => Standing.TimeBlocked(now);

        public TimeSpan? Age => Standing.Age(now) is { } age ? TimeSpan.FromTicks(Math.Max(0, age.Ticks)) : null;

        public string? Team => state.Team ?? project.State.Team;

        /// <summary>The person id until the name is found.</summary>
        public string? Assignee { get; set; } = state.Assignee;
    }
}
