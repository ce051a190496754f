using System.Diagnostics;
using System.Globalization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ShitOps.Local.Worker;

/// <summary>Runs functions through the middleware, within host.json's time, with a span each.</summary>
internal sealed partial class FunctionInvoker(
    FunctionExecutionDelegate pipeline, TimeSpan? timeout, IServiceScopeFactory scopes, TimeProvider time, ILoggerFactory loggers)
{
    private static readonly ActivitySource Source = new(ConfigureFunctionsOpenTelemetry.ActivitySourceName);

    /// <summary>Puts <paramref name="middleware"/> around the function, the first outermost.</summary>
    public static FunctionExecutionDelegate Compose(IEnumerable<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware) =>
        middleware.Reverse().Aggregate(
            (FunctionExecutionDelegate)(context => ((Invocation)context).Function.RunAsync((Invocation)context)), (next, wrap) => wrap(next));

    /// <summary>Runs a function in a scope of its own, again as often as its retry attribute says.</summary>
    /// <returns>What the last try failed with, or null.</returns>
    public async Task<Exception?> InvokeAsync(AppFunction function, object trigger, Invocation.Origin origin, CancellationToken stopping)
    {
        for (var retries = 0; ; retries++)
        {
            Exception? failure = null;
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                (_, failure) = await InvokeAsync(function, trigger, scope.ServiceProvider, origin with { RetryCount = retries }, prepare: null, stopping);
            }
            catch (Exception thrown)
            {
                // What the scope's services throw when they are disposed is the invocation's failure too: a buffer may not have been flushed.
                failure = failure is null ? thrown : new AggregateException(failure, thrown);
            }

            if (failure is null || stopping.IsCancellationRequested || function.Retry is not { } retry
                || (retry.MaxRetryCount >= 0 && retries >= retry.MaxRetryCount))
            {
                return failure;
            }

            try
            {
                await Task.Delay(Delay(retry, retries), time, stopping);
            }
            catch (OperationCanceledException)
            {
                return failure;
            }
        }
    }

    /// <summary>Runs a function once, in the scope of <paramref name="services"/>.</summary>
    public async Task<(Invocation Invocation, Exception? Failure)> InvokeAsync(
        AppFunction function, object trigger, IServiceProvider services, Invocation.Origin origin, Action<Invocation>? prepare, CancellationToken stopping)
    {
        using var timer = timeout is { } limit ? new CancellationTokenSource(limit, time) : null;
        using var cancelled = new CancellationTokenSource();
        using var whenStopping = stopping.Register(() => Cancel(function, cancelled));
        using var whenLate = timer?.Token.Register(() => Cancel(function, cancelled));
        var invocation = new Invocation(function, trigger, services, origin, cancelled.Token);
        prepare?.Invoke(invocation);

        using var span = StartSpan(invocation);
        Exception? failure = null;
        try
        {
            await pipeline(invocation);
        }
        catch (Exception thrown)
        {
            failure = thrown;
        }

        if (timer?.IsCancellationRequested == true && !stopping.IsCancellationRequested)
        {
            // The host gives up on such an invocation, so it has failed even if the function did not notice.
            failure = new TimeoutException($"Function '{function.Name}' took longer than functionTimeout in host.json, {timeout}.", failure);
        }

        if (failure is not null)
        {
            span?.SetStatus(ActivityStatusCode.Error, failure.Message);
            span?.AddException(failure);
        }

        return (invocation, failure);
    }

    public ILogger LoggerOf(AppFunction function) => loggers.CreateLogger($"Function.{function.Name}");

    /// <summary>
    /// What a function registered on its token runs in here. Not linked to <paramref name="cancelled"/>, the sources of other
    /// functions and of the listeners do not see what it throws.
    /// </summary>
    private void Cancel(AppFunction function, CancellationTokenSource cancelled)
    {
        try
        {
            cancelled.Cancel();
        }
        catch (AggregateException fault)
        {
            LogCancellationFailed(LoggerOf(function), fault);
        }
    }

    private static Activity? StartSpan(Invocation invocation)
    {
        if (!ActivityContext.TryParse(invocation.TraceContext.TraceParent, invocation.TraceContext.TraceState, isRemote: true, out var parent)
            && Activity.Current is { Recorded: false })
        {
            // The server's own activity, which nobody records, would have the span not recorded either.
            Activity.Current = null;
        }

        var span = Source.StartActivity(
            $"function {invocation.Function.Name}", invocation.Trigger is KafkaRecord or KafkaRecord[] ? ActivityKind.Consumer : ActivityKind.Internal, parent);
        span?.SetTag("faas.name", invocation.Function.Name);
        span?.SetTag("faas.invocation_id", invocation.InvocationId);
        return span;
    }

    private static TimeSpan Delay(RetryAttribute retry, int retries)
    {
        switch (retry)
        {
            case FixedDelayRetryAttribute fixedDelay:
                return TimeSpan.Parse(fixedDelay.DelayInterval, CultureInfo.InvariantCulture);
            case ExponentialBackoffRetryAttribute backoff:
                var least = TimeSpan.Parse(backoff.MinimumInterval, CultureInfo.InvariantCulture);
                var most = TimeSpan.Parse(backoff.MaximumInterval, CultureInfo.InvariantCulture);
                return TimeSpan.FromTicks((long)Math.Min(most.Ticks, least.Ticks * Math.Pow(2, retries)));
            default:
                return TimeSpan.Zero;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "What the function registered on its cancellation token failed")]
    private static partial void LogCancellationFailed(ILogger logger, Exception fault);
}
