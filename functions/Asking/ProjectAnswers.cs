using ShitOps.Aggregation;
using ShitOps.Events;
using ShitOps.Planning;
using ShitOps.Projects;
using ShitOps.Rows;

namespace ShitOps.Asking;

/// <summary>Answers that are made of projects one by one: projects, what is due, people, and allocations.</summary>
internal sealed class ProjectAnswers(AggregateTable table, Query query, QueryPlan plan, AskedFor asked, DateTime now)
{
    private static readonly Column<ListedProject>[] ProjectColumns =
    [
        new("project", CellKind.Text, "its key", row => row.Stored.Key),
        new("name", CellKind.Text, "the name that people read", row => row.Stored.State.Name ?? row.Stored.Key),
        new("team", CellKind.Text, "the team that has it", row => row.Stored.State.Team),
        new("person", CellKind.Text, "who answers for it: the name, or the person id if it was erased", row => row.Owner),
        new("status", CellKind.Text, "its status in the tracker's word", row => row.Stored.State.Status?.Name),
        new("category", CellKind.Text, "what the status means", row => row.Stored.State.Status?.Category.Word()),
        new("start", CellKind.Date, "the first planned day", row => row.Stored.State.Start),
        new("due", CellKind.Date, "the last day, included", row => row.Stored.State.Due),
        .. CounterColumns.Tasks<ListedProject>(row => row.Stored.Summary.Totals),
        .. CounterColumns.Effort<ListedProject>(row => row.Stored.Summary.Totals),
    ];

    private static readonly Column<(string Project, DateOnly Due)>[] DueColumns =
    [
        new("project", CellKind.Text, "the project's key", row => row.Project),
        new(AnswerRows.Value, CellKind.Date, "the last day, included", row => row.Due),
    ];

    private static readonly Column<KeyValuePair<string, Load>>[] PeopleColumns =
    [
        new("person", CellKind.Text, "the name, or the person id if it was erased", row => row.Value.Name ?? row.Key),
        new("projects", CellKind.Integer, "projects in which it has a task, or an allocation in force", row => row.Value.Projects),
        new("tasksOpen", CellKind.Integer, "tasks neither done nor cancelled", row => row.Value.Open),
        new("allocatedHoursPerWeek", CellKind.Number, "hours a week of allocations in force", row => EffortHours.ToHours(row.Value.MilliHoursPerWeek)),
    ];

    private readonly DateOnly _today = DateOnly.FromDateTime(now);

    /// <summary>The rows.</summary>
    /// <param name="namesOf">Finds the names of person ids.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<RowPage> RowsAsync(Func<IEnumerable<string?>, Task<IReadOnlyDictionary<string, string>>> namesOf, CancellationToken cancellationToken)
    {
        switch (query.Metric)
        {
            case QueryMetric.People:
                return await PeopleAsync(namesOf, cancellationToken);
            case QueryMetric.AllocatedHours:
                var hours = await AllocatedAsync(cancellationToken);
                return AnswerRows.Of(query, hours, query.By == QueryField.Person ? await namesOf(hours.Select(one => one.Group)) : NoNames);
        }

        var projects = await ProjectsAsync(cancellationToken);
        if (query.Aggregation == QueryAggregation.List)
        {
            var rows = projects.Take(query.Limit ?? TaskAnswers.MostRows).ToList();
            var owners = await namesOf(rows.Select(project => project.State.Owner));
            return RowPage.Of(ProjectColumns, rows.Select(project => new ListedProject(project, project.State.Owner is { } id ? owners.GetValueOrDefault(id, id) : null)), continuation: null);
        }

        if (query is { Metric: QueryMetric.DueDate, Aggregation: QueryAggregation.Natural, By: null })
            return RowPage.Of(DueColumns, projects.Select(project => (project.Key, Due: project.State.Due!.Value)).OrderBy(one => one.Due).ThenBy(one => one.Key, StringComparer.Ordinal), continuation: null);
        var values = projects.GroupBy(GroupOf, StringComparer.Ordinal).Select(group => new QueryValue(group.Key, null, now, ValueOf([.. group]), null)).ToList();
        if (query.By is null && values.Count == 0) values.Add(new QueryValue("", null, now, query.Metric == QueryMetric.DueDate ? null : 0, null));
        return AnswerRows.Of(query, values, query.By == QueryField.Person ? await namesOf(values.Select(value => value.Group)) : NoNames);
    }

