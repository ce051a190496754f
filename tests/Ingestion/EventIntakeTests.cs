using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using ShitOps.Events;
using ShitOps.Ingestion;
using ShitOps.Local;

namespace ShitOps.Tests.Ingestion;

/// <summary>The intake without a Kafka to produce to.</summary>
public sealed class EventIntakeTests : IDisposable
{
    private readonly EventProducer _nowhere = new(
        new KafkaConnection { Brokers = $"localhost:{Ports.Free()}", Topic = "events", DeliveryTimeout = TimeSpan.FromSeconds(2) }, NullLogger<EventProducer>.Instance);

    public void Dispose() => _nowhere.Dispose();

    [Fact]
    public async Task Names_every_event_that_Kafka_did_not_acknowledge()
    {
        var outcome = await new EventIntake(_nowhere).TakeAsync(Batch(2), CancellationToken.None);

        Assert.Equal(0, outcome.Taken);
        Assert.Equal(503, outcome.Problem!.Status);
        Assert.Equal([(0, "e-0"), (1, "e-1")], outcome.Problem.Events!.Select(refused => (refused.Index, refused.Id!)));
        Assert.All(outcome.Problem.Events!, refused => Assert.StartsWith("Kafka: ", refused.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Asks_to_wait_when_too_many_events_are_under_way_and_takes_again_when_they_are_not()
    {
        var intake = new EventIntake(_nowhere);
        var waiting = Enumerable.Range(0, EventIntake.MaxUnderWay / 1000).Select(_ => intake.TakeAsync(Batch(1000), CancellationToken.None)).ToList();

        var refused = await intake.TakeAsync(Batch(1), CancellationToken.None);
        var others = await Task.WhenAll(waiting);
        var later = await intake.TakeAsync(Batch(1), CancellationToken.None);

        Assert.Equal(429, refused.Problem!.Status);
        Assert.All(others, outcome => Assert.Equal(503, outcome.Problem!.Status));
        Assert.Equal(503, later.Problem!.Status);
    }

    private static HttpRequest Batch(int events)
    {
        var json = $"[{string.Join(',', Enumerable.Range(0, events).Select(i => Encoding.UTF8.GetString(Some.EventJson($"e-{i}"))))}]";
        var request = new DefaultHttpContext().Request;
        request.ContentType = Event.BatchContentType;
        request.Body = new MemoryStream(Encoding.UTF8.GetBytes(json));
        return request;
    }
}
