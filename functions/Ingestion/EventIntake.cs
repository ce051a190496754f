using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.ObjectPool;
using ShitOps.Events;
using ShitOps.Observability;

namespace ShitOps.Ingestion;

/// <summary>
/// Takes the events of a request: all are checked first, and nothing is produced unless all are good, so that a client may
/// mend and send the whole again. It may do that after any answer: an event taken twice states the same twice.
/// </summary>
public sealed class EventIntake(EventProducer producer, ObjectPool<EventDecoder> decoders)
{
    /// <summary>The largest body: 8 MiB.</summary>
    public const int MaxBodyBytes = 8 << 20;

    /// <summary>The most events of one request.</summary>
    public const int MaxEvents = 1000;

    /// <summary>The most events under way to Kafka from all requests together.</summary>
    public const int MaxUnderWay = 50_000;

    /// <summary>The most bytes of bodies being read and events under way, from all requests together: 64 MiB.</summary>
    public const int MaxBytesUnderWay = 64 << 20;

    private int _underWay;
    private long _bytesUnderWay;

    /// <summary>Reads, checks and produces; ends when Kafka has acknowledged the events or refused one.</summary>
    /// <exception cref="OperationCanceledException">The client went away; the events may have been taken.</exception>
    public async Task<IntakeOutcome> TakeAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        // A body of unknown length may become as long as is allowed.
        var bytes = Math.Min(request.ContentLength ?? MaxBodyBytes, MaxBodyBytes);
        if (Interlocked.Add(ref _bytesUnderWay, bytes) > MaxBytesUnderWay)
        {
            Interlocked.Add(ref _bytesUnderWay, -bytes);
            return new(0, TooMuchUnderWay);
        }

        try
        {
            var (body, problem) = await RequestBody.ReadAsync(request, MaxBodyBytes, cancellationToken);
            if (problem is not null) return new(0, problem);
            Interlocked.Add(ref _bytesUnderWay, body.Length - bytes);
            bytes = body.Length;

            var events = EventSlices.Of(body, request, MaxEvents, out problem);
            if (problem is not null) return new(0, problem);

            problem = Check(events, out var projects);
            return problem is not null ? new(0, problem) : await ProduceAsync(events, projects, cancellationToken);
        }
        finally
        {
            Interlocked.Add(ref _bytesUnderWay, -bytes);
        }
    }

    private static IntakeProblem TooMuchUnderWay =>
        new("Too many events under way", StatusCodes.Status429TooManyRequests, "None was taken: send them again in a second.");

    private IntakeProblem? Check(IReadOnlyList<byte[]> events, out string[] projects)
    {
        var decoder = decoders.Get();
        projects = new string[events.Count];
        List<RefusedEvent> refused = [];
        for (var i = 0; i < events.Count; i++)
        {
            var result = decoder.DecodeStructured(events[i]);
            if (result.IsDecoded) projects[i] = result.Event.Project;
            else refused.Add(new RefusedEvent(i, EventSlices.IdOf(events[i]), result.Error.ToString()));
        }

        decoders.Return(decoder);
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
            return new(0, TooMuchUnderWay);
        }

        try
        {
            using var span = KafkaTracing.StartSending(producer.Topic, events.Count);
            var deliveries = new Task[events.Count];
            for (var i = 0; i < deliveries.Length; i++) deliveries[i] = producer.ProduceAsync(projects[i], events[i], cancellationToken);
            await Task.WhenAll(deliveries).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();

            List<RefusedEvent> refused = [];
            var error = ErrorCode.NoError;
            for (var i = 0; i < deliveries.Length; i++)
            {
                if (deliveries[i].IsCompletedSuccessfully) continue;
                var cause = deliveries[i].Exception?.InnerException;
                if (cause is KafkaException kafka) error = kafka.Error.Code;
                refused.Add(new RefusedEvent(i, EventSlices.IdOf(events[i]), $"Kafka: {cause?.Message}"));
            }

            PipelineInstruments.Sending(producer.Topic, events.Count - refused.Count, null);
            if (refused.Count == 0) return new(events.Count, null);
            PipelineInstruments.Sending(producer.Topic, refused.Count, error.ToString());
            span?.SetStatus(ActivityStatusCode.Error);
            return new(events.Count - refused.Count, Refusal(events.Count, refused, error));
        }
        finally
        {
            Interlocked.Add(ref _underWay, -events.Count);
        }
    }

    private static IntakeProblem Refusal(int events, IReadOnlyList<RefusedEvent> refused, ErrorCode error)
    {
        var (title, status, remedy) = error switch
        {
            ErrorCode.Local_QueueFull => ("Too many events under way", StatusCodes.Status429TooManyRequests, "Send these again in a second."),
            ErrorCode.MsgSizeTooLarge =>
                ("Too large for Kafka", StatusCodes.Status413PayloadTooLarge, "The topic takes no records of this size (max.message.bytes), so sending these again is of no use."),
            _ => ("Kafka did not acknowledge", StatusCodes.Status503ServiceUnavailable, "Send these again."),
        };
        return new IntakeProblem(title, status, $"Not acknowledged: {refused.Count} of {events}. {remedy}", events - refused.Count, refused);
    }
}
