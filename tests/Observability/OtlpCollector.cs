using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using ShitOps.Local;

namespace ShitOps.Tests.Observability;

/// <summary>A collector of OpenTelemetry's protocol over gRPC that reads what it is sent by the field numbers of the protocol's definition.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Service, byte[] Message)> _received = new();
    private readonly WebApplication _web;

    private OtlpCollector(WebApplication web, int port) => (_web, Port) = (web, port);

    /// <summary>The settings by which an app sends here, soon.</summary>
    public (string Name, string Value)[] Settings =>
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{Port}"), ("OTEL_BSP_SCHEDULE_DELAY", "100"), ("OTEL_BLRP_SCHEDULE_DELAY", "100"), ("OTEL_METRIC_EXPORT_INTERVAL", "500"),
    ];

    /// <summary>All that came, as bytes.</summary>
    public IReadOnlyList<byte[]> Messages => [.. _received.Select(one => one.Message)];

    public IReadOnlyList<OtlpSpan> Spans => [.. Scopes("TraceService").SelectMany(scope => Of(scope, 2)).Select(OtlpSpan.Of)];

    /// <summary>Points of sums and gauges, in the order in which they came.</summary>
    public IReadOnlyList<OtlpPoint> Points => [.. Scopes("MetricsService").SelectMany(scope => Of(scope, 2)).SelectMany(OtlpPoint.Of)];

    public IReadOnlyList<string> Logs => [.. Scopes("LogsService").SelectMany(scope => Of(scope, 2)).SelectMany(record => Of(record, 5)).SelectMany(body => Of(body, 1)).Select(Text)];

    private int Port { get; }

    public static async Task<OtlpCollector> StartAsync()
    {
        var port = Ports.Free();
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2));
        var collector = new OtlpCollector(builder.Build(), port);
        collector._web.MapPost("/{service}/Export", async (string service, HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            // Before the message: whether it is compressed, and its length.
            Assert.Equal(0, body.GetBuffer()[0]);
            collector._received.Enqueue((service.Split('.')[^1], body.ToArray()[5..]));
            context.Response.ContentType = "application/grpc";
            context.Response.AppendTrailer("grpc-status", "0");
            await context.Response.Body.WriteAsync(new byte[5]);
        });
        await collector._web.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    internal static IEnumerable<ReadOnlyMemory<byte>> Of(ReadOnlyMemory<byte> message, int field) => Fields(message).Where(one => one.Field == field).Select(one => one.Bytes);

    internal static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    /// <summary>Key and value, where the value is a text or a number.</summary>
    internal static Dictionary<string, string> Attributes(ReadOnlyMemory<byte> message, int field) => Of(message, field).ToDictionary(
        attribute => Text(Of(attribute, 1).Single()),
        attribute => Fields(Of(attribute, 2).Single()).Select(value => value.Field == 1 ? Text(value.Bytes) : $"{value.Number}").SingleOrDefault() ?? "");

    /// <summary>The fields of a message of Protocol Buffers: those with a length as bytes, others as a number.</summary>
    internal static IEnumerable<(int Field, ReadOnlyMemory<byte> Bytes, ulong Number)> Fields(ReadOnlyMemory<byte> message)
    {
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint();
            var field = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    yield return (field, default, Varint());
                    break;
                case 1:
                    yield return (field, default, BinaryPrimitives.ReadUInt64LittleEndian(message.Span[at..]));
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint();
                    yield return (field, message.Slice(at, length), 0);
                    at += length;
                    break;
                case 5:
                    yield return (field, default, BinaryPrimitives.ReadUInt32LittleEndian(message.Span[at..]));
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"wire type {tag & 7}");
            }

            ulong Varint()
            {
                ulong value = 0;
                for (var shift = 0; ; shift += 7)
                {
                    var next = message.Span[at++];
                    value |= (ulong)(next & 127) << shift;
                    if (next < 128) return value;
                }
            }
        }
    }

    private IEnumerable<ReadOnlyMemory<byte>> Scopes(string service) => _received.Where(one => one.Service == service).SelectMany(one => Of(one.Message, 1)).SelectMany(resource => Of(resource, 2));
}

/// <summary>A span as it came.</summary>
internal sealed record OtlpSpan(string Trace, string Id, string Parent, string Name, IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<string> LinkedTraces)
{
    /// <summary>An attribute, which is there.</summary>
    public string this[string attribute] => Attributes[attribute];

    public static OtlpSpan Of(ReadOnlyMemory<byte> span)
    {
        return new(
            Hex(1), Hex(2), Hex(4), OtlpCollector.Text(OtlpCollector.Of(span, 5).Single()), OtlpCollector.Attributes(span, 9),
            [.. OtlpCollector.Of(span, 13).Select(link => Convert.ToHexStringLower(OtlpCollector.Of(link, 1).Single().Span))]);

        string Hex(int field) => Convert.ToHexStringLower(OtlpCollector.Of(span, field).SingleOrDefault().Span);
    }
}

/// <summary>A point of a sum or gauge as it came.</summary>
internal sealed record OtlpPoint(string Metric, IReadOnlyDictionary<string, string> Attributes, double Value)
{
    public static IEnumerable<OtlpPoint> Of(ReadOnlyMemory<byte> metric) =>
        from kind in (int[])[5, 7]
        from data in OtlpCollector.Of(metric, kind)
        from point in OtlpCollector.Of(data, 1)
        let value = OtlpCollector.Fields(point).Single(one => one.Field is 4 or 6)
        select new OtlpPoint(
            OtlpCollector.Text(OtlpCollector.Of(metric, 1).Single()), OtlpCollector.Attributes(point, 7), value.Field == 4 ? BitConverter.UInt64BitsToDouble(value.Number) : (long)value.Number);
}
