using ShitOps.Aggregation;
using ShitOps.Planning;
using ShitOps.Projects;

namespace ShitOps.Asking;

/// <summary>
/// Measures what a query about counters of tasks needs: from sums, history or tasks. Where sums or history cannot tell apart what is asked
/// for, the tasks of that project are read instead, so that every way gives the same.
/// </summary>
internal sealed class CounterReader(AggregateTable table, Query query, QueryPlan plan, AskedFor asked, DateTime now)
{
    private readonly Lock _lock = new();
    private readonly MeasuredGroups _groups = new();
    private readonly IReadOnlyList<Events.StatusCategory> _categories = MetricFormula.Categories(query.Metric);
    private readonly bool _isOfStatus = asked.Filters(QueryField.Status) || query.By == QueryField.Status;

    /// <summary>Reads and adds up.</summary>
    public async Task<MeasuredGroups> ReadAsync(CancellationToken cancellationToken)
    {
        if (plan.Source == PlanSource.TeamSums)
        {
            if (await TryTeamsAsync(cancellationToken)) return _groups;

            // Some of its slices count teams together; none of the sums were added yet.
            return await new CounterReader(table, query, plan with { Source = PlanSource.Sums }, asked, now).ReadAsync(cancellationToken);
        }

        await new ProjectReader(table, plan, asked).EachAsync(AddAsync, cancellationToken);
        return _groups;
    }

    private async Task<bool> TryTeamsAsync(CancellationToken cancellationToken)
    {
        var slices = await FleetScan.OfAsync(table, table.TeamsAsync, cancellationToken, plan.Concurrency);
        if (slices.Any(teams => teams.TryGetValue(ProjectSummary.OtherTeams, out var others) && !others.IsZero)) return false;
        foreach (var (team, sums) in slices.SelectMany(teams => teams))
            if (asked.Lets(QueryField.Team, team)) AddNow(query.By == QueryField.Team ? team : "", sums);
        return true;
    }

    private ValueTask AddAsync(StoredProject project, CancellationToken cancellationToken)
    {
        if (!asked.MayLetTasksOf(project.Key, project.State.Team, project.Summary)) return ValueTask.CompletedTask;
        switch (plan.Source)
        {
            case PlanSource.Sums when PartsOf(project) is { } parts:
                lock (_lock)
                {
                    foreach (var (label, sums) in parts)
                        if (SummedBy() is not { } field || asked.Lets(field, label)) AddNow(query.By == SummedBy() && query.By is not null ? label : query.By == QueryField.Project ? project.Key : "", sums);
                }

                return ValueTask.CompletedTask;
            case PlanSource.History when !(asked.Filters(QueryField.Team) || query.By == QueryField.Team) || !HasTeamsOfItsOwn(project):
                return AddHistoryAsync(project, cancellationToken);
            default:
                return AddTasksAsync(project, cancellationToken);
        }
    }

    /// <summary>The one field, beside the project and the category, that the sums are asked by.</summary>
    private QueryField? SummedBy() => query.Filters.Select(filter => filter.Field).Concat(query.By is { } by ? [by] : [])
        .Where(field => field is not (QueryField.Project or QueryField.Category)).Select(field => (QueryField?)field).FirstOrDefault();

    /// <summary>The sums of a project by that field; null: they do not tell all labels apart.</summary>
    private IEnumerable<KeyValuePair<string, Counters>>? PartsOf(StoredProject project)
    {
        var sums = project.Summary;
        return SummedBy() switch
        {
            null => [KeyValuePair.Create("", sums.Totals)],
            QueryField.Status => Told(sums.Statuses, sums.Statuses.Unlabelled),
            QueryField.Person => Told(sums.Assignees, Rest(sums.Assignees)),
            QueryField.Milestone => Told(sums.Milestones, Rest(sums.Milestones)),
            _ => sums.Teams.Others.IsZero ? sums.TeamSums(project.State.Team) : null,
        };

        static IEnumerable<KeyValuePair<string, Counters>>? Told(Breakdown breakdown, Counters unlabelled) =>
            breakdown.Others.IsZero ? breakdown.Counted.Where(one => one.Key.Length > 0).Append(KeyValuePair.Create("", unlabelled)) : null;

        Counters Rest(Breakdown breakdown)
        {
            var rest = new Counters(Measures.Levels);
            rest.Add(sums.Totals);
            foreach (var (_, counted) in breakdown.Counted) rest.Add(counted, -1);
            return rest;
        }
    }

