using Confluent.Kafka;
using Microsoft.AspNetCore.Http;
using ShitOps.Events;

namespace ShitOps.Ingestion;

/// <summary>
/// Takes the events of a request: all are checked first, and nothing is produced unless all are good, so that a client may
/// mend and send the whole again. It may do that after any answer: an event taken twice counts once.
/// </summary>
public sealed class EventIntake(EventProducer producer)
{
    /// <summary>The largest body: 8 MiB.</summary>
    public const int MaxBodyBytes = 8 << 20;

    /// <summary>The most events of one request.</summary>
    public const int MaxEvents = 1000;

    /// <summary>The most events under way to Kafka from all requests together.</summary>
    public const int MaxUnderWay = 50_000;

    private int _underWay;

    /// <summary>Reads, checks and produces; ends when Kafka has acknowledged the events or refused one.</summary>
    /// <exception cref="OperationCanceledException">The client went away; the events may have been taken.</exception>
    public async Task<IntakeOutcome> TakeAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var (body, problem) = await RequestBody.ReadAsync(request, MaxBodyBytes, cancellationToken);
        if (problem is not null) return new(0, problem);

        var events = EventSlices.Of(body!, request, MaxEvents, out problem);
        if (problem is not null) return new(0, problem);

        problem = Check(events, out var projects);
        return problem is not null ? new(0, problem) : await ProduceAsync(events, projects, cancellationToken);
    }

    private static IntakeProblem? Check(IReadOnlyList<byte[]> events, out string[] projects)
    {
        var decoder = new EventDecoder();
        projects = new string[events.Count];
        List<RefusedEvent> refused = [];
        for (var i = 0; i < events.Count; i++)
        {
            var result = decoder.DecodeStructured(events[i]);
            if (result.IsDecoded) projects[i] = result.Event.Project;
            else refused.Add(new RefusedEvent(i, EventSlices.IdOf(events[i]), result.Error.ToString()));
        }

        return refused.Count == 0
            ? null
            : new IntakeProblem(
                "Invalid events",
                StatusCodes.Status400BadRequest,
                $"Invalid: {refused.Count} of {events.Count}. None was taken: mend these and send all again.",
                Events: refused);
    }

    private async Task<IntakeOutcome> ProduceAsync(IReadOnlyList<byte[]> events, string[] projects, CancellationToken cancellationToken)
    {
        if (Interlocked.Add(ref _underWay, events.Count) > MaxUnderWay)
        {
            Interlocked.Add(ref _underWay, -events.Count);
            return new(0, new IntakeProblem("Too many events under way", StatusCodes.Status429TooManyRequests, "None was taken: send them again in a second."));
        }

        try
        {
            var deliveries = new Task[events.Count];
            for (var i = 0; i < deliveries.Length; i++) deliveries[i] = producer.ProduceAsync(projects[i], events[i], cancellationToken);
            await Task.WhenAll(deliveries).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();

            List<RefusedEvent> refused = [];
            var isFull = false;
            for (var i = 0; i < deliveries.Length; i++)
            {
                if (deliveries[i].IsCompletedSuccessfully) continue;
                var error = (deliveries[i].Exception?.InnerException as KafkaException)?.Error;
                isFull |= error?.Code == ErrorCode.Local_QueueFull;
                refused.Add(new RefusedEvent(i, EventSlices.IdOf(events[i]), $"Kafka: {error?.Reason ?? deliveries[i].Exception?.InnerException?.Message}"));
            }

            if (refused.Count == 0) return new(events.Count, null);
            return new(events.Count - refused.Count, new IntakeProblem(
                isFull ? "Too many events under way" : "Kafka did not acknowledge",
                isFull ? StatusCodes.Status429TooManyRequests : StatusCodes.Status503ServiceUnavailable,
                $"Not acknowledged: {refused.Count} of {events.Count}. Send these again.",
                events.Count - refused.Count,
                refused));
        }
        finally
        {
            Interlocked.Add(ref _underWay, -events.Count);
        }
    }
}
