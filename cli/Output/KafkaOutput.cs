using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using ShitOps.Ingestion;

namespace ShitOps.Cli.Output;

/// <summary>Produces events to Kafka with a bounded number under way, so that neither memory nor the client's queue overflows.</summary>
internal sealed class KafkaOutput : EventOutput
{
    /// <summary>Enough to fill batches for every partition; well below the producer's queue, so that it never refuses an event.</summary>
    private const int MostUnderWay = 50_000;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(8);

    private readonly KafkaConnection _connection;
    private readonly EventProducer _producer;
    private readonly Queue<Task> _underWay = new(MostUnderWay);
    private long _written;

    private KafkaOutput(KafkaConnection connection)
    {
        _connection = connection;
        _producer = new EventProducer(connection, NullLogger<EventProducer>.Instance);
    }

    public override long Written => Interlocked.Read(ref _written);

    /// <summary>Connects, and makes sure within seconds that Kafka is there and has the topic.</summary>
    /// <exception cref="OutputFailedException">It is not, or has not.</exception>
    public static async Task<KafkaOutput> ConnectAsync(KafkaConnection connection)
    {
        await Task.Run(() => Check(connection));
        return new KafkaOutput(connection);
    }

    public override async ValueTask WriteAsync(string project, byte[] json)
    {
        if (_underWay.Count == MostUnderWay) await AcknowledgeOldestAsync();
        while (_underWay.TryPeek(out var oldest) && oldest.IsCompleted) await AcknowledgeOldestAsync();
        _underWay.Enqueue(_producer.ProduceAsync(project, json));
    }

    public override async ValueTask FlushAsync()
    {
        while (_underWay.Count > 0) await AcknowledgeOldestAsync();
    }

    public override ValueTask DisposeAsync()
    {
        _producer.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask AcknowledgeOldestAsync()
    {
        try
        {
            await _underWay.Dequeue();
            Interlocked.Increment(ref _written);
        }
        catch (KafkaException exception)
        {
            throw new OutputFailedException(
                $"Kafka at {_connection.Brokers} did not take an event: {exception.Error.Reason}; {Written:N0} were taken. Run the same command again, repeating does no harm.");
        }
    }

    private static void Check(KafkaConnection connection)
    {
        try
        {
            using var admin = new AdminClientBuilder(new AdminClientConfig(connection.ToClientConfig())).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
            var topic = admin.GetMetadata(connection.Topic, ConnectTimeout).Topics.Single(one => one.Topic == connection.Topic);

            // A topic that the broker makes on being asked for it has no leader yet.
            if (topic.Error.IsError && topic.Error.Code != ErrorCode.LeaderNotAvailable)
                throw new OutputFailedException($"Kafka at {connection.Brokers} has no topic \"{connection.Topic}\" ({topic.Error.Reason}): create it, or name another with --topic");
        }
        catch (KafkaException exception)
        {
            throw new OutputFailedException(
                $"Kafka at {connection.Brokers} does not answer ({exception.Error.Reason}): start it with \"dotnet run --project local\", or name another with --kafka HOST:PORT");
        }
    }
}