    private static IReadOnlyDictionary<string, string> NoNames { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The projects that are asked for, by their keys.</summary>
    private async Task<List<StoredProject>> ProjectsAsync(CancellationToken cancellationToken)
    {
        List<StoredProject> found = [];
        await new ProjectReader(table, plan, asked).EachAsync(
            (project, _) =>
            {
                if (IsAskedFor(project))
                    lock (found) found.Add(project);
                return ValueTask.CompletedTask;
            },
            cancellationToken);
        return [.. found.OrderBy(project => project.Key, StringComparer.Ordinal)];
    }

    private bool IsAskedFor(StoredProject project)
    {
        var state = project.State;
        if (!asked.Lets(QueryField.Team, LabelOf(state.Team)) || !asked.Lets(QueryField.Person, state.Owner) || !asked.Lets(QueryField.Status, LabelOf(state.Status?.Name))) return false;
        return query.Metric switch
        {
            QueryMetric.OverdueProjects => state.Due < _today && state.Status is not { Category: StatusCategory.Done or StatusCategory.Cancelled },
            QueryMetric.DueDate => state.Due is { } due && query.Span is var span && !(due < span?.From?.Day) && !(due > span?.To?.Day),
            _ => true,
        };
    }

    private string GroupOf(StoredProject project) => query.By switch
    {
        QueryField.Project => project.Key,
        QueryField.Team => LabelOf(project.State.Team),
        QueryField.Person => project.State.Owner ?? "",
        QueryField.Status => LabelOf(project.State.Status?.Name),
        QueryField.Category => project.State.Status?.Category.Word() ?? "",
        _ => "",
    };

    private double? ValueOf(List<StoredProject> projects)
    {
        if (query.Metric != QueryMetric.DueDate) return projects.Count;
        var days = projects.Select(project => project.State.Due!.Value);

        // The end of the day, as the metric has it.
        var day = query.Aggregation == QueryAggregation.Max ? days.Max() : days.Min();
        return (day.ToDateTime(TimeOnly.MinValue) - DateTime.UnixEpoch).TotalSeconds + TimeSpan.SecondsPerDay;
    }

    private async Task<RowPage> PeopleAsync(Func<IEnumerable<string?>, Task<IReadOnlyDictionary<string, string>>> namesOf, CancellationToken cancellationToken)
    {
        var loads = new Dictionary<string, Load>(StringComparer.Ordinal);
        var ofProjects = new Dictionary<string, int>(StringComparer.Ordinal);
        await new ProjectReader(table, plan, asked).EachAsync(
            async (project, stopping) =>
            {
                var here = await OfProjectAsync(project, stopping);
                lock (loads)
                {
                    if (here.Count > 0) ofProjects[project.Key] = here.Count;
                    foreach (var (person, load) in here)
                    {
                        if (!loads.TryGetValue(person, out var sum)) loads[person] = sum = new Load();
                        sum.Add(load);
                    }
                }
            },
            cancellationToken);
        if (query.Aggregation != QueryAggregation.List)
        {
            IEnumerable<QueryValue> values = query.By == QueryField.Project
                ? ofProjects.Select(project => new QueryValue(project.Key, null, now, project.Value, null))
                : [new QueryValue("", null, now, loads.Count, null)];
            return AnswerRows.Of(query, values, NoNames);
        }

        var names = await namesOf(loads.Keys);
        foreach (var (person, load) in loads) load.Name = names.GetValueOrDefault(person);
        return RowPage.Of(PeopleColumns, loads.OrderBy(load => load.Value.Name ?? load.Key, StringComparer.Ordinal).Take(query.Limit ?? TaskAnswers.MostRows), continuation: null);
    }

    private async ValueTask<Dictionary<string, Load>> OfProjectAsync(StoredProject project, CancellationToken cancellationToken)
    {
        var here = new Dictionary<string, Load>(StringComparer.Ordinal);
        if (plan.Source == PlanSource.Sums && project.Summary.Assignees.Others.IsZero)
        {
            foreach (var (person, levels) in project.Summary.Assignees.Counted)
                if (levels.Tasks > 0) LoadOf(person).Open += levels.Open;
        }
        else if (!project.Summary.Totals.IsZero)
        {
            await foreach (var (_, state) in table.TasksAsync(project.Key, after: null, cancellationToken))
                if (state is { Exists: true, Assignee: { } person }) LoadOf(Label.Of(person)).Open += state.Standing().IsOpen ? 1 : 0;
        }

        foreach (var (_, allocation) in project.State.Allocations)
            if (allocation.IsInForce(new DateTimeOffset(now))) LoadOf(allocation.Terms!.Resource).MilliHoursPerWeek += allocation.Terms.MilliHoursPerWeek;
        foreach (var load in here.Values) load.Projects = 1;
        return here;

        Load LoadOf(string person)
        {
            if (!here.TryGetValue(person, out var load)) here[person] = load = new Load();
            return load;
        }
    }

    private async Task<List<QueryValue>> AllocatedAsync(CancellationToken cancellationToken)
    {
        var groups = new Dictionary<string, List<Allocation>>(StringComparer.Ordinal);
        if (query.By is null) groups[""] = [];
        await new ProjectReader(table, plan, asked).EachAsync(
            (project, _) =>
            {
                if (!asked.Lets(QueryField.Team, LabelOf(project.State.Team))) return ValueTask.CompletedTask;
                lock (groups)
                {
                    foreach (var (_, allocation) in project.State.Allocations)
                    {
                        if (allocation.Terms is not { } terms || !asked.Lets(QueryField.Person, terms.Resource)) continue;
                        var group = query.By == QueryField.Person ? terms.Resource : GroupOf(project);
                        if (!groups.TryGetValue(group, out var all)) groups[group] = all = [];
                        all.Add(allocation);
                    }
                }

                return ValueTask.CompletedTask;
            },
            cancellationToken);
        var first = QuerySpans.BeginOf(query, query.Span, now, DateTime.UnixEpoch);
        var ends = query.Step is { } step ? MeasuredGroups.Steps(step, first, QuerySpans.EndOf(query.Span, now)) : null;
        if (ends is not null) MeasuredGroups.CheckValues(groups.Count, ends.Count);
        List<QueryValue> values = [];
        foreach (var (group, allocations) in groups)
        {
            if (ends is null)
            {
                values.Add(new QueryValue(group, null, QuerySpans.EndOf(query.Span, now), Over(query.Span), query.Versus is { } versus ? Over(versus) : null));
                continue;
            }

            var begin = first;
            foreach (var end in ends)
            {
                values.Add(new QueryValue(group, begin, end, OfSpan(allocations, begin, end, cancellationToken), null));
                begin = end;
            }

            double? Over(QuerySpan? span) => OfSpan(allocations, QuerySpans.BeginOf(query, span, now, DateTime.UnixEpoch), QuerySpans.EndOf(span, now), cancellationToken);
        }

        return [.. values.GroupBy(value => value.Group, StringComparer.Ordinal).Where(group => group.Key.Length == 0 || group.Any(value => value.Value > 0 || value.Versus > 0)).SelectMany(group => group)];
    }

    /// <summary>Hours a week at the end of a span, or the mean, least or greatest at the ends of its days.</summary>
    private double OfSpan(List<Allocation> allocations, DateTime begin, DateTime end, CancellationToken cancellationToken)
    {
        if (query.Aggregation == QueryAggregation.Natural) return At(end);
        var ends = QuerySpans.StepEnds(QueryStep.Day, begin, end).Select(At);
        return query.Aggregation switch { QueryAggregation.Min => ends.Min(), QueryAggregation.Max => ends.Max(), _ => ends.Average() };

        // The end of a day is of that day.
        double At(DateTime at)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return EffortHours.ToHours(allocations.Where(one => one.IsInForce(new DateTimeOffset(at < now ? at.AddTicks(-1) : at))).Sum(one => one.Terms!.MilliHoursPerWeek));
        }
    }

    private static string LabelOf(string? name) => name is null ? "" : Label.Of(name);

    private sealed record ListedProject(StoredProject Stored, string? Owner);

    private sealed class Load
    {
        public string? Name { get; set; }

        public long Projects { get; set; }

        public long Open { get; set; }

        public long MilliHoursPerWeek { get; set; }

        public void Add(Load other)
        {
            Projects += other.Projects;
            Open += other.Open;
            MilliHoursPerWeek += other.MilliHoursPerWeek;
        }
    }
}
