using System.Globalization;

namespace ShitOps.Planning;

/// <summary>A call of <c>/api/rows/…</c> whose rows have the answer of a query, perhaps among others.</summary>
/// <param name="Path">The path with its parameters, percent-encoded.</param>
public sealed record RowsRequest(string Path)
{
    /// <summary>
    /// The calls whose rows have the answer; more than one where the route takes one project only. Names that are left out, days and orders
    /// that the route does not know are applied to the rows by whoever asks. None where history of more than single projects is asked for.
    /// </summary>
    /// <param name="query">A query that can be answered.</param>
    /// <param name="now">When it is asked; UTC.</param>
    public static IReadOnlyList<RowsRequest> Of(Query query, DateTime now)
    {
        var meaning = QueryMetrics.Of(query.Metric);
        switch (query.Metric)
        {
            case QueryMetric.Projects or QueryMetric.OverdueProjects or QueryMetric.DueDate:
                return [Call("projects", Kept(query, "project", "team", ("person", "owner"), "status"))];
            case QueryMetric.People or QueryMetric.AllocatedHours:
                return query.Span is null && query.Step is null && query.Filters.All(filter => filter.Field != QueryField.Team) && query.By != QueryField.Team
                    ? [Call("resources", Kept(query, "project", ("person", "resource")))] : [];
            case QueryMetric.CompletionDate or QueryMetric.ExpectedTasks or QueryMetric.OnTimeProbability:
                return [Call("forecasts", Kept(query, "project", "team"))];
            case QueryMetric.Bottleneck:
                return [Call("bottlenecks", Kept(query, "project", "team", "person", "status"))];
            case QueryMetric.Changes:
                return ByProject(query, "audit", [.. Kept(query, "task", ("person", "actor"), ("change", "type")), .. Ends(query, now)]);
        }

        if (query.Span is null && query.Step is null && meaning.Time != MetricTime.Flow) return ByProject(query, "tasks", [.. Kept(query, "status", ("person", "assignee"), "team", "milestone", ("type", "kind")), .. Sort(query.Metric)]);
        var isOfTasks = query.Aggregation == QueryAggregation.List || query.Filters.Any(filter => !IsPlace(filter.Field)) || (query.By is { } by && !IsPlace(by));
        if (meaning.Time == MetricTime.Flow && isOfTasks) return ByProject(query, "tasks", [.. Kept(query, ("person", "assignee"), "team", "milestone", ("type", "kind")), .. Sort(query.Metric)]);

        // The history is one project's.
        var projects = query.Filters.FirstOrDefault(filter => filter is { Field: QueryField.Project, Excludes: false });
        if (projects is null || query.Filters.Count > 1 || query.Versus is not null || (query.By is not null && query.By != QueryField.Project)) return [];
        if (query.Step is QueryStep.Month or QueryStep.Quarter || query.Aggregation is not (QueryAggregation.Natural or QueryAggregation.Mean or QueryAggregation.Min or QueryAggregation.Max)) return [];
        var step = query.Step is { } stated ? stated == QueryStep.Auto ? "1d" : stated.Word() : "1d";
        return [.. projects.Values.Select(project => Call("history", [("project", project), .. Ends(query, now), ("step", step)]))];
    }

    private static bool IsPlace(QueryField field) => field is QueryField.Project or QueryField.Team;

    private static IEnumerable<(string Name, string Value)> Sort(QueryMetric metric) => metric switch
    {
        QueryMetric.OpenTasks or QueryMetric.TaskAge or QueryMetric.OverdueTasks => [("open", "true")],
        QueryMetric.TodoTasks => [("category", "todo")],
        QueryMetric.InProgressTasks => [("category", "in-progress")],
        QueryMetric.Wip => [("category", "in-progress"), ("category", "blocked")],
        QueryMetric.BlockedTasks or QueryMetric.BlockedTime => [("blocked", "true")],
        QueryMetric.DoneTasks or QueryMetric.Completed or QueryMetric.LeadTime or QueryMetric.CycleTime => [("category", "done")],
        QueryMetric.CancelledTasks => [("category", "cancelled")],
        _ => [],
    };

    private static List<RowsRequest> ByProject(Query query, string route, IReadOnlyList<(string Name, string Value)> parameters)
    {
        var projects = query.Filters.FirstOrDefault(filter => filter is { Field: QueryField.Project, Excludes: false });
        return projects is null ? [Call(route, parameters)] : [.. projects.Values.Select(project => Call(route, [("project", project), .. parameters]))];
    }

    private static IEnumerable<(string Name, string Value)> Ends(Query query, DateTime now)
    {
        if (query.Span is null)
        {
            if (QueryMetrics.Of(query.Metric).DefaultSpan is { } days) yield return ("from", new TimeBound(DateOnly.FromDateTime(now).AddDays(1 - days)).ToString());
            yield break;
        }

        if (query.Span.Value.From is { } from) yield return ("from", Text(from));
        if (query.Span.Value.To is { } to) yield return ("to", Text(to));
    }

    private static string Text(TimeBound bound) => bound.IsDay ? bound.ToString() : bound.Instant.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static List<(string Name, string Value)> Kept(Query query, params ReadOnlySpan<Parameter> parameters)
    {
        var kept = new List<(string, string)>();
        foreach (var parameter in parameters)
        {
            foreach (var filter in query.Filters)
            {
                if (filter.Excludes || filter.Field.Word() != parameter.Field) continue;
                foreach (var value in filter.Values) kept.Add((parameter.Name, value));
            }
        }

        return kept;
    }

    private static RowsRequest Call(string route, IEnumerable<(string Name, string Value)> parameters)
    {
        var query = string.Join('&', parameters.Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value)}"));
        return new RowsRequest(query.Length == 0 ? $"/api/rows/{route}" : $"/api/rows/{route}?{query}");
    }

    private readonly record struct Parameter(string Field, string Name)
    {
        public static implicit operator Parameter(string field) => new(field, field);

        public static implicit operator Parameter((string Field, string Name) pair) => new(pair.Field, pair.Name);
    }
}
