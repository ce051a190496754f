using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using ShitOps.Events;
using ShitOps.Local.Broker;

namespace ShitOps.Bench.Ingest;

/// <summary>The topic on an embedded broker of its own, and what a bare client does with it.</summary>
internal sealed class EventTopic : IAsyncDisposable
{
    public const string Name = "events";
    public const int Partitions = 8;

    private static readonly byte[] ContentType = Encoding.ASCII.GetBytes(Event.ContentType);

    private readonly KafkaBroker _broker;
    private readonly IProducer<string, byte[]> _producer;
    private readonly IAdminClient _admin;

    private EventTopic(KafkaBroker broker)
    {
        _broker = broker;
        _admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
        // As the product's own producer: keyed by project, murmur2_random, all acknowledgements.
        _producer = new ProducerBuilder<string, byte[]>(new ProducerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            EnableIdempotence = true,
            Partitioner = Partitioner.Murmur2Random,
            LingerMs = 5,
            QueueBufferingMaxMessages = 200_000,
        }).Build();
    }

    public string Brokers => _broker.BootstrapServers;

    public static async Task<EventTopic> StartAsync(string folder)
    {
        var broker = await KafkaBroker.StartAsync(new BrokerOptions { DataDirectory = folder, Port = 0 });
        var topic = new EventTopic(broker);
        await topic._admin.CreateTopicsAsync([new TopicSpecification { Name = Name, NumPartitions = Partitions }]);
        return topic;
    }

    /// <summary>Appends one record.</summary>
    public void Produce(WorkloadRecord record)
    {
        var message = new Message<string, byte[]> { Key = record.Project, Value = record.Json, Headers = new Headers { { "content-type", ContentType } } };
        while (true)
        {
            try
            {
                _producer.Produce(Name, message);
                return;
            }
            catch (ProduceException<string, byte[]> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                _producer.Poll(TimeSpan.FromMilliseconds(1));
            }
        }
    }

    /// <summary>Waits until the broker has all.</summary>
    public void Flush() => _producer.Flush(CancellationToken.None);

    /// <summary>How many records a second a bare consumer takes that does nothing with them; the best of three rounds.</summary>
    public double RawConsumePerSecond(int count)
    {
        var best = 0.0;
        for (var round = 0; round < 3; round++)
        {
            using var consumer = new ConsumerBuilder<byte[], byte[]>(
                new ConsumerConfig { BootstrapServers = Brokers, GroupId = "bare", EnableAutoCommit = false, QueuedMinMessages = 200_000 }).Build();
            // Connecting is measured too: whatever is left out, the client fetches in the meantime.
            var start = Stopwatch.GetTimestamp();
            consumer.Assign(Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionOffset(Name, partition, Offset.Beginning)));
            for (var i = 0; i < count; i++) consumer.Consume();
            best = Math.Max(best, count / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }

    /// <summary>How many records the topic holds.</summary>
    public Task<long> CountAsync() => LagAsync("a group that has never been");

    /// <summary>How many records a consumer group has yet to commit.</summary>
    public async Task<long> LagAsync(string group)
    {
        var partitions = Enumerable.Range(0, Partitions).Select(partition => new TopicPartition(Name, partition)).ToList();
        var ends = await _admin.ListOffsetsAsync(partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = OffsetSpec.Latest() }));
        var committed = await _admin.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions(group, partitions)]);
        var committedOf = committed.Single().Partitions.ToDictionary(one => one.TopicPartition, one => Math.Max(0, one.Offset.Value));
        return ends.ResultInfos.Sum(end => end.TopicPartitionOffsetError.Offset.Value - committedOf.GetValueOrDefault(end.TopicPartitionOffsetError.TopicPartition));
    }

    /// <summary>Forgets what a consumer group has committed, once its members have left it.</summary>
    public async Task ForgetAsync(string group)
    {
        while (true)
        {
            try
            {
                await _admin.DeleteGroupsAsync([group]);
                return;
            }
            catch (DeleteGroupsException refusal) when (refusal.Results.Single().Error.Code == ErrorCode.GroupIdNotFound)
            {
                return;
            }
            catch (DeleteGroupsException refusal) when (refusal.Results.Single().Error.Code == ErrorCode.NonEmptyGroup)
            {
                await Task.Delay(200);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _producer.Dispose();
        _admin.Dispose();
        await _broker.DisposeAsync();
    }
}
