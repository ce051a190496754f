using System.Diagnostics;
using System.Globalization;
using ShitOps.History;
using ShitOps.Planning;
using ShitOps.Rows;
using ShitOps.Storage;

namespace ShitOps.Asking;

/// <summary>The plan that was taken for a query, and what it took.</summary>
/// <param name="Candidate">What was read, with the estimate of it; in the place of a kept answer that was out of date, what was read instead.</param>
/// <param name="Candidates">All that would have given the answer within limits.</param>
/// <param name="ExpectedMs">How long what was chosen was expected to take.</param>
/// <param name="SpentMs">How long it took, with what was asked of storage to keep the answer.</param>
/// <param name="Requests">Requests to storage, with those.</param>
/// <param name="Bytes">Bytes of their answers.</param>
public sealed record TakenPlan(PlanCandidate Candidate, IReadOnlyList<QueryPlan> Candidates, double ExpectedMs, double SpentMs, long Requests, long Bytes)
{
    /// <summary>The plan of <see cref="Candidate"/>.</summary>
    public QueryPlan Plan => Candidate.Plan;
}

/// <summary>Chooses a plan for a query by what plans took before, answers by it, and learns what it took.</summary>
/// <param name="executor">Answers.</param>
/// <param name="settled">Answers of before.</param>
/// <param name="queries">What queries took.</param>
/// <param name="costs">What is believed of it.</param>
/// <param name="history">How far back series go.</param>
/// <param name="time">The clock.</param>
public sealed class QueryPlanner(QueryExecutor executor, SettledAnswers settled, QueryLog queries, LearntCosts costs, HistorySettings history, TimeProvider time)
{
    /// <summary>From how many of the latest queries a process learns when it starts.</summary>
    public const int Remembered = 4_000;

    /// <summary>How long a query may take.</summary>
    public TimeSpan MostTime { get; init; } = TimeSpan.FromMinutes(2);

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
        var candidates = Candidates(query, fleet, now);
        var shape = QueryShape.Of(query, now);
        var (choice, otherwise) = costs.Ask(model => (
            model.Choose(shape, candidates),
            candidates.Where(candidate => candidate.Plan.Source != PlanSource.Kept).MinBy(candidate => model.ExpectedMs(shape, candidate))!));
        var isKept = choice.Candidate.Plan.Source == PlanSource.Kept;
        var read = isKept ? otherwise : choice.Candidate;

        var tally = StorageTally.Begin();
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stopping.CancelAfter(MostTime);
        var (outcome, rows) = (QueryOutcome.Failed, 0);
        var clock = Stopwatch.StartNew();
        try
        {
            var page = await RunAsync(stopping.Token);
            clock.Stop();
            (outcome, rows) = (QueryOutcome.Answered, page.Rows.Count);
            return (page, new TakenPlan(read, [.. candidates.Select(one => one.Plan)], choice.ExpectedMs, clock.Elapsed.TotalMilliseconds, tally.Requests, tally.Bytes));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            outcome = QueryOutcome.GivenUp;
            throw;
        }
        catch (OperationCanceledException fault)
        {
            outcome = QueryOutcome.TimedOut;
            throw new TimeoutException($"The answer took longer than {MostTime.TotalSeconds:N0} s. Name a project or a team, or ask for a shorter time.", fault);
        }
        finally
        {
            // What was broken off is load too, and others need not try it.
            var one = new LoggedQuery(
                time.GetUtcNow(), shape, choice.Candidate.Plan, choice.Candidate.Estimate, choice.ExpectedMs, clock.Elapsed.TotalMilliseconds, tally.Requests, tally.Bytes, rows, choice.Propensity, candidates.Count, Outcome: outcome);
            costs.Learn(one);
            queries.Add(one);
        }

        async Task<RowPage> RunAsync(CancellationToken token)
        {
            // Series are read through memory that trusts itself for a moment: what they give may be older than the version.
            var keeps = read.Plan.Source != PlanSource.Series && QueryPlans.IsSettled(query, now) && settled.IsAskedAgain(query);
            if (!isKept && !keeps) return await ReadAsync(token);
            var version = await settled.VersionAsync(query, token);
            if (isKept && settled.At(query, version) is { } kept)
            {
                read = choice.Candidate;
                return kept;
            }

            var found = await ReadAsync(token);
            if (keeps) settled.Keep(query, version, found);
            return found;
        }

        async Task<RowPage> ReadAsync(CancellationToken token)
        {
            try
            {
                return await executor.RunAsync(query, read.Plan, now, token, clock);
            }
            catch (QuerySpanException) when (read.Plan.Source == PlanSource.Series && candidates.Exists(IsOtherwise))
            {
                // More series than a query may hold, which shows only on the way; what comes of it is the price of the plan that was chosen.
                read = costs.Ask(model => candidates.Where(IsOtherwise).MinBy(candidate => model.ExpectedMs(shape, candidate))!);
                return await executor.RunAsync(query, read.Plan, now, token, clock);
            }
        }

        static bool IsOtherwise(PlanCandidate candidate) => candidate.Plan.Source is not (PlanSource.Series or PlanSource.Kept);
    }

    /// <summary>The plans of a query, and how long each is expected to take, the cheapest first.</summary>
    /// <exception cref="QuerySpanException">It asks for too much.</exception>
    public IReadOnlyList<(PlanCandidate Candidate, double ExpectedMs)> Explain(Query query, FleetSize fleet, DateTime now)
    {
        var shape = QueryShape.Of(query, now);
        var candidates = Candidates(query, fleet, now);
        return costs.Ask(model => candidates.Select(candidate => (candidate, model.ExpectedMs(shape, candidate))).OrderBy(one => one.Item2).ToList());
    }

    private List<PlanCandidate> Candidates(Query query, FleetSize fleet, DateTime now)
    {
        var at = new DateTimeOffset(now);
        var (first, firstHourly) = (history.FirstDay(at), history.FirstHourlyDay(at));
        var all = QueryPlans.Of(query, now, isKept: settled.Has(query), hasSeriesAfter: first > firstHourly ? first : firstHourly)
            .Select(plan => new PlanCandidate(plan, PlanEstimate.Of(query, plan, fleet, now))).ToList();
        var within = all.Where(candidate => candidate.Estimate.IsWithinLimits).ToList();
        if (within.Exists(candidate => candidate.Plan.Source != PlanSource.Kept)) return within;
        var least = all.MinBy(candidate => candidate.Estimate.Entities)!.Estimate;
        throw new QuerySpanException(string.Create(
            CultureInfo.InvariantCulture,
            $"To answer this, about {least.Entities:N0} rows would have to be read in {least.Requests:N0} requests; expected at most {PlanEstimate.MostEntities:N0} in {PlanEstimate.MostRequests:N0}. Name a project or a team, or ask for a shorter time."));
    }
}
