using Confluent.Kafka;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.ObjectPool;
using ShitOps.Events;
using ShitOps.Ingestion;

namespace ShitOps.Tests.Ingestion;

[Collection(nameof(AppCollection))]
public class EventProducerTests(BrokerFixture kafka)
{
    [Fact]
    public async Task A_project_goes_to_the_partition_that_the_Java_clients_choose()
    {
        var topic = await kafka.CreateTopicAsync(partitions: 7);
        string[] projects = ["", "a", "ab", "abc", "abcd", "APOLLO", "Zürich", "日本語プロジェクト", new string('x', 200)];
        using (var producer = new EventProducer(new KafkaConnection { Brokers = kafka.Brokers, Topic = topic }, NullLogger<EventProducer>.Instance))
            await Task.WhenAll(projects.Select(project => producer.ProduceAsync(project, "{}"u8.ToArray())));

        var records = kafka.ReadAll(topic);

        Assert.Equal(projects.Length, records.Count);
        // An empty key is a key: murmur2 of no bytes; librdkafka takes it for none and chooses at random.
        Assert.All(records.Where(record => record.Message.Key is { Length: > 0 }), record => Assert.Equal(JavaPartition(record.Message.Key, 7), record.Partition.Value));
    }

    [Fact]
    public async Task Goes_on_after_an_error_that_ends_the_client_for_good()
    {
        var topic = await kafka.CreateTopicAsync(partitions: 1);
        using var producer = new EventProducer(new KafkaConnection { Brokers = kafka.Brokers, Topic = topic, DeliveryTimeout = TimeSpan.FromSeconds(5) }, NullLogger<EventProducer>.Instance);
        for (var i = 0; i < 3; i++) await producer.ProduceAsync("APOLLO", "{}"u8.ToArray());

        // A log that knows nothing of the sequence so far: to an idempotent client that is fatal.
        await kafka.RecreateTopicAsync(topic, partitions: 1);
        var failures = 0;
        for (var taken = false; !taken;)
        {
            try
            {
                await producer.ProduceAsync("APOLLO", "{}"u8.ToArray());
                taken = true;
            }
            catch (ProduceException<string, byte[]>)
            {
                Assert.True(++failures < 20, "the client is never replaced");
            }
        }

        Assert.Single(kafka.ReadAll(topic));
    }

    [Fact]
    public async Task The_intake_names_what_the_topic_takes_not_and_counts_what_it_took()
    {
        var topic = await kafka.CreateTopicAsync(partitions: 8, new() { ["max.message.bytes"] = "2000" });
        using var producer = new EventProducer(new KafkaConnection { Brokers = kafka.Brokers, Topic = topic }, NullLogger<EventProducer>.Instance);
        var small = Some.EventJson("e-small", "SMALL");
        var large = Some.EventJson("e-large", "LARGE", new TaskBlocked("A-1", new string('x', 4000)));
        var request = new DefaultHttpContext().Request;
        request.ContentType = Event.BatchContentType;
        request.Body = new MemoryStream([(byte)'[', .. small, (byte)',', .. large, (byte)']']);

        var outcome = await new EventIntake(producer, ObjectPool.Create<EventDecoder>()).TakeAsync(request, CancellationToken.None);

        Assert.Equal((1, 413, 1), (outcome.Taken, outcome.Problem!.Status, outcome.Problem.Taken));
        Assert.Equal((1, "e-large"), (Assert.Single(outcome.Problem.Events!).Index, outcome.Problem.Events![0].Id));
        Assert.Equal(small, Assert.Single(kafka.ReadAll(topic)).Message.Value);
    }

    /// <summary>The default partitioner of Kafka's Java client, from its specification: positive murmur2 of the key, modulo partitions.</summary>
    private static int JavaPartition(byte[] key, int partitions)
    {
        const uint m = 0x5bd1e995;
        var h = 0x9747b28cu ^ (uint)key.Length;
        var i = 0;
        for (; i + 4 <= key.Length; i += 4)
        {
            var k = BitConverter.ToUInt32(key, i) * m;
            k = (k ^ (k >> 24)) * m;
            h = (h * m) ^ k;
        }

        if (key.Length - i == 3) h ^= (uint)key[i + 2] << 16;
        if (key.Length - i >= 2) h ^= (uint)key[i + 1] << 8;
        if (key.Length - i >= 1) h = (h ^ key[i]) * m;
        h = (h ^ (h >> 13)) * m;
        return (int)((h ^ (h >> 15)) & 0x7fffffff) % partitions;
    }
}
