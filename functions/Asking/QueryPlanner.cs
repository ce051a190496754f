using System.Diagnostics;
using ShitOps.Planning;
using ShitOps.Rows;
using ShitOps.Storage;

namespace ShitOps.Asking;

/// <summary>The plan that was taken for a query, and what it took.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Candidates">All that would have given the answer.</param>
/// <param name="ExpectedMs">How long it was expected to take.</param>
/// <param name="SpentMs">How long it took.</param>
/// <param name="Requests">Requests to storage.</param>
/// <param name="Bytes">Bytes of their answers.</param>
public sealed record TakenPlan(QueryPlan Plan, IReadOnlyList<QueryPlan> Candidates, double ExpectedMs, double SpentMs, long Requests, long Bytes);

/// <summary>Chooses a plan for a query and answers it.</summary>
public sealed class QueryPlanner(QueryExecutor executor)
{
    /// <summary>Answers a query.</summary>
    public async Task<(RowPage Page, TakenPlan Taken)> AnswerAsync(Query query, FleetSize fleet, DateTime now, CancellationToken cancellationToken)
    {
        var candidates = QueryPlans.Of(query, now);
        var plan = candidates[^1];
        var tally = StorageTally.Begin();
        var clock = Stopwatch.StartNew();
        var page = await executor.RunAsync(query, plan, now, cancellationToken);
        return (page, new TakenPlan(plan, candidates, 0, clock.Elapsed.TotalMilliseconds, tally.Requests, tally.Bytes));
    }
}
