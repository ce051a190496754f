using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace ShitOps.Observability;

/// <summary>
/// Counts and times invocations by OpenTelemetry's conventions for functions, each with <c>faas.name</c> and <c>faas.trigger</c>, and with
/// <c>error.type</c> if it failed. Unlike spans, all of them are told of: the alerts rely on it.
/// </summary>
internal sealed class InvocationMetrics : IFunctionsWorkerMiddleware
{
    private static readonly Counter<long> Invocations = Telemetry.Meter.CreateCounter<long>("faas.invocations", "{invocation}", "Invocations that have ended.");
    private static readonly Histogram<double> Durations = Telemetry.Meter.CreateHistogram<double>("faas.invoke_duration", "s", "How long an invocation took.", tags: null, advice: Telemetry.Durations);

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        var begun = Stopwatch.GetTimestamp();
        string? error = null;
        try
        {
            await next(context);
        }
        // Who goes away, or stops the app, has not found a fault in it.
        catch (Exception fault) when (fault is not OperationCanceledException || !context.CancellationToken.IsCancellationRequested)
        {
            error = fault.GetType().FullName;
            throw;
        }
        finally
        {
            var tags = new TagList { { "faas.name", context.FunctionDefinition.Name }, { "faas.trigger", TriggerOf(context.FunctionDefinition) } };
            if (error is not null) tags.Add("error.type", error);
            Invocations.Add(1, tags);
            Durations.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds, tags);
        }
    }

    /// <summary>What starts a function, by OpenTelemetry's words: <c>http</c>, <c>pubsub</c>, <c>timer</c> or <c>other</c>.</summary>
    public static string TriggerOf(FunctionDefinition function)
    {
        foreach (var binding in function.InputBindings.Values)
        {
            switch (binding.Type)
            {
                case "httpTrigger": return "http";
                case "kafkaTrigger": return "pubsub";
                case "timerTrigger": return "timer";
            }
        }

        return "other";
    }
}
