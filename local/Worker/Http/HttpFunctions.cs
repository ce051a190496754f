using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace ShitOps.Local.Worker;

/// <summary>Answers requests with the functions that have an <see cref="HttpTriggerAttribute"/>.</summary>
internal sealed partial class HttpFunctions(
    HostJson host, FunctionInvoker invoker, RequestThrottle throttle, FunctionKeys? keys, long bodyLimit, CancellationToken stopping)
{
    /// <summary>So long a request may take that is under way when the app begins to stop, or comes after it.</summary>
    private static readonly TimeSpan TimeWhileStopping = TimeSpan.FromSeconds(5);

    /// <summary>Routing as the host does it: where a route exists but not for the method, there is nothing (404, not 405).</summary>
    public static void UseRouting(WebApplication app)
    {
        app.UseRouting();
        app.Use(next => async context =>
        {
            var endpoint = context.GetEndpoint();
            if (endpoint is RouteEndpoint)
            {
                await next(context);
                return;
            }

            // Routing's answer to a method that the route does not have, 405, is not given, but it knows which ones there are.
            if (endpoint?.RequestDelegate is { } refuse) await refuse(context);
            var methods = context.Response.Headers.Allow.FirstOrDefault();
            context.Response.Headers.Remove(HeaderNames.Allow);
            await HttpProblem.NotFound(context.Request, methods).WriteAsync(context);
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

    /// <summary>Functions between which routing could not decide, of which each request to them would fail.</summary>
    /// <param name="functions">The functions that are run.</param>
    /// <param name="paths">Of those that have one, by their names.</param>
    public static IEnumerable<string> Conflicts(IReadOnlyCollection<AppFunction> functions, IReadOnlyDictionary<string, string> paths) =>
        from same in functions.Where(function => paths.ContainsKey(function.Name)).GroupBy(function => Shape(paths[function.Name]), StringComparer.OrdinalIgnoreCase)
        from one in same
        from other in same
        where string.CompareOrdinal(one.Name, other.Name) < 0
        let shared = MethodsOf(one).Intersect(MethodsOf(other), StringComparer.Ordinal).ToList()
        where shared.Count > 0
        select $"Functions '{one.Name}' and '{other.Name}' both answer {string.Join(", ", shared)} /{paths[one.Name]}.";

    public void Map(IEndpointRouteBuilder routes, AppFunction function, string path)
    {
        var trigger = (HttpTriggerAttribute)function.Trigger;
        if (trigger.AuthLevel == AuthorizationLevel.User)
        {
            throw new FunctionAppException($"Function '{function.Name}' asks for the level User, which needs the platform's authentication. Use Anonymous or Function.");
        }

        var logger = invoker.LoggerOf(function);
        RequestDelegate answer = context => AnswerAsync(context, function, logger);
        if (trigger.Methods is { Length: > 0 })
        {
            routes.MapMethods(path, MethodsOf(function), answer);
        }
        else
        {
            routes.Map(path, answer);
        }
    }

    /// <summary>A function that names no method answers those that no other function of its route names.</summary>
    private static string[] MethodsOf(AppFunction function) =>
        ((HttpTriggerAttribute)function.Trigger).Methods is { Length: > 0 } methods ? [.. methods.Select(method => method.ToUpperInvariant())] : ["any method of"];

    /// <summary>A path without the names of its parameters, which routing does not look at.</summary>
    private static string Shape(string path) =>
        string.Join('/', RoutePatternFactory.Parse(path).PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
        {
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternSeparatorPart separator => separator.Content,
            RoutePatternParameterPart parameter => $"{{{parameter.ParameterKind}:{string.Join(':', parameter.ParameterPolicies.Select(policy => policy.Content))}}}",
            _ => throw new InvalidOperationException($"{part} is no part of a route."),
        }))));

    /// <summary>Answers within the span of the request, as the host has it.</summary>
    private async Task AnswerAsync(HttpContext context, AppFunction function, ILogger logger)
    {
        if (Activity.Current is not { Recorded: true } span)
        {
            await AnswerAsync(context, function, logger, span: null);
            return;
        }

        // Its route, not its path, which may name what was asked for.
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        span.DisplayName = $"{context.Request.Method} {route}";
        span.SetTag("http.request.method", context.Request.Method).SetTag("http.route", route);
        try
        {
            await AnswerAsync(context, function, logger, span);
        }
        finally
        {
            var status = context.Response.StatusCode;
            span.SetTag("http.response.status_code", status);
            if (status >= 500) span.SetTag("error.type", $"{status}").SetStatus(ActivityStatusCode.Error);
        }
    }

    private async Task AnswerAsync(HttpContext context, AppFunction function, ILogger logger, Activity? span)
    {
        var level = ((HttpTriggerAttribute)function.Trigger).AuthLevel;
        if (keys?.Allow(context.Request, level, function.Name) == false)
        {
            await HttpProblem.Unauthorized(context.Request, level, function.Name).WriteAsync(context);
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
            if (!await throttle.TryRunAsync(() => InvokeAsync(context, function, logger, span), context.RequestAborted))
            {
                context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away while the request waited its turn.
        }
    }

    private async Task InvokeAsync(HttpContext context, AppFunction function, ILogger logger, Activity? span)
    {
        // Whoever asks may not know yet that the app stops, and has no other to ask at once.
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        await using var limit = stopping.Register(() => cancelled.CancelAfter(TimeWhileStopping));
        var origin = new Invocation.Origin(
            span?.Id ?? context.Request.Headers.TraceParent,
            span?.TraceStateString ?? context.Request.Headers.TraceState,
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
