using System.Collections.Concurrent;
using System.Text;
using Confluent.Kafka;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ShitOps.Tests.Worker;

/// <summary>A topic, a consumer group, and apps whose function does with its batches what the test says.</summary>
internal sealed class KafkaApp(BrokerFixture broker, string topic)
{
    private readonly string _group = Some.Name("group");

    public static async Task<KafkaApp> CreateAsync(BrokerFixture broker, int partitions = 1) => new(broker, await broker.CreateTopicAsync(partitions));

    /// <param name="probe">What the function does.</param>
    /// <param name="function">BatchFunction when not given.</param>
    /// <param name="limits">extensions.kafka of host.json.</param>
    public Task<TestApp> StartAsync(BatchProbe probe, Type? function = null, params (string Name, object Value)[] limits) =>
        TestApp.StartAsync(Builder(probe, function, limits));

    public FunctionsApplicationBuilder Builder(BatchProbe probe, Type? function = null, params (string Name, object Value)[] limits)
    {
        var settings = new Dictionary<string, string> { ["Brokers"] = broker.Brokers, ["Topic"] = topic, ["Group"] = _group };
        foreach (var (name, value) in limits)
            settings[$"host:extensions:kafka:{name}"] = value.ToString()!;
        var builder = TestApp.Builder([function ?? typeof(BatchFunction)], settings);
        builder.Services.AddSingleton(probe);
        return builder;
    }

    /// <summary>Produces m0, m1, … round the partitions.</summary>
    public async Task ProduceAsync(int count, int partitions = 1, int from = 0)
    {
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = broker.Brokers, LingerMs = 5 }).Build();
        await Task.WhenAll(Enumerable.Range(from, count).Select(i => producer.ProduceAsync(
            new TopicPartition(topic, i % partitions), new Message<string, byte[]> { Key = $"k{i}", Value = Encoding.UTF8.GetBytes($"m{i}") })));
    }

    /// <summary>Produces to one partition.</summary>
    public async Task ProduceToAsync(int partition, int count)
    {
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = broker.Brokers, LingerMs = 5 }).Build();
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ =>
            producer.ProduceAsync(new TopicPartition(topic, partition), new Message<string, byte[]> { Key = "k", Value = [1] })));
    }

    /// <summary>The sum of what the group has committed; a partition without a commit counts nothing.</summary>
    public long Committed(int partitions = 1)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = broker.Brokers, GroupId = _group }).Build();
        return consumer.Committed(Enumerable.Range(0, partitions).Select(partition => new TopicPartition(topic, partition)), TimeSpan.FromSeconds(30))
            .Sum(each => each.Offset == Offset.Unset ? 0 : each.Offset.Value);
    }

    public Task CommittedAsync(long expected, int partitions = 1) =>
        Eventually.TrueAsync(() => Committed(partitions) == expected, () => $"committed {Committed(partitions)} instead of {expected}");
}

/// <summary>Keeps what the function was given, and does on each batch what the test says.</summary>
public sealed class BatchProbe(Func<KafkaRecord[], int, CancellationToken, Task>? onBatch = null)
{
    private readonly ConcurrentQueue<KafkaRecord[]> _batches = new();
    private int _calls;

    public IReadOnlyCollection<KafkaRecord[]> Batches => _batches;

    public int Calls => Volatile.Read(ref _calls);

    public IEnumerable<KafkaRecord> Records => _batches.SelectMany(batch => batch);

    public IEnumerable<string> Values => Records.Select(record => Encoding.UTF8.GetString(record.Value!));

    public Task RunAsync(KafkaRecord[] records, CancellationToken cancelled)
    {
        _batches.Enqueue(records);
        return onBatch?.Invoke(records, Interlocked.Increment(ref _calls), cancelled) ?? Task.CompletedTask;
    }
}

public sealed class BatchFunction(BatchProbe probe)
{
    [Function("Batch")]
    public Task RunAsync(
        [KafkaTrigger("%Brokers%", "%Topic%", ConsumerGroup = "Group", IsBatched = true)] KafkaRecord[] records, CancellationToken cancelled) =>
        probe.RunAsync(records, cancelled);
}

public sealed class SingleFunction(BatchProbe probe)
{
    [Function("Single")]
    public Task RunAsync([KafkaTrigger("Brokers", "Topic", ConsumerGroup = "%Group%")] KafkaRecord record, FunctionContext context) =>
        probe.RunAsync([record], context.CancellationToken);
}
