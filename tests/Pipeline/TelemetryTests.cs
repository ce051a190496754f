using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using ShitOps.Local;

namespace ShitOps.Tests.Pipeline;

[Collection(nameof(BrokerCollection))]
public class TelemetryTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    [Fact]
    public async Task Traces_and_logs_reach_a_collector_beside_Azure_Monitor()
    {
        var heard = new HashSet<string>();
        var port = Ports.Free();
        var web = WebApplication.CreateBuilder();
        web.Logging.ClearProviders();
        web.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2));
        await using var collector = web.Build();
        collector.MapPost("/{service}/Export", async (string service, HttpContext context) =>
        {
            lock (heard) heard.Add(service.Split('.')[^1]);
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.ContentType = "application/grpc";
            context.Response.AppendTrailer("grpc-status", "0");
            // An empty message: no compression, no bytes.
            await context.Response.Body.WriteAsync(new byte[5]);
        });
        await collector.StartAsync();
        await using var app = await FunctionAppProcess.StartAsync(
            azurite.ConnectionString, kafka.Brokers, await kafka.CreateTopicAsync(), Some.Name("stream"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{port}"),
            ("APPLICATIONINSIGHTS_CONNECTION_STRING", $"InstrumentationKey={Guid.NewGuid()};IngestionEndpoint=http://127.0.0.1:{Ports.Free()}/"));

        await app.HealthWhenAsync(_ =>
        {
            lock (heard) return heard.IsSupersetOf(["TraceService", "LogsService"]);
        });
    }
}
