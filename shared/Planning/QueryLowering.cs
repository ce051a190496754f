using System.Globalization;
using ShitOps.PromQL;
using ShitOps.PromQL.Ast;
using ShitOps.PromQL.Parsing;

namespace ShitOps.Planning;

/// <summary>
/// The queries that requests in PromQL, and calls of rows, ask for: what is asked in another form goes the same way. A candidate is read off
/// the request and counts if it is printed as that request again; so a lowering is never wrong, and where there is none the request says
/// more than a query can.
/// </summary>
public static class QueryLowering
{
    private static readonly QueryAggregation[] InSeries =
        [QueryAggregation.Natural, QueryAggregation.Mean, QueryAggregation.Min, QueryAggregation.Max, QueryAggregation.P50, QueryAggregation.P85, QueryAggregation.P95];

    private static readonly QueryMetric[] OfTasks =
    [
        QueryMetric.OpenTasks, QueryMetric.BlockedTasks, QueryMetric.Tasks, QueryMetric.TodoTasks, QueryMetric.InProgressTasks, QueryMetric.Wip, QueryMetric.DoneTasks,
        QueryMetric.CancelledTasks,
    ];

    /// <summary>The query that an expression asks for at an instant; null: it is no such query, or no PromQL.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="time">The instant; UTC.</param>
    public static Query? FromPromQL(string expression, DateTime time) => Parsed(expression) is { } parsed ? FromPromQL(parsed, time) : null;

    /// <inheritdoc cref="FromPromQL(string, DateTime)"/>
    internal static Query? FromPromQL(Expression parsed, DateTime time)
    {
        var shape = Shape.Of(parsed);
        var written = parsed.ToString();
        QuerySpan?[] spans = shape.WindowMs is { } window ? [null, Window(time, window)] : [null];
        return QueryMetrics.All
            .SelectMany(metric => InSeries, (metric, aggregation) => (metric.Metric, Aggregation: aggregation))
            .SelectMany(_ => spans, (way, span) => new Query
            {
                Metric = way.Metric,
                Aggregation = way.Aggregation,
                Filters = shape.Filters,
                By = shape.By,
                Span = span,
                Order = shape.Order,
                Limit = shape.Limit,
            })
            .Where(query => QueryRules.Fault(query) is null)
            .FirstOrDefault(query => PromQLRequest.Of(query, time, DateTime.UnixEpoch) is [var request] && request.Time == time && Parsed(request.Expression)?.ToString() == written);
    }

