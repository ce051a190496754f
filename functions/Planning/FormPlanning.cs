using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using ShitOps.Datasource;
using ShitOps.Observability;
using ShitOps.PromQL;
using ShitOps.Storage;

namespace ShitOps.Planning;

/// <summary>Around the functions that answer PromQL and rows: their requests go through <see cref="FormPlanner"/>, and their answers say what it made of them.</summary>
internal sealed class FormPlanning(FormPlanner planner, TimeProvider time) : IFunctionsWorkerMiddleware
{
    private const string Rows = "/api/rows/";

    // Below /api and, for a datasource whose address ends so, below /api/api.
    private const string Instant = "/v1/query";
    private const string Range = "/v1/query_range";

    private const int MostFormBytes = 64 << 10;
    private const long LongestMs = 1_000L * 366 * 86_400_000;

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        var begun = Stopwatch.GetTimestamp();

        // Only there is a request; what is said of other functions is not for every version of the worker the same.
        if (InvocationMetrics.TriggerOf(context.FunctionDefinition) != "http" || context.GetHttpContext() is not { } http || await PlanOfAsync(http.Request, context.CancellationToken) is not { } plan)
        {
            await next(context);
            return;
        }

        var expected = planner.ExpectedMs(plan);
        var tally = StorageTally.Begin();
        try
        {
            await next(context);
        }
        catch (Exception fault)
        {
            var isGivenUp = fault is OperationCanceledException && context.CancellationToken.IsCancellationRequested;
            Learn(http.Features.Get<ReadingEnd>() ?? new ReadingEnd(isGivenUp ? QueryOutcome.GivenUp : QueryOutcome.Failed, Rows: 0));
            throw;
        }

        if (http.Features.Get<ReadingEnd>() is not { } end) return;
        var spent = Learn(end);
        if (end.Outcome == QueryOutcome.Answered && !http.Response.HasStarted) PlanHeaders.Write(http.Response, plan.Candidate.Plan, expected, spent, tally.Requests);

        double Learn(ReadingEnd how)
        {
            var took = Stopwatch.GetElapsedTime(begun).TotalMilliseconds - how.WaitedMs;
            planner.Learn(plan, how, expected, took, tally.Requests, tally.Bytes);
            return took;
        }
    }

    private async ValueTask<FormPlan?> PlanOfAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var path = request.Path.Value ?? "";
        if (path.StartsWith(Rows, StringComparison.Ordinal)) return planner.OfRows(path + request.QueryString.Value);
        var called = path.TrimEnd('/');
        var isInstant = called.EndsWith(Instant, StringComparison.OrdinalIgnoreCase);
        if (!isInstant && !called.EndsWith(Range, StringComparison.OrdinalIgnoreCase)) return null;

        // Nothing is read here that is longer than what anybody asks; whoever answers has limits of its own.
        if (request.HasFormContentType && request.ContentLength is not <= MostFormBytes) return null;
        try
        {
            var parameters = await QueryParameters.OfAsync(request, cancellationToken);
            if (parameters.Value("query") is not { } expression) return null;
            if (isInstant) return planner.OfPromQL(expression, Time(parameters.Time("time", time.GetUtcNow().ToUnixTimeMilliseconds())), range: null, points: 1);
            var end = parameters.RequiredTime("end");
            var range = TimeSpan.FromMilliseconds(Math.Clamp(end - parameters.RequiredTime("start"), 0, LongestMs));
            return planner.OfPromQL(expression, Time(end), range, 1 + (long)(range.TotalMilliseconds / Math.Max(1, parameters.Duration("step") ?? 1)));
        }
        catch (QueryException)
        {
            // Whoever answers says what is wrong with it.
            return null;
        }
    }

    /// <summary>A time, within what is ever asked for.</summary>
    private DateTime Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(ms, 0, time.GetUtcNow().ToUnixTimeMilliseconds())).UtcDateTime;
}
