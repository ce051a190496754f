using System.Globalization;
using ShitOps.PromQL;

namespace ShitOps.Planning;

/// <summary>A query of the Prometheus HTTP API that answers a query, or a part of it, at an instant.</summary>
/// <param name="Expression">The expression.</param>
/// <param name="Time">The instant; UTC.</param>
public sealed record PromQLRequest(string Expression, DateTime Time)
{
    private const string Closed = "done|cancelled";

    /// <summary>
    /// The instants and expressions whose answers together are the query's: one, two for a comparison of spans, and one for each step of a
    /// trend. None if series do not have the answer: lists, fields of single tasks, and changes are in rows only.
    /// </summary>
    /// <param name="query">A query that can be answered.</param>
    /// <param name="now">When it is asked; UTC.</param>
    /// <param name="earliest">When anything was known first.</param>
    /// <exception cref="QuerySpanException">A forecast has too many steps.</exception>
    public static IReadOnlyList<PromQLRequest> Of(Query query, DateTime now, DateTime earliest)
    {
        var meaning = QueryMetrics.Of(query.Metric);
        if (query.Aggregation is QueryAggregation.List or QueryAggregation.Count || !HasFields(query, meaning)) return [];
        if (query.Step is { } step && !meaning.IsForecast)
        {
            var begin = QuerySpans.BeginOf(query, query.Span, now, earliest);
            var requests = new List<PromQLRequest>();
            foreach (var stepEnd in QuerySpans.StepEnds(step, begin, QuerySpans.EndOf(query.Span, now)))
            {
                if (Expressed(query, begin, stepEnd) is not { } stepped) return [];
                requests.Add(new PromQLRequest(stepped, stepEnd));
                begin = stepEnd;
            }

            return requests;
        }

        if (query.Metric == QueryMetric.ExpectedTasks) return Expected(query, now);
        QuerySpan?[] spans = query.Versus is null ? [query.Span] : [query.Span, query.Versus];
        var answers = spans.Select(span => (Expression: Expressed(query, QuerySpans.BeginOf(query, span, now, earliest), QuerySpans.EndOf(span, now)), Time: QuerySpans.EndOf(span, now))).ToList();
        return answers.TrueForAll(answer => answer.Expression is not null) ? [.. answers.Select(answer => new PromQLRequest(answer.Expression!, answer.Time))] : [];
    }

    /// <summary>Whether the metric's series have labels for all that is filtered and grouped by.</summary>
    private static bool HasFields(Query query, MetricMeaning meaning)
    {
        IReadOnlyList<QueryField> labels = meaning.Time == MetricTime.Present ? [QueryField.Project, QueryField.Team]
            : meaning.Metric is QueryMetric.AllocatedHours ? [QueryField.Project, QueryField.Team, QueryField.Person]
            : meaning.Fields.Contains(QueryField.Status) ? [QueryField.Project, QueryField.Team, IsByStatus(query) ? QueryField.Status : QueryField.Category]
            : [QueryField.Project, QueryField.Team];
        return query.Filters.All(filter => labels.Contains(filter.Field)) && (query.By is not { } by || labels.Contains(by))
            && query.Metric is not (QueryMetric.OverdueTasks or QueryMetric.People);
    }

