using System.Diagnostics;
using ShitOps.Aggregation;
using ShitOps.Audit;
using ShitOps.Datasource;
using ShitOps.People;
using ShitOps.Planning;
using ShitOps.PromQL;
using ShitOps.Rows;

namespace ShitOps.Asking;

/// <summary>Answers queries over the live stores, by a plan that <see cref="QueryPlans"/> offers for them.</summary>
public sealed class QueryExecutor(LiveAggregates aggregates, PersonNames people, ISeriesSource series, QueryTurns turns, AuditSearch audit)
{
    /// <summary>Answers a query.</summary>
    /// <param name="query">A query that can be answered.</param>
    /// <param name="plan">One of its plans.</param>
    /// <param name="now">When it is asked; UTC.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="clock">Measures what it takes; it stands still while others are let go first.</param>
    /// <exception cref="QuerySpanException">It asks for too much, or for a time that nothing is kept of.</exception>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task<RowPage> RunAsync(Query query, QueryPlan plan, DateTime now, CancellationToken cancellationToken, Stopwatch? clock = null)
    {
        if (plan.Source == PlanSource.Series && !MetricFormula.IsOfCounters(query.Metric)) return await new SeriesAnswers(series, turns, query, now, clock).ForecastAsync(cancellationToken);
        var asked = await AskedFor.OfAsync(query, people, cancellationToken);
        if (plan.Source == PlanSource.Archive) return await new ChangeAnswers(audit, query, plan, asked, now).RowsAsync(NamesOf, cancellationToken);
        if (plan.Source == PlanSource.Series) return AnswerRows.Of(query, await new SeriesAnswers(series, turns, query, now, clock).ValuesAsync(cancellationToken), await NamesOf([]));

        var table = await aggregates.TableAsync(cancellationToken);
        if (plan.Source == PlanSource.Projects || query.Metric == QueryMetric.People) return await new ProjectAnswers(table, query, plan, asked, now).RowsAsync(NamesOf, cancellationToken);
        var tasks = new TaskAnswers(table, query, plan, asked, now);
        if (query.Aggregation == QueryAggregation.List) return await tasks.ListAsync(NamesOf, cancellationToken);
        var values = MetricFormula.IsOfCounters(query.Metric)
            ? (await new CounterReader(table, query, plan, asked, now).ReadAsync(cancellationToken)).Values(query, now, cancellationToken)
            : await tasks.ValuesAsync(cancellationToken);
        return AnswerRows.Of(query, values, await NamesOf(query.By == QueryField.Person ? values.Select(value => value.Group).Where(id => id.Length > 0) : []));

        Task<IReadOnlyDictionary<string, string>> NamesOf(IEnumerable<string?> ids) => people.OfAsync(ids.Where(id => id is { Length: > 0 }), cancellationToken);
    }
}
