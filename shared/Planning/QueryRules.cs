namespace ShitOps.Planning;

/// <summary>Which queries have an answer.</summary>
public static class QueryRules
{
    /// <summary>The most values of one filter.</summary>
    public const int MaxValues = 100;

    /// <summary>The longest value, in UTF-16 units.</summary>
    public const int MaxValueLength = 1_024;

    /// <summary>The greatest limit.</summary>
    public const int MaxLimit = 10_000;

    /// <summary>What is wrong with a query and what would be right, in a sentence; null if it can be answered.</summary>
    public static string? Fault(Query query)
    {
        var meaning = QueryMetrics.Of(query.Metric);
        return AggregationFault(query, meaning)
            ?? FilterFault(query, meaning)
            ?? GroupFault(query, meaning)
            ?? SpanFault(query, meaning)
            ?? StepFault(query, meaning)
            ?? PresentFault(query, meaning)
            ?? OrderFault(query);
    }

    private static string? AggregationFault(Query query, MetricMeaning meaning)
    {
        if (query.Aggregation == QueryAggregation.Natural) return null;

        if (!meaning.Aggregations.Contains(query.Aggregation))
        {
            var known = meaning.Aggregations.Count == 0 ? "none" : string.Join(", ", meaning.Aggregations.Select(known => known.Word()));
            return $"{meaning.Word} has no {query.Aggregation.Word()}; expected {known}.";
        }

        if (query.Aggregation is QueryAggregation.Mean or QueryAggregation.Min or QueryAggregation.Max && meaning.Time == MetricTime.Level && query.Span is null or { IsOneDay: true } && query.Step is null)
        {
            return $"The {query.Aggregation.Word()} of {meaning.Word} is over time; expected a span of more than a day, as in from 2026-03-01 to 2026-03-31.";
        }

        if (query.Aggregation == QueryAggregation.List && query.By is not null) return "A list has a row for each thing; expected no by.";
        if (query.Aggregation == QueryAggregation.List && query.Step is not null) return "A list has no steps; expected no step.";
        return null;
    }

    private static string? FilterFault(Query query, MetricMeaning meaning)
    {
        foreach (var filter in query.Filters)
        {
            if (!meaning.FiltersBy(filter.Field))
            {
                return $"{meaning.Word} cannot be filtered by {filter.Field.Word()}; expected {FieldWords(meaning.Fields.Concat(meaning.PresentFields))}.";
            }

            if (filter.Values.Count is 0 or > MaxValues) return $"{filter.Field.Word()} has {filter.Values.Count} values; expected 1 to {MaxValues}.";
            if (filter.Values.FirstOrDefault(value => value.Length is 0 or > MaxValueLength) is { } wrong)
            {
                return $"{filter.Field.Word()} has a value of {wrong.Length} characters; expected 1 to {MaxValueLength}.";
            }

            if (filter.Field == QueryField.Change && filter.Values.FirstOrDefault(value => !QueryWords.Changes.Contains(value)) is { } unknown)
            {
                return $"change has the value \"{unknown}\"; expected {string.Join(", ", QueryWords.Changes)}.";
            }
        }

        return query.Filters.GroupBy(filter => (filter.Field, filter.Excludes)).FirstOrDefault(group => group.Skip(1).Any()) is { } twice
            ? $"{twice.Key.Field.Word()} has two filters; expected one with several values, separated by commas."
            : null;
    }

    private static string? GroupFault(Query query, MetricMeaning meaning)
    {
        if (query.Metric == QueryMetric.Changes && query.Aggregation == QueryAggregation.Natural && (query.By ?? (object?)query.Step) is not null)
        {
            return "changes are listed one by one; expected count before by or step.";
        }

        return query.By is not { } by || meaning.GroupsBy(by)
            ? null
            : $"{meaning.Word} cannot be grouped by {by.Word()}; expected {FieldWords(meaning.Fields.Concat(meaning.PresentFields).Concat(meaning.GroupFields))}.";
    }

    private static string? SpanFault(Query query, MetricMeaning meaning)
    {
        if (query.Span is { } span)
        {
            if (meaning.Time == MetricTime.Present) return $"{meaning.Word} is known as of now only; expected no time.";
            if (Fault(span) is { } fault) return fault;
            if (query.Metric == QueryMetric.CompletionDate) return "completion-date is a day itself; expected no time.";
            if (query.Metric == QueryMetric.OnTimeProbability && !span.IsOneDay) return "on-time-probability is for one day, or for the due day; expected on a day, or no time.";
        }

        if (query.Versus is not { } versus) return null;
        if (Fault(versus) is { } versusFault) return versusFault;
        if (meaning.Time is not (MetricTime.Level or MetricTime.Flow) || query.Metric == QueryMetric.Changes) return $"{meaning.Word} cannot be put beside another span; expected no versus.";
        if (query.Span is null) return "versus puts a second span beside a first; expected a time before it.";
        return query.Step is not null || query.Order is not null || query.Limit is not null || query.Aggregation == QueryAggregation.List
            ? "versus puts two spans side by side; expected no list, step, order or limit."
            : null;
    }

    private static string? Fault(QuerySpan span)
    {
        if (span is { From: null, To: null }) return "The time has no end; expected from, to or on.";
        if (span is not { From: { } from, To: { } to }) return null;
        return from.Instant >= to.End ? $"The span from {from} to {to} is empty; expected the earlier one first." : null;
    }

    private static string? StepFault(Query query, MetricMeaning meaning) =>
        query.Step is not null && !meaning.HasSteps ? $"{meaning.Word} has no steps; expected no step." : null;

    private static string? PresentFault(Query query, MetricMeaning meaning)
    {
        if (query is { Span: null, Step: null }) return null;
        foreach (var field in query.Filters.Select(filter => filter.Field).Concat(query.By is { } by ? [by] : []))
        {
            if (!meaning.Fields.Contains(field) && meaning.PresentFields.Contains(field))
            {
                return $"{meaning.Word} is known by {field.Word()} as of now only; expected no time and no step.";
            }
        }

        return query.Aggregation == QueryAggregation.List && meaning.Time == MetricTime.Level
            ? $"A list of {meaning.Word} is known as of now only; expected no time."
            : null;
    }

    private static string? OrderFault(Query query)
    {
        if (query.Order is not null && query.By is null) return "order ranks groups; expected by before it.";
        if (query.Order is not null && query.Step is not null) return "order ranks single values; expected no step.";
        if (query.Limit is null) return null;
        if (query.Limit is < 1 or > MaxLimit) return $"limit is {query.Limit}; expected 1 to {MaxLimit}.";
        return query.Order is null && !IsList(query) ? "limit cuts a list or a rank; expected list, or by and order." : null;
    }

    private static bool IsList(Query query) =>
        query.Aggregation == QueryAggregation.List || (query.Metric == QueryMetric.Changes && query is { Aggregation: QueryAggregation.Natural, By: null, Step: null });

    private static string FieldWords(IEnumerable<QueryField> fields) => string.Join(", ", fields.Distinct().Order().Select(field => field.Word()));
}