    private static string? Expressed(Query query, DateTime begin, DateTime end)
    {
        var value = query.Metric switch
        {
            QueryMetric.Tasks => Level(query, IsByStatus(query) ? "shitops_tasks_by_status" : "shitops_tasks", string.Empty, begin, end),
            QueryMetric.OpenTasks => Level(query, "shitops_tasks", $"category!~\"{Closed}\"", begin, end),
            QueryMetric.TodoTasks => Level(query, "shitops_tasks", "category=\"todo\"", begin, end),
            QueryMetric.InProgressTasks => Level(query, "shitops_tasks", "category=\"in-progress\"", begin, end),
            QueryMetric.Wip => Level(query, "shitops_tasks", "category=~\"in-progress|blocked\"", begin, end),
            QueryMetric.DoneTasks => Level(query, "shitops_tasks", "category=\"done\"", begin, end),
            QueryMetric.CancelledTasks => Level(query, "shitops_tasks", "category=\"cancelled\"", begin, end),
            QueryMetric.BlockedTasks => HasStatus(query) ? null : Level(query, "shitops_tasks_blocked", string.Empty, begin, end),
            QueryMetric.EstimatedHours => Level(query, "shitops_effort_hours", "kind=\"estimate\"", begin, end),
            QueryMetric.RemainingHours => Level(query, "shitops_effort_hours", "kind=\"remaining\"", begin, end),
            QueryMetric.SpentHours => Level(query, "shitops_effort_hours", "kind=\"spent\"", begin, end),
            QueryMetric.AllocatedHours => Level(query, "shitops_resource_allocation_hours", string.Empty, begin, end),
            QueryMetric.Created => Increase(query, "shitops_tasks_created_total", begin, end),
            QueryMetric.Completed => Increase(query, "shitops_tasks_completed_total", begin, end),
            QueryMetric.Reopened => Increase(query, "shitops_tasks_reopened_total", begin, end),
            QueryMetric.Dropped => Increase(query, "shitops_tasks_dropped_total", begin, end),
            QueryMetric.LeadTime => Duration(query, "shitops_lead_time_seconds", begin, end),
            QueryMetric.CycleTime => Duration(query, "shitops_cycle_time_seconds", begin, end),
            QueryMetric.Projects => Grouped("count", query, Selector("shitops_project_info", query, string.Empty)),
            QueryMetric.DueDate => DueDays(query),
            QueryMetric.CompletionDate => Grouped("max", query, Selector("shitops_forecast_completion_timestamp_seconds", query, Quantiles(query)), "quantile"),
            QueryMetric.OnTimeProbability when query.Span is null => Grouped("min", query, Selector("shitops_forecast_on_time_probability", query, string.Empty)),
            QueryMetric.Bottleneck => Grouped("max", query, Selector("shitops_bottleneck_score", query, string.Empty)),
            _ => null,
        };
        return value is null ? null : Ordered(query, value);
    }

    private static List<PromQLRequest> Expected(Query query, DateTime now)
    {
        var value = Ordered(query, Grouped("sum", query, Selector("shitops_forecast_remaining_tasks", query, Quantiles(query)), "quantile"));
        var end = query.Span?.To?.End ?? now.AddDays(QuerySpans.DefaultTrendDays);
        return query.Step is { } step
            ? [.. MeasuredGroups.Steps(step, query.Span?.From?.Instant ?? now, end, QueryPlans.MostExpressions).Select(at => new PromQLRequest(value, at))]
            : [new PromQLRequest(value, query.Span is null ? now : end)];
    }

    /// <summary>Whether it asks for all tasks by the words of their statuses: series have either those or what they mean.</summary>
    private static bool IsByStatus(Query query) =>
        query.Metric == QueryMetric.Tasks && (query.By == QueryField.Status || query.Filters.Any(filter => filter.Field == QueryField.Status));

    private static bool HasStatus(Query query) =>
        query.By is QueryField.Status or QueryField.Category || query.Filters.Any(filter => filter.Field == QueryField.Status);

    private static string Level(Query query, string series, string matcher, DateTime begin, DateTime end)
    {
        var value = Grouped("sum", query, Selector(series, query, matcher));
        var over = query.Aggregation switch { QueryAggregation.Mean => "avg", QueryAggregation.Min => "min", QueryAggregation.Max => "max", _ => null };
        return over is null ? value : $"{over}_over_time({value}[{Length(end - begin)}:1h])";
    }

