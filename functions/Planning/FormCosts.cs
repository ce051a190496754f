using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using ShitOps.Datasource;
using ShitOps.Observability;
using ShitOps.PromQL;
using ShitOps.Storage;

namespace ShitOps.Planning;

/// <summary>How many rows or series an answer has; those who answer put it into the request's features.</summary>
internal sealed record AnsweredRows(int Count);

/// <summary>Around the functions that answer PromQL and rows: their requests go through <see cref="FormPlanner"/>, and their answers say what it made of them.</summary>
internal sealed class FormCosts(FormPlanner planner) : IFunctionsWorkerMiddleware
{
    private const string Rows = "/api/rows/";

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        // Only there is a request; what is said of other functions is not for every version of the worker the same.
        if (InvocationMetrics.TriggerOf(context.FunctionDefinition) != "http" || context.GetHttpContext() is not { } http || await PlanOfAsync(context.FunctionDefinition.Name, http.Request, context.CancellationToken) is not { } plan)
        {
            await next(context);
            return;
        }

        var expected = planner.ExpectedMs(plan);
        var tally = StorageTally.Begin();
        var begun = Stopwatch.GetTimestamp();
        await next(context);
        var spent = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        if (http.Features.Get<AnsweredRows>() is not { } answered) return;
        planner.Learn(plan, expected, spent, tally.Requests, tally.Bytes, answered.Count);
        if (!http.Response.HasStarted) PlanHeaders.Write(http.Response, plan.Candidate.Plan, expected, spent, tally.Requests);
    }

    private async ValueTask<FormPlan?> PlanOfAsync(string function, HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.Path.Value is { } path && path.StartsWith(Rows, StringComparison.Ordinal)) return planner.OfRows(path + request.QueryString.Value);
        if (function is not (nameof(GetQuery) or nameof(GetQueryRange))) return null;
        try
        {
            var parameters = await QueryParameters.OfAsync(request, cancellationToken);
            if (parameters.Value("query") is not { } expression) return null;
            if (function == nameof(GetQuery)) return planner.OfPromQL(expression, range: null, points: 1);
            var range = TimeSpan.FromMilliseconds(Math.Max(0, parameters.RequiredTime("end") - parameters.RequiredTime("start")));
            return planner.OfPromQL(expression, range, 1 + (long)(range.TotalMilliseconds / Math.Max(1, parameters.Duration("step") ?? 1)));
        }
        catch (QueryException)
        {
            // Whoever answers says what is wrong with it.
            return null;
        }
    }
}
