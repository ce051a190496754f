using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ShitOps.Local;

namespace ShitOps.Tests.Observability;

/// <summary>Takes what is sent to Azure Monitor, as its ingestion endpoint does.</summary>
internal sealed class MonitorIngestion : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _received = new();
    private readonly WebApplication _web;

    private MonitorIngestion(WebApplication web, int port) => (_web, Port) = (web, port);

    public (string Name, string Value) Setting => ("APPLICATIONINSIGHTS_CONNECTION_STRING", $"InstrumentationKey={Guid.NewGuid()};IngestionEndpoint=http://127.0.0.1:{Port}/;LiveEndpoint=http://127.0.0.1:{Port}/");

    /// <summary>Lines of JSON, each an item of telemetry.</summary>
    public IReadOnlyList<string> Items => [.. _received.SelectMany(body => body.Split('\n', StringSplitOptions.RemoveEmptyEntries))];

    private int Port { get; }

    public static async Task<MonitorIngestion> StartAsync()
    {
        var port = Ports.Free();
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var ingestion = new MonitorIngestion(builder.Build(), port);
        ingestion._web.MapPost("/{**path}", async (HttpContext context) =>
        {
            using var body = context.Request.Headers.ContentEncoding == "gzip" ? new GZipStream(context.Request.Body, CompressionMode.Decompress) : context.Request.Body;
            using var reader = new StreamReader(body, Encoding.UTF8);
            var text = await reader.ReadToEndAsync();
            ingestion._received.Enqueue(text);
            var items = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
            return Results.Json(new { itemsReceived = items, itemsAccepted = items, errors = Array.Empty<object>() });
        });
        await ingestion._web.StartAsync();
        return ingestion;
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();
}
