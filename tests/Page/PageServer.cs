using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ShitOps.Tests.Page;

/// <summary>The page of the local runtime over an API of the test's, with a script in it that says what it finds.</summary>
internal sealed class PageServer : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly TaskCompletionSource<string> _said = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PageServer(WebApplication server) => _server = server;

    public string Url => _server.Urls.Single();

    /// <summary>Starts it.</summary>
    /// <param name="api">Answers what is no file of the page.</param>
    /// <param name="script">Runs on the page, which POSTs what it has to say to <c>/said</c>.</param>
    public static async Task<PageServer> StartAsync(RequestDelegate api, string script)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new PageServer(builder.Build());
        server._server.Run(async context =>
        {
            var path = context.Request.Path.Value!;
            if (path == "/said")
            {
                using var reader = new StreamReader(context.Request.Body);
                server._said.TrySetResult(await reader.ReadToEndAsync());
            }
            else if (path == "/")
            {
                context.Response.ContentType = "text/html";
                await context.Response.WriteAsync((await File.ReadAllTextAsync(FileOf("index.html"))).Replace("</body>", $"<script>{script}</script></body>", StringComparison.Ordinal));
            }
            else if (File.Exists(FileOf(path)))
            {
                context.Response.ContentType = path.EndsWith(".js", StringComparison.Ordinal) ? "text/javascript" : "text/css";
                await context.Response.SendFileAsync(FileOf(path));
            }
            else
            {
                await api(context);
            }
        });
        await server._server.StartAsync();
        return server;
    }

    /// <summary>What the page's script says in a browser.</summary>
    public async Task<string> SaidAsync()
    {
        const string Browser = "/usr/bin/chromium";
        Assert.SkipUnless(File.Exists(Browser), $"{Browser} is not there");
        var profile = Directory.CreateTempSubdirectory("shitops-chromium-");
        var start = new ProcessStartInfo(Browser, ["--headless", "--no-sandbox", "--disable-gpu", "--no-proxy-server", $"--user-data-dir={profile.FullName}", "--remote-debugging-port=0", Url]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var browser = Process.Start(start)!;
        try
        {
            return await _said.Task.WaitAsync(TimeSpan.FromMinutes(1));
        }
        finally
        {
            browser.Kill(entireProcessTree: true);
            await browser.WaitForExitAsync();
            try
            {
                profile.Delete(recursive: true);
            }
            catch (IOException)
            {
                // One of its children still writes there.
            }
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static string FileOf(string path) => Path.Combine(RepositoryRoot.Path, "local", "Page", Path.GetFileName(path));
}
