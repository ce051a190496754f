using Microsoft.Extensions.Logging.Abstractions;
using ShitOps.Ingestion;

namespace ShitOps.Tests.Ingestion;

[Collection(nameof(BrokerCollection))]
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
