namespace ShitOps.Planning;

/// <summary>Which plans answer a query, by rule. What is cheap is not asked here.</summary>
public static class QueryPlans
{
    /// <summary>The most expressions in PromQL that an answer is put together from.</summary>
    public const int MostExpressions = 400;

    private static readonly int[] Concurrencies = [1, 4, 16];
    private static readonly QueryField[] Summed = [QueryField.Status, QueryField.Person, QueryField.Milestone, QueryField.Team];

    /// <summary>The plans, at least one; the most general first.</summary>
    /// <param name="query">A query that can be answered.</param>
    /// <param name="now">When it is asked; UTC.</param>
    /// <param name="isKept">Whether there is an answer of before; the query has to be settled then.</param>
    /// <param name="hasSeriesAfter">After which day series have a sample for every hour; by default they always have.</param>
    public static IReadOnlyList<QueryPlan> Of(Query query, DateTime now, bool isKept = false, DateOnly hasSeriesAfter = default)
    {
        var isListed = query.Filters.Any(filter => filter is { Field: QueryField.Project, Excludes: false });
        PlanReach[] reaches = isListed ? [PlanReach.All, PlanReach.Listed] : [PlanReach.All];
        var kept = isKept && IsSettled(query, now) ? [new QueryPlan(PlanSource.Kept, reaches[^1], 16)] : Array.Empty<QueryPlan>();
        return [.. kept, .. SourcesOf(query, now, hasSeriesAfter).SelectMany(source => source switch
        {
            PlanSource.TeamSums => [new QueryPlan(source, PlanReach.All, 1), new QueryPlan(source, PlanReach.All, 16)],
            PlanSource.Series => [new QueryPlan(source, isListed ? PlanReach.Listed : PlanReach.All, 16)],
            PlanSource.Archive => reaches.Select(reach => new QueryPlan(source, reach, reach == PlanReach.Listed ? 4 : 1)),
            _ => reaches.SelectMany(_ => Concurrencies, (reach, concurrency) => new QueryPlan(source, reach, concurrency)),
        })];
    }

    /// <summary>
    /// Whether the answer of a query is the same at any time that it is asked, as long as no event comes: its time is over, it is counted from
    /// tasks, and it names nobody, since people may be erased without an event.
    /// </summary>
    public static bool IsSettled(Query query, DateTime now) =>
        MetricFormula.IsOfCounters(query.Metric) && query.Aggregation != QueryAggregation.List && query.By != QueryField.Person && query.Filters.All(filter => filter.Field != QueryField.Person)
        && IsOver(query.Span, now) && (query.Versus is null || IsOver(query.Versus, now));

    private static bool IsOver(QuerySpan? span, DateTime now) => span is { To: { } to } && to.End < now;

    private static IEnumerable<PlanSource> SourcesOf(Query query, DateTime now, DateOnly hasSeriesAfter)
    {
        var metric = query.Metric;
        if (metric == QueryMetric.Changes) return [PlanSource.Archive];
        if (QueryMetrics.Of(metric).IsForecast || metric == QueryMetric.Bottleneck) return [PlanSource.Series];
        if (metric is QueryMetric.Projects or QueryMetric.OverdueProjects or QueryMetric.DueDate or QueryMetric.AllocatedHours) return [PlanSource.Projects];
        if (metric == QueryMetric.People) return [PlanSource.Tasks, PlanSource.Sums];
        return MetricFormula.IsOfCounters(metric) && query.Aggregation != QueryAggregation.List ? OfCounters(query, now, hasSeriesAfter) : [PlanSource.Tasks];
    }

    private static IEnumerable<PlanSource> OfCounters(Query query, DateTime now, DateOnly hasSeriesAfter)
    {
        yield return PlanSource.Tasks;
        var fields = query.Filters.Select(filter => filter.Field).Concat(query.By is { } by ? [by] : []).Distinct().ToList();

        // Of tasks that wait no sum says in which category they are.
        var hasCategories = query.Metric != QueryMetric.BlockedTasks || !fields.Contains(QueryField.Category);
        var others = fields.Where(field => field is not (QueryField.Project or QueryField.Category)).ToList();
        var isLevel = QueryMetrics.Of(query.Metric).Time == MetricTime.Level;
        if (isLevel && query is { Span: null, Step: null })
        {
            if (!hasCategories || others.Count > 1 || !others.TrueForAll(Summed.Contains)) yield break;
            yield return PlanSource.Sums;
            if (others is [QueryField.Team] or [] && !fields.Contains(QueryField.Project)) yield return PlanSource.TeamSums;
            yield break;
        }

        // History is by project; it has what tasks were in each status, but not what these meant.
        if (!hasCategories || !(others is [] or [QueryField.Team] || (others is [QueryField.Status] && query.Metric == QueryMetric.Tasks && !fields.Contains(QueryField.Category)))) yield break;
        yield return PlanSource.History;
        if (others.Count == 0 && HasSeries(query, now, hasSeriesAfter)) yield return PlanSource.Series;
    }

    /// <summary>Whether series give the very same: they leave out what trackers say of hours to come, estimate durations, begin in all categories at once, and may not go back for ever.</summary>
    private static bool HasSeries(Query query, DateTime now, DateOnly after)
    {
        return query.Metric is not (QueryMetric.LeadTime or QueryMetric.CycleTime)
            && (query.By != QueryField.Category || query.Aggregation == QueryAggregation.Natural)
            && (query.Step is null || query.Span is { From: not null })
            && IsOver(query.Span, now) && IsAfter(query.Span) && (query.Versus is null || (IsOver(query.Versus, now) && IsAfter(query.Versus)))
            && (query.Step is null || MeasuredGroups.Steps(query.Step.Value, query.Span!.Value.From!.Value.Instant, query.Span.Value.To!.Value.End).Count <= MostExpressions)
            && PromQLRequest.Of(query with { Order = null, Limit = null }, now, DateTime.UnixEpoch) is { Count: > 0 };

        bool IsAfter(QuerySpan? span) => after == default || (span is { From: { } from } && DateOnly.FromDateTime(from.Instant) > after);
    }
}
