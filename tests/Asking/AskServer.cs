using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace ShitOps.Tests.Asking;

/// <summary>An <see cref="AskApp"/> over HTTP, with the page: to be asked from outside.</summary>
internal sealed class AskServer : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly TaskCompletionSource<string> _said = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private AskServer(WebApplication server) => _server = server;

    public string Url => _server.Urls.Single();

    /// <summary>What the script of the page says at last.</summary>
    public Task<string> Said => _said.Task;

    /// <summary>Starts it.</summary>
    /// <param name="app">Answers.</param>
    /// <param name="slow">The question whose answer comes two seconds late.</param>
    /// <param name="script">Runs on the page, which POSTs what it has to say to <c>/said</c>.</param>
    public static async Task<AskServer> StartAsync(AskApp app, string? slow = null, string script = "")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new AskServer(builder.Build());
        server._server.Run(async context =>
        {
            var path = context.Request.Path.Value!;
            if (path == "/said")
            {
                using var reader = new StreamReader(context.Request.Body);
                server._said.TrySetResult(await reader.ReadToEndAsync());
            }
            else if (path is "/api/ask" or "/api/ask/feedback")
            {
                var isLate = context.Request.HasFormContentType && (await context.Request.ReadFormAsync())["question"] == slow;
                var result = await app.RunAsync(context.Request);
                if (isLate) await Task.Delay(TimeSpan.FromSeconds(2));
                await result.ExecuteResultAsync(new ActionContext(context, new RouteData(), new ActionDescriptor()));
            }
            else if (path == "/")
            {
                context.Response.ContentType = "text/html";
                await context.Response.WriteAsync((await File.ReadAllTextAsync(Page("index.html"))).Replace("</body>", $"<script>{script}</script></body>", StringComparison.Ordinal));
            }
            else if (File.Exists(Page(path)))
            {
                context.Response.ContentType = path.EndsWith(".js", StringComparison.Ordinal) ? "text/javascript" : "text/css";
                await context.Response.SendFileAsync(Page(path));
            }
            else
            {
                context.Response.StatusCode = 404;
                await context.Response.WriteAsync("{}");
            }
        });
        await server._server.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static string Page(string path) => Path.Combine(RepositoryRoot.Path, "local", "Page", Path.GetFileName(path));
}
