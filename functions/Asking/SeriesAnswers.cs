using System.Diagnostics;
using System.Globalization;
using ShitOps.Datasource;
using ShitOps.Planning;
using ShitOps.PromQL;
using ShitOps.PromQL.Evaluation;
using ShitOps.Rows;

namespace ShitOps.Asking;

/// <summary>Answers by PromQL: forecasts and bottlenecks, which are series only, and what else series have.</summary>
internal sealed class SeriesAnswers(ISeriesSource series, QueryTurns turns, Query query, DateTime now, Stopwatch? clock = null)
{
    private readonly QueryEngine _engine = new(series, turns.Options);

    /// <summary>Values of counters, as <see cref="MeasuredGroups"/> has them.</summary>
    /// <exception cref="QuerySpanException">It needs more than a query may hold.</exception>
    public async Task<IReadOnlyList<QueryValue>> ValuesAsync(CancellationToken cancellationToken)
    {
        var plain = query with { Order = null, Limit = null };
        var requests = PromQLRequest.Of(plain, now, DateTime.UnixEpoch);
        var answers = new List<Dictionary<string, double>>();
        foreach (var request in requests) answers.Add(await GroupsAsync(request.Expression, request.Time, cancellationToken));

        // A group without any task and any value is left out.
        var shown = answers.SelectMany(answer => answer.Where(group => group.Value != 0)).Select(group => group.Key).ToHashSet(StringComparer.Ordinal);
        if (query.By is null) shown.Add("");
        if (query.By == QueryField.Project)
        {
            var tasks = PromQLRequest.Of(new Query { Metric = QueryMetric.Tasks, Filters = query.Filters, By = QueryField.Project }, now, DateTime.UnixEpoch)[0].Expression;
            foreach (var at in requests.Select(request => request.Time).Distinct())
                shown.UnionWith((await GroupsAsync(tasks, at, cancellationToken)).Where(group => group.Value > 0).Select(group => group.Key));
            foreach (var filter in query.Filters.Where(filter => filter is { Field: QueryField.Project, Excludes: false })) shown.UnionWith(filter.Values);
        }

        var isOverTime = query.Aggregation != QueryAggregation.Natural;
        return [.. shown.SelectMany(group => query.Step is null
            ? [new QueryValue(group, null, requests[0].Time, ValueOf(0, group), query.Versus is null ? null : ValueOf(1, group))]
            : requests.Select((request, i) => new QueryValue(group, i == 0 ? query.Span!.Value.From!.Value.Instant : requests[i - 1].Time, request.Time, ValueOf(i, group), null)))];

        double? ValueOf(int i, string group) => answers[i].TryGetValue(group, out var value) ? value : isOverTime ? null : 0;
    }

    /// <summary>Forecasts and scores as rows.</summary>
    /// <exception cref="QuerySpanException">There are no series for what is asked, or it needs more than a query may hold.</exception>
    public async Task<RowPage> ForecastAsync(CancellationToken cancellationToken)
    {
        var requests = PromQLRequest.Of(query with { Order = null, Limit = null }, now, DateTime.UnixEpoch);
        if (requests.Count == 0) throw new QuerySpanException($"What is kept of {QueryMetrics.Of(query.Metric).Word} does not answer this; expected no day, and no person or status.");
        List<ForecastRow> rows = [];
        foreach (var request in requests)
        {
            if (await EvaluatedAsync(request.Expression, request.Time, cancellationToken) is VectorResult vector)
                rows.AddRange(vector.Samples.Select(sample => new ForecastRow(request.Time, sample.Labels, sample.Value)));
        }

        var isDay = QueryMetrics.Of(query.Metric).Unit == MetricUnit.Date;
        List<Column<ForecastRow>> columns = [];
        if (requests.Count > 1) columns.Add(new("time", CellKind.Time, "the instant that it is expected at", row => new DateTimeOffset(row.Time)));
        if (query.By is { } by) columns.Add(new(by.Word(), CellKind.Text, "what the value is of", row => row.Labels[LabelOf(by)] is { Length: > 0 } label ? label : null));
        if (rows.Exists(row => row.Labels["quantile"].Length > 0))
            columns.Add(new("quantile", CellKind.Number, "how probable it is that no more comes", row => double.Parse(row.Labels["quantile"], CultureInfo.InvariantCulture)));
        columns.Add(new(AnswerRows.Value, isDay ? CellKind.Date : CellKind.Number, QueryMetrics.Of(query.Metric).Help, row => !double.IsFinite(row.Value) ? null : isDay ? DateOnly.FromDateTime(DateTime.UnixEpoch.AddSeconds(row.Value)) : Math.Round(row.Value, 6)));

        IEnumerable<ForecastRow> ordered = rows.OrderBy(row => row.Time).ThenBy(row => query.By is { } field ? row.Labels[LabelOf(field)] : "", StringComparer.Ordinal).ThenBy(row => row.Labels["quantile"], StringComparer.Ordinal);
        if (query.Order is { } order)
        {
            // Groups are ranked by their first quantile, and keep their others.
            var ranks = ordered.GroupBy(row => row.Labels[LabelOf(query.By!.Value)], StringComparer.Ordinal).ToList();
            var sorted = order == QueryOrder.Ascending ? ranks.OrderBy(group => group.First().Value) : ranks.OrderByDescending(group => group.First().Value);
            ordered = sorted.ThenBy(group => group.Key, StringComparer.Ordinal).Take(query.Limit ?? int.MaxValue).SelectMany(group => group);
        }

        return RowPage.Of(columns, ordered, continuation: null);
    }

    private async Task<Dictionary<string, double>> GroupsAsync(string expression, DateTime at, CancellationToken cancellationToken) =>
        await EvaluatedAsync(expression, at, cancellationToken) is VectorResult vector
            ? vector.Samples.Where(sample => double.IsFinite(sample.Value)).ToDictionary(sample => query.By is { } by ? sample.Labels[LabelOf(by)] : "", sample => sample.Value, StringComparer.Ordinal)
            : [];

    /// <summary>What an expression gives, when its turn has come.</summary>
    /// <exception cref="QuerySpanException">It needs more than a query may hold.</exception>
    private async Task<QueryResult> EvaluatedAsync(string expression, DateTime at, CancellationToken cancellationToken)
    {
        // That others are evaluated says nothing of this one.
        clock?.Stop();
        await turns.WaitAsync(cancellationToken);
        clock?.Start();
        try
        {
            return await _engine.InstantAsync(expression, Ms(at), cancellationToken);
        }
        catch (QueryException fault) when (fault.Kind is QueryErrorKind.TooManySeries or QueryErrorKind.TooManySamples)
        {
            throw new QuerySpanException("To answer this, more series would have to be held in memory than one query may. Name a project or a team, or ask for a shorter time.");
        }
        finally
        {
            turns.Release();
        }
    }

    private static string LabelOf(QueryField field) => field == QueryField.Person ? "resource" : field.Word();

    private static long Ms(DateTime at) => new DateTimeOffset(at).ToUnixTimeMilliseconds();

    private sealed record ForecastRow(DateTime Time, Labels Labels, double Value);
}