    /// <summary>The query that a call of <c>/api/rows/…</c> asks for; null: its rows are more than one query's, or there is no such call.</summary>
    /// <param name="path">The path with its parameters.</param>
    /// <param name="now">When it is called; UTC.</param>
    public static Query? FromRows(string path, DateTime now)
    {
        var (route, parameters) = Split(path);
        var kept = parameters.Where(parameter => parameter.Name is not ("limit" or "continuation" or "format")).ToList();
        int? limit = null;
        if (parameters.FirstOrDefault(parameter => parameter.Name == "limit") is { Value: { } stated })
        {
            if (!int.TryParse(stated, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
            limit = number;
        }

        var filters = kept.Select(parameter => (Field: FieldOf(parameter.Name), parameter.Value)).Where(filter => filter.Field is not null)
            .GroupBy(filter => filter.Field!.Value).Select(group => new QueryFilter(group.Key, group.Select(filter => filter.Value))).ToList();
        var wanted = Sorted(kept);
        return Candidates(route, kept)
            .Select(query => query with { Filters = filters, Limit = limit })
            .Where(query => QueryRules.Fault(query) is null)
            .FirstOrDefault(query => RowsRequest.Of(query, now) is [var request] && Split(request.Path) is var (printed, values) && printed == route && Sorted(values) == wanted);
    }

    private static IEnumerable<Query> Candidates(string route, List<(string Name, string Value)> parameters) => route switch
    {
        "tasks" => OfTasks.Select(metric => new Query { Metric = metric, Aggregation = QueryAggregation.List }),
        "projects" => [new Query { Metric = QueryMetric.Projects, Aggregation = QueryAggregation.List }],
        "resources" => [new Query { Metric = QueryMetric.People, Aggregation = QueryAggregation.List }],
        "bottlenecks" => [new Query { Metric = QueryMetric.Bottleneck }],
        "audit" => [new Query { Metric = QueryMetric.Changes, Span = SpanOf(parameters) }],
        _ => [],
    };

    private static QuerySpan? SpanOf(List<(string Name, string Value)> parameters)
    {
        var (from, to) = (Bound("from"), Bound("to"));
        return from is null && to is null ? null : new QuerySpan(from, to);

        TimeBound? Bound(string name)
        {
            var value = parameters.FirstOrDefault(parameter => parameter.Name == name).Value;
            if (value is null) return null;
            if (TimeBound.TryParse(value, out var bound)) return bound;
            return DateTime.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? new TimeBound(time) : null;
        }
    }

    /// <summary>The route of a call of rows, empty if it is none, and its parameters that have a value.</summary>
    internal static (string Route, List<(string Name, string Value)> Parameters) Split(string path)
    {
        const string Prefix = "/api/rows/";
        var mark = path.IndexOf('?', StringComparison.Ordinal);
        var route = mark < 0 ? path : path[..mark];
        var parameters = mark < 0 ? [] : path[(mark + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair =>
        {
            var sign = pair.IndexOf('=', StringComparison.Ordinal);
            return sign < 0 ? (Name: pair, Value: string.Empty) : (Name: pair[..sign], Value: Uri.UnescapeDataString(pair[(sign + 1)..].Replace('+', ' ')));
        }).Where(parameter => parameter.Value.Length > 0).ToList();
        return (route.StartsWith(Prefix, StringComparison.Ordinal) ? route[Prefix.Length..] : string.Empty, parameters);
    }

    private static string Sorted(List<(string Name, string Value)> parameters) =>
        string.Join('&', parameters.Select(parameter => $"{Uri.EscapeDataString(parameter.Name)}={Uri.EscapeDataString(parameter.Value)}").Order(StringComparer.Ordinal));

    private static QueryField? FieldOf(string parameter) => parameter switch
    {
        "project" => QueryField.Project,
        "team" => QueryField.Team,
        "owner" or "assignee" or "resource" or "actor" => QueryField.Person,
        "status" => QueryField.Status,
        "kind" => QueryField.Type,
        "milestone" => QueryField.Milestone,
        "task" => QueryField.Task,
        "type" => QueryField.Change,
        _ => null,
    };

    private static QuerySpan Window(DateTime end, long lengthMs)
    {
        var begin = end - TimeSpan.FromMilliseconds(Math.Min(lengthMs, (long)(end - DateTime.MinValue).TotalMilliseconds));
        return begin.TimeOfDay == TimeSpan.Zero && end.TimeOfDay == TimeSpan.Zero && begin < end
            ? QuerySpan.Of(DateOnly.FromDateTime(begin), DateOnly.FromDateTime(end).AddDays(-1))
            : new QuerySpan(new TimeBound(begin), new TimeBound(end));
    }

    /// <summary>An expression; null: it is no PromQL.</summary>
    internal static Expression? Parsed(string expression)
    {
        try
        {
            return Parser.Parse(expression);
        }
        catch (QueryException)
        {
            return null;
        }
    }

    /// <summary>What a candidate is made of.</summary>
    private sealed class Shape
    {
        private readonly SortedDictionary<(QueryField Field, bool Excludes), QueryFilter> _filters = [];

        public IReadOnlyList<QueryFilter> Filters => [.. _filters.Values];

        public QueryField? By { get; private set; }

        public long? WindowMs { get; private set; }

        public QueryOrder? Order { get; private set; }

        public int? Limit { get; private set; }

        public static Shape Of(Expression expression)
        {
            var shape = new Shape();
            shape.Read(expression);
            return shape;
        }

        private void Read(Expression expression)
        {
            switch (expression)
            {
                case Parenthesized parenthesized:
                    Read(parenthesized.Inner);
                    break;
                case FunctionCall call:
                    Order ??= call.Function.Name switch { "sort" => QueryOrder.Ascending, "sort_desc" => QueryOrder.Descending, _ => null };
                    foreach (var argument in call.Arguments) Read(argument);
                    break;
                case AggregateOperation aggregate:
                    if (aggregate.Operator is AggregationOperator.TopK or AggregationOperator.BottomK && aggregate.Parameter is NumberLiteral { Value: >= 1 and <= QueryRules.MaxLimit } limit) Limit = (int)limit.Value;
                    foreach (var label in aggregate.Grouping.Labels) By ??= FieldOfLabel(label);
                    Read(aggregate.Inner);
                    break;
                case BinaryOperation operation:
                    Read(operation.Left);
                    Read(operation.Right);
                    break;
                case Subquery subquery:
                    WindowMs ??= subquery.RangeMs;
                    Read(subquery.Inner);
                    break;
                case MatrixSelector matrix:
                    WindowMs ??= matrix.RangeMs;
                    Read(matrix.Vector);
                    break;
                case VectorSelector selector:
                    if (selector.Shift.OffsetMs > 0) WindowMs ??= selector.Shift.OffsetMs;
                    foreach (var matcher in selector.Matchers) Read(matcher);
                    break;
            }
        }

        private void Read(LabelMatcher matcher)
        {
            if (FieldOfLabel(matcher.Name) is not { } field || field == QueryField.Category) return;
            var excludes = matcher.Operator is MatchOperator.NotEqual or MatchOperator.NotMatches;
            var values = matcher.Operator switch
            {
                MatchOperator.NotEqual => [matcher.Value],
                MatchOperator.NotMatches => new LabelMatcher(matcher.Name, MatchOperator.Matches, matcher.Value).Listed,
                _ => matcher.Listed,
            };
            if (values is { Count: > 0 }) _filters[(field, excludes)] = new QueryFilter(field, values, excludes);
        }

        private static QueryField? FieldOfLabel(string label) => label switch
        {
            "project" => QueryField.Project,
            "team" => QueryField.Team,
            "resource" => QueryField.Person,
            "status" => QueryField.Status,
            "category" => QueryField.Category,
            _ => null,
        };
    }
}
