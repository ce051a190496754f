using Confluent.Kafka;
using Confluent.Kafka.Admin;
using ShitOps.Local.Broker;

namespace ShitOps.Tests;

/// <summary>One embedded broker for the tests of a collection; each makes topics of its own.</summary>
public sealed class BrokerFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shitops-kafka-").FullName;
    private readonly Lazy<Task<string>> _longTopic;
    private KafkaBroker? _broker;

    public BrokerFixture() => _longTopic = new(FillTopicAsync);

    public string Brokers => _broker!.BootstrapServers;

    public async ValueTask InitializeAsync() => _broker = await KafkaBroker.StartAsync(new BrokerOptions { DataDirectory = _folder, Port = 0 });

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Makes a topic and gives its name.</summary>
    public async Task<string> CreateTopicAsync(int partitions = 4, Dictionary<string, string>? settings = null)
    {
        var name = Some.Name("events");
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Brokers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = partitions, Configs = settings }]);
        return name;
    }

    /// <summary>Gives a topic more partitions.</summary>
    public async Task AddPartitionsAsync(string topic, int partitions)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Brokers }).Build();
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = partitions }]);
    }

    /// <summary>A topic of 256 partitions, of which the first four have 3,000 records each, for tests whose records come from elsewhere: no offset of theirs lies behind its end.</summary>
    public Task<string> LongTopicAsync() => _longTopic.Value;

    /// <summary>Deletes a topic and makes it anew, empty.</summary>
    public async Task RecreateTopicAsync(string name, int partitions = 4)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Brokers }).Build();
        await admin.DeleteTopicsAsync([name]);
        await admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = partitions }]);
    }

    /// <summary>Everything that stands on the topic now, by partition and offset.</summary>
    public List<ConsumeResult<byte[], byte[]>> ReadAll(string topic)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Brokers }).Build();
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = Brokers, GroupId = Some.Name("reader"), EnableAutoCommit = false }).Build();
        List<ConsumeResult<byte[], byte[]>> records = [];
        foreach (var partition in admin.GetMetadata(topic, TimeSpan.FromSeconds(30)).Topics.Single().Partitions)
        {
            var here = new TopicPartition(topic, partition.PartitionId);
            var end = consumer.QueryWatermarkOffsets(here, TimeSpan.FromSeconds(30)).High;
            consumer.Assign(new TopicPartitionOffset(here, Offset.Beginning));
            for (long next = 0; next < end; next = records[^1].Offset + 1)
                records.Add(consumer.Consume(TimeSpan.FromSeconds(30)) ?? throw new TimeoutException($"{here} ends at {next} instead of {end}"));
        }

        return records;
    }

    /// <summary>How many records have been put on the topic, by the ends of its partitions.</summary>
    public long CountRecords(string topic)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Brokers }).Build();
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = Brokers, GroupId = Some.Name("reader") }).Build();
        return admin.GetMetadata(topic, TimeSpan.FromSeconds(30)).Topics.Single().Partitions
            .Sum(partition => consumer.QueryWatermarkOffsets(new TopicPartition(topic, partition.PartitionId), TimeSpan.FromSeconds(30)).High.Value);
    }

    private async Task<string> FillTopicAsync()
    {
        var topic = await CreateTopicAsync(partitions: 256);
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = Brokers }).Build();
        for (var i = 0; i < 12_000; i++) producer.Produce(new TopicPartition(topic, i % 4), new Message<Null, byte[]> { Value = [1] });
        producer.Flush(TimeSpan.FromMinutes(1));
        return topic;
    }
}

[CollectionDefinition(nameof(BrokerCollection))]
public sealed class BrokerCollection : ICollectionFixture<BrokerFixture>;

/// <summary>Tests of what is answered, beside those of what is stored in <see cref="BrokerCollection"/>: each of the two has one core.</summary>
[CollectionDefinition(nameof(AppCollection))]
public sealed class AppCollection : ICollectionFixture<BrokerFixture>;