    /// <summary>The difference of a counter: exact, where <c>increase</c> extrapolates. What was not there before has grown from nothing.</summary>
    private static string Increase(Query query, string series, DateTime begin, DateTime end)
    {
        var selector = Selector(series, query, string.Empty);
        var value = Grouped("sum", query, selector);
        return $"{value} - {Grouped("sum", query, $"{selector} offset {Length(end - begin)}")} or {value}";
    }

    private static string Duration(Query query, string series, DateTime begin, DateTime end)
    {
        var window = Length(end - begin);
        var quantile = query.Aggregation switch { QueryAggregation.P50 => "0.5", QueryAggregation.P85 => "0.85", QueryAggregation.P95 => "0.95", _ => null };
        string Over(string part) => $"increase({Selector($"{series}_{part}", query, string.Empty)}[{window}])";
        return quantile is null
            ? $"{Grouped("sum", query, Over("sum"))} / {Grouped("sum", query, Over("count"))}"
            : $"histogram_quantile({quantile}, {Grouped("sum", query, Over("bucket"), "le")})";
    }

    private static string DueDays(Query query)
    {
        var value = Grouped(query.Aggregation == QueryAggregation.Max ? "max" : "min", query, Selector("shitops_project_due_timestamp_seconds", query, string.Empty));
        if (query.Span is not { } span) return value;
        if (span.From is { } from) value += $" >= {Seconds(from.Instant)}";
        return span.To is { } to ? $"{value} < {Seconds(to.End)}" : value;
    }

    private static string Quantiles(Query query) => query.Aggregation switch
    {
        QueryAggregation.P50 => "quantile=\"0.5\"",
        QueryAggregation.P85 => "quantile=\"0.85\"",
        QueryAggregation.P95 => "quantile=\"0.95\"",
        _ => "quantile=~\"0.5|0.85|0.95\"",
    };

    private static string Grouped(string aggregation, Query query, string value, string? also = null)
    {
        string?[] labels = [query.By is { } by ? Label(by) : null, also];
        var kept = string.Join(", ", labels.Where(label => label is not null));
        return kept.Length == 0 ? $"{aggregation}({value})" : $"{aggregation} by ({kept}) ({value})";
    }

    private static string Ordered(Query query, string value)
    {
        if (query.Order is not { } order) return value;
        var (sort, cut) = order == QueryOrder.Ascending ? ("sort", "bottomk") : ("sort_desc", "topk");
        return query.Limit is { } limit ? string.Create(CultureInfo.InvariantCulture, $"{sort}({cut}({limit}, {value}))") : $"{sort}({value})";
    }

    private static string Selector(string series, Query query, string matcher)
    {
        var matchers = query.Filters.Select(Matcher).Prepend(matcher).Where(text => text.Length > 0);
        var text = string.Join(", ", matchers);
        return text.Length == 0 ? series : $"{series}{{{text}}}";
    }

    private static string Matcher(QueryFilter filter)
    {
        var label = Label(filter.Field);
        return filter.Values.Count == 1
            ? $"{label}{(filter.Excludes ? "!=" : "=")}{QuotedText.Of(filter.Values[0])}"
            : $"{label}{(filter.Excludes ? "!~" : "=~")}{QuotedText.Of(string.Join('|', filter.Values.Select(EscapedForRe2)))}";
    }

    private static string Label(QueryField field) => field == QueryField.Person ? "resource" : field.Word();

    private static string EscapedForRe2(string value) => string.Concat(value.Select(c => "\\.+*?()|[]{}^$".Contains(c, StringComparison.Ordinal) ? $"\\{c}" : c.ToString()));

    private static string Length(TimeSpan length) =>
        length > TimeSpan.Zero && length.Ticks % TimeSpan.TicksPerDay == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{length.Ticks / TimeSpan.TicksPerDay}d")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, (long)Math.Ceiling(length.TotalMinutes))}m");

    private static string Seconds(DateTime instant) => ((instant - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond).ToString(CultureInfo.InvariantCulture);
}
