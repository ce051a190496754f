using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using ShitOps.Asking;
using ShitOps.Rows;
using ShitOps.Storage;

namespace ShitOps.Planning;

/// <summary>The plan that was taken for a query, and what it took.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Estimate">What it was estimated to read.</param>
/// <param name="Candidates">All that would have given the answer within limits.</param>
/// <param name="ExpectedMs">How long it was expected to take.</param>
/// <param name="SpentMs">How long it took.</param>
/// <param name="Requests">Requests to storage.</param>
/// <param name="Bytes">Bytes of their answers.</param>
public sealed record TakenPlan(QueryPlan Plan, PlanEstimate Estimate, IReadOnlyList<QueryPlan> Candidates, double ExpectedMs, double SpentMs, long Requests, long Bytes);

/// <summary>Chooses a plan for a query by what plans took before, answers by it, and learns what it took.</summary>
/// <param name="executor">Answers.</param>
/// <param name="settled">Answers of before.</param>
/// <param name="queries">What queries took.</param>
/// <param name="costs">What is believed of it; nobody else uses it.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
public sealed class QueryPlanner(QueryExecutor executor, SettledAnswers settled, QueryLog queries, CostModel costs, TimeProvider time, ILogger<QueryPlanner> log)
{
    /// <summary>From how many of the latest queries a process learns when it starts.</summary>
    public const int Remembered = 4_000;

    /// <summary>How long a query may take.</summary>
    public static readonly TimeSpan MostTime = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private Task? _remembering;

    /// <summary>Answers a query.</summary>
    /// <param name="query">A query that can be answered.</param>
    /// <param name="fleet">How much there is to read.</param>
    /// <param name="now">When it is asked; UTC.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="QuerySpanException">It asks for too much, or for a time that nothing is kept of.</exception>
    /// <exception cref="TimeoutException">It took longer than <see cref="MostTime"/>.</exception>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task<(RowPage Page, TakenPlan Taken)> AnswerAsync(Query query, FleetSize fleet, DateTime now, CancellationToken cancellationToken)
    {
        await RememberAsync(cancellationToken);
        var candidates = Candidates(query, fleet, now);
        var shape = QueryShape.Of(query, now);
        PlanChoice choice;
        PlanCandidate otherwise;
        lock (_lock)
        {
            choice = costs.Choose(shape, candidates);
            otherwise = candidates.Where(candidate => candidate.Plan.Source != PlanSource.Kept).MinBy(candidate => costs.ExpectedMs(shape, candidate))!;
        }

        var tally = StorageTally.Begin();
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stopping.CancelAfter(MostTime);
        RowPage page;
        var clock = Stopwatch.StartNew();
        try
        {
            page = await RunAsync(stopping.Token);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            Learn();
            throw new TimeoutException($"The answer took longer than {MostTime.TotalSeconds:N0} s. Name a project or a team, or ask for a shorter time.", fault);
        }

        Learn();
        queries.Add(new LoggedQuery(
            time.GetUtcNow(), shape, choice.Candidate.Plan, choice.Candidate.Estimate, choice.ExpectedMs, clock.Elapsed.TotalMilliseconds, tally.Requests, tally.Bytes, page.Rows.Count, choice.Propensity, candidates.Count));
        return (page, new TakenPlan(choice.Candidate.Plan, choice.Candidate.Estimate, [.. candidates.Select(one => one.Plan)], choice.ExpectedMs, clock.Elapsed.TotalMilliseconds, tally.Requests, tally.Bytes));

        async Task<RowPage> RunAsync(CancellationToken token)
        {
            var isKept = choice.Candidate.Plan.Source == PlanSource.Kept;
            if (!isKept && !(QueryPlans.IsSettled(query, now) && settled.IsAskedAgain(query))) return await executor.RunAsync(query, choice.Candidate.Plan, now, token);
            var version = await settled.VersionAsync(query, token);
            if (isKept && settled.At(query, version) is { } kept) return kept;

            // To have it the next time is not what this plan costs.
            if (!isKept) clock.Restart();
            var found = await executor.RunAsync(query, isKept ? otherwise.Plan : choice.Candidate.Plan, now, token);
            settled.Keep(query, version, found);
            return found;
        }

        void Learn()
        {
            clock.Stop();
            lock (_lock) costs.Learn(shape, choice.Candidate, clock.Elapsed.TotalMilliseconds);
        }
    }

    /// <summary>The plans of a query, and how long each is expected to take, the cheapest first.</summary>
    /// <exception cref="QuerySpanException">It asks for too much.</exception>
    public async Task<IReadOnlyList<(PlanCandidate Candidate, double ExpectedMs)>> ExplainAsync(Query query, FleetSize fleet, DateTime now, CancellationToken cancellationToken)
    {
        await RememberAsync(cancellationToken);
        var shape = QueryShape.Of(query, now);
        var candidates = Candidates(query, fleet, now);
        lock (_lock) return [.. candidates.Select(candidate => (candidate, costs.ExpectedMs(shape, candidate))).OrderBy(one => one.Item2)];
    }

    private List<PlanCandidate> Candidates(Query query, FleetSize fleet, DateTime now)
    {
        var all = QueryPlans.Of(query, now, isKept: settled.Has(query)).Select(plan => new PlanCandidate(plan, PlanEstimate.Of(query, plan, fleet, now))).ToList();
        var within = all.Where(candidate => candidate.Estimate.IsWithinLimits).ToList();
        if (within.Exists(candidate => candidate.Plan.Source != PlanSource.Kept)) return within;
        var least = all.MinBy(candidate => candidate.Estimate.Entities)!.Estimate;
        throw new QuerySpanException(string.Create(
            CultureInfo.InvariantCulture,
            $"To answer this, about {least.Entities:N0} rows would have to be read in {least.Requests:N0} requests; expected at most {PlanEstimate.MostEntities:N0} in {PlanEstimate.MostRequests:N0}. Name a project or a team, or ask for a shorter time."));
    }

    /// <summary>Learns, once, from what queries took before this process.</summary>
    private async Task RememberAsync(CancellationToken cancellationToken)
    {
        Task remembering;
        lock (_lock) remembering = _remembering ??= Task.Run(ReadAsync, CancellationToken.None);
        await remembering.WaitAsync(cancellationToken);
    }

    private async Task ReadAsync()
    {
        try
        {
            var before = await queries.LatestAsync(Remembered, CancellationToken.None);
            lock (_lock)
                foreach (var one in before) costs.Learn(one.Shape, new PlanCandidate(one.Plan, one.Estimate), one.SpentMs);
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            log.LogWarning(fault, "What queries took before could not be read; plans are chosen by rule");
        }
    }
}
