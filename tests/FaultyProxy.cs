using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using ShitOps.Local;

namespace ShitOps.Tests;

/// <summary>
/// Stands between other processes and the blobs and tables of an account, and lets happen to their requests what a network and a store do.
/// Signatures hold through it: they cover the path and headers that it leaves as they are, and not the host.
/// </summary>
internal sealed class FaultyProxy : IAsyncDisposable
{
    /// <summary>One request in so many has a fault.</summary>
    private const int Share = 12;

    private static readonly Fault[] Kinds = [Fault.Late, Fault.AnswerLost, Fault.Conflict, Fault.Busy, Fault.Refused];

    // What is of a connection is not passed on.
    private static readonly HashSet<string> Hops = new(["Host", "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length"], StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<int, Uri> _targets = [];
    private readonly Random _dice;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });
    private readonly ConcurrentDictionary<Fault, int> _faults = new();
    private readonly ConcurrentBag<Task> _late = [];
    private readonly WebApplication _server;
    private int _next;

    private FaultyProxy(string connectionString, int seed)
    {
        _dice = new Random(seed);
        var (blobs, tables) = (Ports.Free(), Ports.Free());
        ConnectionString = string.Join(';', connectionString.Split(';').Select(setting => setting.Split('=', 2) switch
        {
            ["BlobEndpoint", var address] => $"BlobEndpoint={Through(blobs, new Uri(address))}",
            ["TableEndpoint", var address] => $"TableEndpoint={Through(tables, new Uri(address))}",
            _ => setting,
        }));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            foreach (var port in _targets.Keys) options.ListenLocalhost(port);
            options.Limits.MaxRequestBodySize = null;
        });
        _server = builder.Build();
        _server.Run(HandleAsync);
    }

    /// <summary>Leads through this to the account.</summary>
    public string ConnectionString { get; }

    /// <summary>How many requests there were of each fate.</summary>
    public IReadOnlyDictionary<Fault, int> Faults => _faults;

    /// <summary>Starts one before the account of a connection string that names its endpoints.</summary>
    public static async Task<FaultyProxy> StartAsync(string connectionString, int seed)
    {
        var proxy = new FaultyProxy(connectionString, seed);
        await proxy._server.StartAsync();
        return proxy;
    }

    /// <summary>Waits until no request is on its way any more; to be awaited before what is stored is looked at.</summary>
    public Task AllArrivedAsync() => Task.WhenAll(_late);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await AllArrivedAsync();
        _http.Dispose();
    }

    private Uri Through(int port, Uri address)
    {
        _targets.Add(port, new Uri(address.GetLeftPart(UriPartial.Authority)));
        return new Uri($"http://127.0.0.1:{port}{address.AbsolutePath}");
    }

    private async Task HandleAsync(HttpContext context)
    {
        var (fault, delay) = Draw();
        if (fault == Fault.Conflict && HttpMethods.IsGet(context.Request.Method)) fault = Fault.None;
        _faults.AddOrUpdate(fault, 1, (_, count) => count + 1);
        switch (fault)
        {
            case Fault.Refused:
                context.Abort();
                return;
            case Fault.Busy or Fault.Conflict:
                context.Response.StatusCode = fault == Fault.Busy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status412PreconditionFailed;
                return;
            case Fault.Late:
                var late = await ReadAsync(context.Request);
                _late.Add(SendLateAsync(late, delay));
                context.Abort();
                return;
        }

        await Task.Delay(delay);
        using var request = await ReadAsync(context.Request);
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (fault == Fault.AnswerLost)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
            if (!Hops.Contains(name)) context.Response.Headers[name] = values.ToArray();
        context.Response.ContentLength = answer.Content.Headers.ContentLength;
        if (!HttpMethods.IsHead(context.Request.Method)) await answer.Content.CopyToAsync(context.Response.Body);
    }

    /// <summary>What happens to a request, and how long it takes: half a second, seldom, and mostly no time.</summary>
    private (Fault Fault, TimeSpan Delay) Draw()
    {
        lock (_dice)
        {
            var fault = _dice.Next(Share) > 0 ? Fault.None : Kinds[_next++ % Kinds.Length];
            var most = fault == Fault.Late ? 1000 : _dice.Next(20) == 0 ? 500 : 0;
            return (fault, TimeSpan.FromMilliseconds(_dice.Next(most + 1)));
        }
    }

    private async Task<HttpRequestMessage> ReadAsync(HttpRequest from)
    {
        // Verbatim: a path that is written in another way has another signature.
        var address = $"{_targets[from.HttpContext.Connection.LocalPort].GetLeftPart(UriPartial.Authority)}{from.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget}";
        var request = new HttpRequestMessage(new HttpMethod(from.Method), new Uri(address, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        using var body = new MemoryStream();
        await from.Body.CopyToAsync(body);
        if (from.ContentLength is not null || body.Length > 0) request.Content = new ByteArrayContent(body.ToArray());
        foreach (var (name, values) in from.Headers)
        {
            if (Hops.Contains(name)) continue;
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray())) request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        }

        return request;
    }

    private async Task SendLateAsync(HttpRequestMessage request, TimeSpan lateness)
    {
        using (request)
        {
            await Task.Delay(lateness);
            using var answer = await _http.SendAsync(request);
        }
    }
}
