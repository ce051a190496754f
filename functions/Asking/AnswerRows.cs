using System.Globalization;
using ShitOps.Planning;
using ShitOps.Rows;

namespace ShitOps.Asking;

/// <summary>Values of groups as rows: their columns, order and limit.</summary>
internal static class AnswerRows
{
    /// <summary>The name of the column that has the values.</summary>
    public const string Value = "value";

    /// <summary>The column of the value of the span that is put beside.</summary>
    public const string Versus = "versus";

    /// <summary>Rows of values.</summary>
    /// <param name="query">The query.</param>
    /// <param name="values">The values, in their order within a group.</param>
    /// <param name="names">The names of people by their ids, if groups are people.</param>
    public static RowPage Of(Query query, IEnumerable<QueryValue> values, IReadOnlyDictionary<string, string> names)
    {
        var meaning = QueryMetrics.Of(query.Metric);
        var hasTimes = query.Step is not null;
        var columns = new List<Column<QueryValue>>();
        if (hasTimes)
        {
            columns.Add(new("time", CellKind.Time, "where the step begins", value => new DateTimeOffset(value.From!.Value)));
            columns.Add(new("until", CellKind.Time, "where the step ends; levels are of that instant", value => new DateTimeOffset(value.Until)));
        }

        if (query.By is { } by)
        {
            if (by == QueryField.Task) columns.Add(new("project", CellKind.Text, "the task's project", value => TaskGroup.Parts(value.Group).Project));
            columns.Add(new(by.Word(), CellKind.Text, "what the value is of; null: of those that have none", value => NameOf(value.Group)));
        }

        columns.Add(new(Value, KindOf(query), meaning.Help, value => Cell(value.Value)));
        if (query.Versus is { } versus) columns.Add(new(Versus, KindOf(query), $"the same {Text(versus)}", value => Cell(value.Versus)));

        var rows = values.OrderBy(value => SortKey(value.Group), StringComparer.Ordinal).ThenBy(value => value.Until);
        if (query.Order is { } order)
        {
            // Who has the most is not nobody.
            var ranked = rows.Where(value => value.Group.Length > 0 && value.Value is not null);
            rows = order == QueryOrder.Ascending ? ranked.OrderBy(value => value.Value) : ranked.OrderByDescending(value => value.Value);
            return RowPage.Of(columns, rows.ThenBy(value => SortKey(value.Group), StringComparer.Ordinal).Take(query.Limit ?? int.MaxValue), continuation: null);
        }

        return RowPage.Of(columns, rows, continuation: null);

        string? NameOf(string group) => group.Length == 0 ? null : query.By == QueryField.Task ? TaskGroup.Parts(group).Task : names.GetValueOrDefault(group, group);
        string SortKey(string group) => query.By == QueryField.Category ? ((int)Enum.GetValues<Events.StatusCategory>().FirstOrDefault(one => Events.StatusCategories.Word(one) == group)).ToString(CultureInfo.InvariantCulture) : names.GetValueOrDefault(group, group);
        object? Cell(double? value) => value is not { } known ? null : KindOf(query) switch
        {
            CellKind.Integer => (long)Math.Round(known),
            CellKind.Date => DateOnly.FromDateTime(DateTime.UnixEpoch.AddSeconds(known - 1)),
            _ => Math.Round(known, 6),
        };
    }

    private static CellKind KindOf(Query query) => QueryMetrics.Of(query.Metric).Unit switch
    {
        MetricUnit.Count when query.Aggregation is QueryAggregation.Natural or QueryAggregation.Count or QueryAggregation.Min or QueryAggregation.Max && query.Metric != QueryMetric.ExpectedTasks => CellKind.Integer,
        MetricUnit.Date => CellKind.Date,
        _ => CellKind.Number,
    };

    private static string Text(QuerySpan span) => span.IsOneDay ? $"on {span.From}" : string.Join(' ', new[] { span.From is { } from ? $"from {from}" : null, span.To is { } to ? $"to {to}" : null }.OfType<string>());
}
