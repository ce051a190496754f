using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using ShitOps.Tests.Page;

namespace ShitOps.Tests.Asking;

/// <summary>An <see cref="AskApp"/> over HTTP, with the page: to be asked from outside.</summary>
internal static class AskServer
{
    /// <summary>Starts it.</summary>
    /// <param name="app">Answers.</param>
    /// <param name="slow">The question whose answer comes two seconds late.</param>
    /// <param name="script">Runs on the page.</param>
    public static Task<PageServer> StartAsync(AskApp app, string? slow = null, string script = "") => PageServer.StartAsync(
        async context =>
        {
            if (context.Request.Path.Value is not ("/api/ask" or "/api/ask/feedback"))
            {
                context.Response.StatusCode = 404;
                await context.Response.WriteAsync("{}");
                return;
            }

            var isLate = context.Request.HasFormContentType && (await context.Request.ReadFormAsync())["question"] == slow;
            var result = await app.RunAsync(context.Request);
            if (isLate) await Task.Delay(TimeSpan.FromSeconds(2));
            await result.ExecuteResultAsync(new ActionContext(context, new RouteData(), new ActionDescriptor()));
        },
        script);
}