    private static bool HasTeamsOfItsOwn(StoredProject project) => !project.Summary.Teams.Others.IsZero || project.Summary.Teams.Counted.Any(team => team.Key.Length > 0);

    private async ValueTask AddHistoryAsync(StoredProject project, CancellationToken cancellationToken)
    {
        var team = project.State.Team is { } name ? Label.Of(name) : "";
        if (!asked.Lets(QueryField.Team, team)) return;
        var changes = await table.HistoryAsync(project.Key, LastDay(), cancellationToken);
        var group = query.By switch { QueryField.Project => project.Key, QueryField.Team => team, _ => "" };
        lock (_lock)
        {
            if (_isOfStatus) _groups.AddStatuses(changes, word => asked.Lets(QueryField.Status, word), query.By == QueryField.Status ? null : group);
            else if (query.By == QueryField.Category) _groups.AddByCategory(changes, _categories);
            else _groups.Add(group, changes);
        }
    }

    /// <summary>The day up to which history matters.</summary>
    private DateOnly LastDay()
    {
        var end = QuerySpans.EndOf(query.Span, now);
        if (query.Versus is { } versus && QuerySpans.EndOf(versus, now) is var other && other > end) end = other;
        return end >= now ? DateOnly.MaxValue : DateOnly.FromDateTime(end);
    }

    private async ValueTask AddTasksAsync(StoredProject project, CancellationToken cancellationToken)
    {
        await foreach (var (key, state) in table.TasksAsync(project.Key, after: null, cancellationToken))
        {
            var team = (state.Team ?? project.State.Team) is { } name ? Label.Of(name) : "";
            if (!state.Exists || !asked.Lets(project.Key, team, key, state)) continue;
            var changes = state.Changes();
            var parts = _isOfStatus ? TaskStretches.ByStatus(changes).Where(part => asked.Lets(QueryField.Status, part.Key)) : [KeyValuePair.Create("", changes)];
            lock (_lock)
            {
                foreach (var (status, part) in parts)
                {
                    if (query.By == QueryField.Category) AddByCategory(part);
                    else _groups.Add(query.By == QueryField.Status ? status : GroupOf(project, team, key, state, query.By), part);
                }
            }
        }
    }

    private void AddByCategory(HistoryChanges changes)
    {
        foreach (var (category, part) in TaskStretches.ByCategory(changes))
            if (_categories.Any(one => Events.StatusCategories.Word(one) == category)) _groups.Add(category, part);
    }

    private void AddNow(string group, Counters sums)
    {
        if (query.By == QueryField.Category) _groups.AddNowByCategory(sums, _categories);
        else _groups.AddNow(group, sums);
    }

    /// <summary>The group of a task by a field that it has now; empty: it has none.</summary>
    public static string GroupOf(StoredProject project, string team, string task, TaskState state, QueryField? by) => by switch
    {
        QueryField.Project => project.Key,
        QueryField.Team => team,
        QueryField.Person => state.Assignee ?? "",
        QueryField.Type => state.Kind ?? "",
        QueryField.Milestone => state.Milestone is { } milestone ? Label.Of(milestone.Name) : "",
        QueryField.Task => TaskGroup.Of(project.Key, task),
        QueryField.Status => state.Standing().Status is { } status ? Label.Of(status) : "",
        _ => "",
    };
}

/// <summary>A group of one task: its key alone may stand in several projects.</summary>
internal static class TaskGroup
{
    private const char Separator = '\n';

    /// <summary>The group.</summary>
    public static string Of(string project, string task) => $"{project}{Separator}{task}";

    /// <summary>Project and task of a group.</summary>
    public static (string Project, string Task) Parts(string group) => group.Split(Separator, 2) is [var project, var task] ? (project, task) : ("", group);
}
