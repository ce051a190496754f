using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace ShitOps.Local.Worker;

/// <summary>Answers requests with the functions that have an <see cref="HttpTriggerAttribute"/>.</summary>
internal sealed partial class HttpFunctions(
    HostJson host, FunctionInvoker invoker, RequestThrottle throttle, FunctionKeys? keys, long bodyLimit, CancellationToken stopping)
{
    /// <summary>Routing as the host does it: where a route exists but not for the method, there is nothing (404, not 405).</summary>
    public static void UseRouting(WebApplication app)
    {
        app.UseRouting();
        app.Use(next => context =>
        {
            if (context.GetEndpoint() is null or RouteEndpoint)
            {
                return next(context);
            }

            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }

    /// <summary>The path of a function's route, with the prefix of host.json.</summary>
    public static string RouteOf(AppFunction function, HttpLimits limits, AppSettings settings)
    {
        var route = settings.Resolve(((HttpTriggerAttribute)function.Trigger).Route ?? function.Name, function.Where).Trim('/');
        var path = limits.RoutePrefix.Trim('/') is { Length: > 0 } prefix ? $"{prefix}/{route}" : route;
        return path.Split('/')[0].Equals("admin", StringComparison.OrdinalIgnoreCase)
            ? throw new FunctionAppException($"Function '{function.Name}': the route '{path}' begins with admin, which is the host's.")
            : path;
    }

    public void Map(IEndpointRouteBuilder routes, AppFunction function, string path)
    {
        var trigger = (HttpTriggerAttribute)function.Trigger;
        if (trigger.AuthLevel == AuthorizationLevel.User)
        {
            throw new FunctionAppException($"Function '{function.Name}' asks for the level User, which needs the platform's authentication. Use Anonymous or Function.");
        }

        var logger = invoker.LoggerOf(function);
        RequestDelegate answer = context => AnswerAsync(context, function, logger);
        if (trigger.Methods is { Length: > 0 } methods)
        {
            routes.MapMethods(path, methods.Select(method => method.ToUpperInvariant()), answer);
        }
        else
        {
            routes.Map(path, answer);
        }
    }

    private async Task AnswerAsync(HttpContext context, AppFunction function, ILogger logger)
    {
        if (keys?.Allow(context.Request, ((HttpTriggerAttribute)function.Trigger).AuthLevel, function.Name) == false)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        if (context.Request.ContentLength > bodyLimit)
        {
            // Without its limit the server reads on for a while and drops what comes; cut off while it sends, a client may not see the answer.
            context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }

        foreach (var header in host.Configuration.GetSection("extensions:http:customHeaders").GetChildren())
        {
            context.Response.Headers[header.Key] = header.Value;
        }

        try
        {
            if (!await throttle.TryRunAsync(() => RunAsync(context, function, logger), context.RequestAborted))
            {
                context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away while the request waited its turn.
        }
    }

    private async Task RunAsync(HttpContext context, AppFunction function, ILogger logger)
    {
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var server = Activity.Current is { Recorded: true } recorded ? recorded : null;
        var origin = new Invocation.Origin(
            server?.Id ?? context.Request.Headers.TraceParent,
            server?.TraceStateString ?? context.Request.Headers.TraceState,
            BindingData: context.Request.RouteValues);
        var (invocation, failure) = await invoker.InvokeAsync(
            function, context.Request, context.RequestServices, origin, started => started.Items[FunctionContextExtensions.HttpContextKey] = context, cancelled.Token);

        if (failure is null)
        {
            try
            {
                await WriteAsync(context, invocation.Result.Value);
                return;
            }
            catch (Exception fault)
            {
                failure = fault;
            }
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            LogAborted(logger, invocation.InvocationId);
            return;
        }

        if (failure is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } && !context.Response.HasStarted)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }

        LogFailed(logger, failure, invocation.InvocationId);
        if (context.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            context.Abort();
            return;
        }

        // What went wrong is for the log: the caller gets the number to find it by.
        context.Response.Clear();
        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        await context.Response.WriteAsJsonAsync(new { error = "The function failed.", invocationId = invocation.InvocationId }, CancellationToken.None);
    }

    /// <summary>A function that returns nothing has written its answer itself.</summary>
    private static Task WriteAsync(HttpContext context, object? result) => result switch
    {
        IActionResult action => action.ExecuteResultAsync(new ActionContext(context, context.GetRouteData(), new ActionDescriptor())),
        IResult answer => answer.ExecuteAsync(context),
        _ => Task.CompletedTask,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "Invocation {Invocation} failed")]
    private static partial void LogFailed(ILogger logger, Exception failure, string invocation);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Invocation {Invocation} ended after its client had gone")]
    private static partial void LogAborted(ILogger logger, string invocation);
}
