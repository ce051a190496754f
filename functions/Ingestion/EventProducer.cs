using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using ShitOps.Events;
using ShitOps.Observability;

namespace ShitOps.Ingestion;

/// <summary>
/// Appends events to the topic: idempotent, acknowledged by all replicas, keyed by project with the partitioner
/// murmur2_random, which the Java clients use too, so that one project's events stay in one partition whoever produces them.
/// Safe for concurrent use.
/// </summary>
public sealed class EventProducer : IDisposable
{
    private static readonly byte[] ContentType = System.Text.Encoding.ASCII.GetBytes(Event.ContentType);

    private readonly ProducerConfig _config;
    private readonly ILogger<EventProducer> _logger;
    private readonly Lock _replacing = new();
    private IProducer<string, byte[]> _producer;
    private volatile bool _isBroken;

    /// <summary>Starts a client; it connects in the background.</summary>
    /// <param name="connection">Which Kafka, which topic.</param>
    /// <param name="logger">Where the client reports lost brokers and the like.</param>
    public EventProducer(KafkaConnection connection, ILogger<EventProducer> logger)
    {
        Topic = connection.Topic;
        _logger = logger;
        _config = new ProducerConfig(connection.ToClientConfig())
        {
            ClientId = "shitops",
            EnableIdempotence = true,
            Acks = Acks.All,
            Partitioner = Partitioner.Murmur2Random,
            MessageTimeoutMs = (int)connection.DeliveryTimeout.TotalMilliseconds,
            // Kafka's default limit of a batch; an event of the contract has room in it beside its key and header.
            MessageMaxBytes = 1_048_588,
            LingerMs = 5,
            QueueBufferingMaxMessages = 200_000,
            // Callers that have given up do not wait for what they sent, but it waits here.
            QueueBufferingMaxKbytes = 128 << 10,
            DeliveryReportFields = "status",
        };
        _producer = Start();
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>Produces one event in structured mode, as a part of the present trace if that is kept. The task ends when Kafka has acknowledged it.</summary>
    /// <param name="project">The event's project, the key of the record.</param>
    /// <param name="json">The event as it shall stand on the topic; not changed or copied, so leave it alone until the task has ended.</param>
    /// <param name="cancellationToken">Ends the waiting; the event may be produced all the same.</param>
    /// <exception cref="KafkaException">Kafka did not take it, or the client's queue is full (<see cref="ErrorCode.Local_QueueFull"/>).</exception>
    public Task ProduceAsync(string project, byte[] json, CancellationToken cancellationToken = default)
    {
        var headers = new Headers { { "content-type", ContentType } };
        KafkaTracing.AddTo(headers);
        return Working().ProduceAsync(Topic, new Message<string, byte[]> { Key = project, Value = json, Headers = headers }, cancellationToken);
    }

    /// <summary>Waits up to 10 s for events that are still under way.</summary>
    public void Dispose()
    {
        _producer.Flush(TimeSpan.FromSeconds(10));
        _producer.Dispose();
    }

    private IProducer<string, byte[]> Start() => new ProducerBuilder<string, byte[]>(_config)
        .SetLogHandler((_, log) => _logger.Log((LogLevel)log.LevelAs(LogLevelType.MicrosoftExtensionsLogging), "{Facility}: {Message}", log.Facility, log.Message))
        .SetErrorHandler((client, error) =>
        {
            _logger.LogWarning("Kafka: {Reason}", error.Reason);
            // A client that has been replaced may still have something to say.
            if (error.IsFatal && ReferenceEquals(client, _producer)) _isBroken = true;
        })
        .Build();

    /// <summary>The client, or a new one in the place of one that can do nothing any more: an idempotent one does not recover from a fatal error.</summary>
    private IProducer<string, byte[]> Working()
    {
        if (!_isBroken) return _producer;
        lock (_replacing)
        {
            if (!_isBroken) return _producer;
            var broken = _producer;
            _producer = Start();
            _isBroken = false;
            // What waits in it is reported as failed first.
            _ = Task.Run(() =>
            {
                broken.Flush(TimeSpan.FromMilliseconds(_config.MessageTimeoutMs!.Value));
                broken.Dispose();
            });
            return _producer;
        }
    }
}
