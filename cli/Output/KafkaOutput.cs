using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using ShitOps.Cli.CommandLine;
using ShitOps.Ingestion;
using ShitOps.Wording;

namespace ShitOps.Cli.Output;

/// <summary>Produces events to Kafka with a bounded number under way, so that neither memory nor the client's queue overflows.</summary>
internal sealed class KafkaOutput : EventOutput
{
    /// <summary>Enough to fill batches for every partition; well below the producer's queue, so that it never refuses an event.</summary>
    private const int MostUnderWay = 10_000;

    /// <summary>The same in bytes of events.</summary>
    private const long MostBytesUnderWay = 16 << 20;

    /// <summary>Of a history in a file nobody waits for the single event. Those under way fit through a line of some 140 KB/s in that time.</summary>
    private static readonly TimeSpan LeastDeliveryTimeout = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(8);

    private readonly KafkaConnection _connection;
    private readonly KafkaWait _wait;
    private readonly EventProducer _producer;
    private readonly Queue<(OutgoingEvent Sent, Task Produced)> _underWay = new(MostUnderWay);
    private long _bytesUnderWay;
    private long _written;

    private KafkaOutput(KafkaConnection connection, KafkaWait wait)
    {
        (_connection, _wait) = (connection, wait);
        var timeout = connection.DeliveryTimeout > LeastDeliveryTimeout ? connection.DeliveryTimeout : LeastDeliveryTimeout;
        _producer = new EventProducer(connection with { DeliveryTimeout = timeout }, NullLogger<EventProducer>.Instance);
    }

    public override long Written => Interlocked.Read(ref _written);

    /// <summary>Connects, and makes sure within seconds that Kafka is there and has the topic.</summary>
    /// <param name="connection">Which Kafka, which topic.</param>
    /// <param name="terminal">Where it is said that Kafka is waited for, now and later.</param>
    /// <exception cref="OutputFailedException">It is not, or has not.</exception>
    public static async Task<KafkaOutput> ConnectAsync(KafkaConnection connection, Terminal terminal)
    {
        var wait = new KafkaWait(terminal, connection.Brokers);
        try
        {
            var check = Task.Run(() => Check(connection));
            wait.Awaited = check;
            await check;
            return new KafkaOutput(connection, wait);
        }
        catch
        {
            wait.Dispose();
            throw;
        }
    }

    public override async ValueTask WriteAsync(OutgoingEvent sent)
    {
        while (_underWay.TryPeek(out var oldest) && (oldest.Produced.IsCompleted || _underWay.Count == MostUnderWay || _bytesUnderWay + sent.Json.Length > MostBytesUnderWay))
            await AcknowledgeOldestAsync();
        _underWay.Enqueue((sent, ProduceAsync(sent)));
        _bytesUnderWay += sent.Json.Length;
        _wait.Awaited = _underWay.Peek().Produced;
    }

    public override async ValueTask FlushAsync()
    {
        while (_underWay.Count > 0) await AcknowledgeOldestAsync();
    }

    public override ValueTask DisposeAsync()
    {
        _wait.Dispose();
        _producer.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task ProduceAsync(OutgoingEvent sent) => _producer.ProduceAsync(sent.Project, sent.Json);

    /// <summary>
    /// Kafka refuses a whole batch for one record in it: whatever was refused is produced again, each by itself while nothing else is
    /// under way, and what is refused then is at fault.
    /// </summary>
    private async ValueTask AcknowledgeOldestAsync()
    {
        var (oldest, produced) = _underWay.Dequeue();
        _bytesUnderWay -= oldest.Json.Length;
        if (await FaultOfAsync(produced) is null) return;

        List<OutgoingEvent> refused = [oldest];
        while (_underWay.TryDequeue(out var next))
            if (await FaultOfAsync(next.Produced) is not null) refused.Add(next.Sent);
        _bytesUnderWay = 0;
        foreach (var sent in refused)
            if (await FaultOfAsync(ProduceAsync(sent)) is { } fault) Refused(sent, $"Kafka refuses it: {fault}");
    }

    /// <summary>Why Kafka does not take a record as it is; null: it has arrived.</summary>
    /// <exception cref="OutputFailedException">It did not arrive for a reason that would hold for any other as well.</exception>
    private async Task<string?> FaultOfAsync(Task produced)
    {
        _wait.Awaited = produced;
        try
        {
            await produced;
            Interlocked.Increment(ref _written);
            return null;
        }
        catch (KafkaException exception) when (exception.Error.Code is ErrorCode.MsgSizeTooLarge or ErrorCode.InvalidRecord)
        {
            return exception.Error.Reason;
        }
        catch (KafkaException exception)
        {
            throw new OutputFailedException(
                $"Kafka at {_connection.Brokers} did not take an event: {exception.Error.Reason}; {Quantity.Of(Written, "was", "were")} taken. {EventCommand.RunAgain}");
        }
    }

    private static void Check(KafkaConnection connection)
    {
        try
        {
            using var admin = new AdminClientBuilder(new AdminClientConfig(connection.ToClientConfig())).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

            // Asked for one topic, a broker may create it; and nothing would read a topic that only a slip of the pen has made.
            if (admin.GetMetadata(ConnectTimeout).Topics.All(one => one.Topic != connection.Topic))
                throw new OutputFailedException($"Kafka at {connection.Brokers} has no topic \"{connection.Topic}\": create it, or name another with --topic");
        }
        catch (KafkaException exception)
        {
            throw new OutputFailedException(
                $"Kafka at {connection.Brokers} does not answer ({exception.Error.Reason}): start it with \"dotnet run --project local\", or name another with --kafka HOST:PORT");
        }
    }
}
