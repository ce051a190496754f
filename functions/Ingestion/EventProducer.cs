using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using ShitOps.Events;

namespace ShitOps.Ingestion;

/// <summary>
/// Appends events to the topic: idempotent, acknowledged by all replicas, keyed by project with the partitioner
/// murmur2_random, which the Java clients use too, so that one project's events stay in one partition whoever produces them.
/// Safe for concurrent use.
/// </summary>
public sealed class EventProducer : IDisposable
{
    private static readonly byte[] ContentType = System.Text.Encoding.ASCII.GetBytes(Event.ContentType);

    private readonly IProducer<string, byte[]> _producer;
    private readonly string _topic;

    /// <summary>Starts a client; it connects in the background.</summary>
    /// <param name="connection">Which Kafka, which topic.</param>
    /// <param name="logger">Where the client reports lost brokers and the like.</param>
    public EventProducer(KafkaConnection connection, ILogger<EventProducer> logger)
    {
        _topic = connection.Topic;
        var config = new ProducerConfig(connection.ToClientConfig())
        {
            ClientId = "shitops",
            EnableIdempotence = true,
            Acks = Acks.All,
            Partitioner = Partitioner.Murmur2Random,
            MessageTimeoutMs = (int)connection.DeliveryTimeout.TotalMilliseconds,
            LingerMs = 5,
            QueueBufferingMaxMessages = 200_000,
            MessageMaxBytes = EventDecoder.MaxBytes + 4096,
            DeliveryReportFields = "status",
        };
        _producer = new ProducerBuilder<string, byte[]>(config)
            .SetLogHandler((_, log) => logger.Log((LogLevel)log.LevelAs(LogLevelType.MicrosoftExtensionsLogging), "{Facility}: {Message}", log.Facility, log.Message))
            .SetErrorHandler((_, error) => logger.LogWarning("Kafka: {Reason}", error.Reason))
            .Build();
    }

    /// <summary>Produces one event in structured mode. The task ends when Kafka has acknowledged it.</summary>
    /// <param name="project">The event's project, the key of the record.</param>
    /// <param name="json">The event as it shall stand on the topic; not changed or copied, so leave it alone until the task has ended.</param>
    /// <param name="cancellationToken">Ends the waiting; the event may be produced all the same.</param>
    /// <exception cref="KafkaException">Kafka did not take it, or the client's queue is full (<see cref="ErrorCode.Local_QueueFull"/>).</exception>
    public Task ProduceAsync(string project, byte[] json, CancellationToken cancellationToken = default) =>
        _producer.ProduceAsync(_topic, new Message<string, byte[]> { Key = project, Value = json, Headers = new Headers { { "content-type", ContentType } } }, cancellationToken);

    /// <summary>Waits up to 10 s for events that are still under way.</summary>
    public void Dispose()
    {
        _producer.Flush(TimeSpan.FromSeconds(10));
        _producer.Dispose();
    }
}
