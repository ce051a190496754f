using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.ObjectPool;
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
        var outcome = await Intake().TakeAsync(Batch(2), CancellationToken.None);

        Assert.Equal(0, outcome.Taken);
        Assert.Equal(503, outcome.Problem!.Status);
        Assert.Equal([(0, "e-0"), (1, "e-1")], outcome.Problem.Events!.Select(refused => (refused.Index, refused.Id!)));
        Assert.All(outcome.Problem.Events!, refused => Assert.StartsWith("Kafka: ", refused.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Asks_to_wait_when_too_many_events_are_under_way_and_takes_again_when_they_are_not()
    {
        var intake = Intake();
        var waiting = Enumerable.Range(0, EventIntake.MaxUnderWay / 1000).Select(_ => intake.TakeAsync(Batch(1000), CancellationToken.None)).ToList();

        var refused = await intake.TakeAsync(Batch(1), CancellationToken.None);
        var others = await Task.WhenAll(waiting);
        var later = await intake.TakeAsync(Batch(1), CancellationToken.None);

        Assert.Equal(429, refused.Problem!.Status);
        Assert.All(others, outcome => Assert.Equal(503, outcome.Problem!.Status));
        Assert.Equal(503, later.Problem!.Status);
    }

    [Fact]
    public async Task Gives_back_what_it_took_when_the_client_goes_away()
    {
        var intake = Intake();
        for (var i = 0; i <= EventIntake.MaxUnderWay / 1000; i++)
        {
            using var gone = new CancellationTokenSource(TimeSpan.FromMilliseconds(1));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => intake.TakeAsync(Batch(1000), gone.Token));
        }

        var later = await intake.TakeAsync(Batch(1), CancellationToken.None);

        Assert.NotEqual(429, later.Problem!.Status);
    }

    [Fact]
    public async Task Asks_to_wait_when_bodies_of_too_many_bytes_are_being_read()
    {
        var intake = Intake();
        var never = new TaskCompletionSource();
        var reading = Enumerable.Range(0, EventIntake.MaxBytesUnderWay / EventIntake.MaxBodyBytes).Select(_ =>
        {
            var request = Batch(1);
            request.Body = new Unending(never.Task);
            return intake.TakeAsync(request, CancellationToken.None);
        }).ToList();

        var refused = await intake.TakeAsync(Batch(1), CancellationToken.None);
        never.SetResult();
        await Task.WhenAll(reading);
        var later = await intake.TakeAsync(Batch(1), CancellationToken.None);

        Assert.Equal(429, refused.Problem!.Status);
        Assert.Equal(503, later.Problem!.Status);
    }

    private EventIntake Intake() => new(_nowhere, ObjectPool.Create<EventDecoder>());

    private static HttpRequest Batch(int events)
    {
        var json = $"[{string.Join(',', Enumerable.Range(0, events).Select(i => Encoding.UTF8.GetString(Some.EventJson($"e-{i}"))))}]";
        var request = new DefaultHttpContext().Request;
        request.ContentType = Event.BatchContentType;
        request.Body = new MemoryStream(Encoding.UTF8.GetBytes(json));
        return request;
    }

    /// <summary>A body of which nothing comes until <paramref name="end"/>.</summary>
    private sealed class Unending(Task end) : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await end.WaitAsync(cancellationToken);
            return 0;
        }
    }
}
