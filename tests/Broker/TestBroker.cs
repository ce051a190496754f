using Confluent.Kafka;
using ShitOps.Local.Broker;

namespace ShitOps.Tests.Broker;

/// <summary>A broker on a free port with a directory of its own, and the real client's parts set up for it.</summary>
internal sealed class TestBroker : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("shitops-broker-");
    private Func<BrokerOptions, BrokerOptions> _with = options => options;
    private KafkaBroker? _broker;

    /// <summary>Only there so that a failure does not hang: no test waits for it to pass.</summary>
    public static TimeSpan Patience => TimeSpan.FromSeconds(60);

    public string DataDirectory => _directory.FullName;

    public KafkaBroker Running => _broker!;

    public string Servers => Running.BootstrapServers;

    public List<string> Log { get; } = [];

    public static async Task<TestBroker> StartAsync(Func<BrokerOptions, BrokerOptions>? with = null)
    {
        var test = new TestBroker();
        if (with is not null) test._with = with;
        try
        {
            await test.StartAgainAsync();
            return test;
        }
        catch
        {
            await test.DisposeAsync();
            throw;
        }
    }

    public BrokerOptions Options() => _with(new BrokerOptions
    {
        DataDirectory = DataDirectory,
        Port = 0,
        DefaultPartitions = 1,
        Log = line =>
        {
            lock (Log) Log.Add(line);
        },
    });

    public async Task StartAgainAsync() => _broker = await KafkaBroker.StartAsync(Options());

    public async Task StopAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        _broker = null;
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAgainAsync();
    }

    public IProducer<string?, string?> Producer(Action<ProducerConfig>? with = null)
    {
        var config = new ProducerConfig { BootstrapServers = Servers, LingerMs = 0 };
        with?.Invoke(config);
        return new ProducerBuilder<string?, string?>(config).SetLogHandler((_, _) => { }).Build();
    }

    public IConsumer<string?, string?> Consumer(string group, Action<ConsumerConfig>? with = null, Action<ConsumerBuilder<string?, string?>>? build = null)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = Servers,
            GroupId = group,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
            SessionTimeoutMs = 10_000,
            HeartbeatIntervalMs = 100,
        };
        with?.Invoke(config);
        var builder = new ConsumerBuilder<string?, string?>(config).SetLogHandler((_, _) => { });
        build?.Invoke(builder);
        return builder.Build();
    }

    public IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Servers }).SetLogHandler((_, _) => { }).Build();

    public Task<RawConnection> ConnectAsync() => RawConnection.OpenAsync(Running.Port);

    /// <summary>Reads a partition from an offset to its end, without a group.</summary>
    public List<ConsumeResult<string?, string?>> ReadAll(string topic, int partition = 0, long from = 0)
    {
        using var consumer = Consumer("reader", config => config.EnablePartitionEof = true);
        consumer.Assign(new TopicPartitionOffset(topic, partition, from));
        var read = new List<ConsumeResult<string?, string?>>();
        while (true)
        {
            var next = consumer.Consume(Patience) ?? throw new TimeoutException($"{topic}/{partition} did not end after {read.Count} messages.");
            if (next.IsPartitionEOF) return read;
            read.Add(next);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _directory.Delete(recursive: true);
    }
}

internal static class ConsumerSteps
{
    /// <summary>Consumes until there are so many messages.</summary>
    public static List<ConsumeResult<string?, string?>> Take(this IConsumer<string?, string?> consumer, int count)
    {
        var taken = new List<ConsumeResult<string?, string?>>();
        while (taken.Count < count)
            taken.Add(consumer.Consume(TestBroker.Patience) ?? throw new TimeoutException($"Only {taken.Count} of {count} messages came."));
        return taken;
    }

    /// <summary>Keeps all consumers polling, as members must, until the condition holds.</summary>
    public static void PollUntil(this IReadOnlyCollection<IConsumer<string?, string?>> consumers, Func<bool> holds, Action<ConsumeResult<string?, string?>>? consumed = null)
    {
        var until = DateTime.UtcNow + TestBroker.Patience;
        while (!holds())
        {
            if (DateTime.UtcNow > until) throw new TimeoutException($"Assigned: {string.Join(" | ", consumers.Select(each => string.Join(",", each.Assignment)))}");
            foreach (var consumer in consumers)
                if (consumer.Consume(10) is { } message) consumed?.Invoke(message);
        }
    }
}
