using Confluent.Kafka;
using ShitOps.Events;

namespace ShitOps.Local.Simulator;

/// <summary>Produces one event under the key of its project; the task ends when Kafka has acknowledged it.</summary>
/// <param name="project">The record's key.</param>
/// <param name="json">The event.</param>
/// <param name="cancellationToken">Ends the waiting.</param>
public delegate Task Produce(string project, byte[] json, CancellationToken cancellationToken);

/// <summary>
/// Events under way to Kafka, at most so many at once. While Kafka is away each is tried again and again; that they then may
/// arrive in another order does no harm.
/// </summary>
internal sealed class InFlight(Produce produce, TimeProvider time)
{
    private const int Most = 2_000;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    private readonly Queue<(Task Sent, DateTimeOffset? At)> _underWay = new();

    /// <summary>How many organisation's events have been acknowledged, with none missing before the last of them.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>When the last of those was sent; null: none was.</summary>
    public DateTimeOffset? Reached { get; private set; }

    /// <summary>Starts producing, as soon as there is room.</summary>
    /// <param name="value">The event.</param>
    /// <param name="at">When it was sent, if it advances the position; null for a progress report.</param>
    /// <param name="cancellationToken">Ends waiting and producing.</param>
    public async ValueTask SendAsync(Event value, DateTimeOffset? at, CancellationToken cancellationToken)
    {
        while (_underWay.Count >= Most) await TakeFirstAsync();
        _underWay.Enqueue((ProduceAsync(value.Project, EventEncoder.Encode(value), cancellationToken), at));
        while (_underWay.TryPeek(out var first) && first.Sent.IsCompleted) await TakeFirstAsync();
    }

    /// <summary>Waits for all that are under way.</summary>
    public async Task DrainAsync()
    {
        while (_underWay.Count > 0) await TakeFirstAsync();
    }

    private async Task TakeFirstAsync()
    {
        var (sent, at) = _underWay.Peek();
        await sent;
        _underWay.Dequeue();
        if (at is null) return;
        Acknowledged++;
        Reached = at;
    }

    private async Task ProduceAsync(string project, byte[] json, CancellationToken cancellationToken)
    {
        for (var pause = TimeSpan.FromMilliseconds(250); ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await produce(project, json, cancellationToken);
                return;
            }
            catch (KafkaException exception) when (!exception.Error.IsFatal)
            {
                await Task.Delay(pause, time, cancellationToken);
            }
        }
    }
}
