using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using ShitOps.Local.Broker;

namespace ShitOps.Bench;

/// <summary>
/// The embedded broker with Confluent's client in the same process: 200-byte messages over 8 partitions, then one message at a time
/// for the time from produce to consume.
/// </summary>
internal static class BrokerBench
{
    private const int MessageBytes = 200;
    private const int Partitions = 8;
    private const int RoundTrips = 2_000;

    public static async Task<int> RunAsync(string[] args)
    {
        if (!CountOption.TryRead("broker", "--messages", 1_000_000, args, out var messages)) return 2;
        var directory = Directory.CreateTempSubdirectory("shitops-bench-");
        try
        {
            await using var broker = await KafkaBroker.StartAsync(new BrokerOptions { DataDirectory = directory.FullName, Port = 0, DefaultPartitions = Partitions });
            Print("broker_produce_messages_per_s", messages / Produce(broker, messages).TotalSeconds);
            Print("broker_consume_messages_per_s", messages / Consume(broker, messages).TotalSeconds);
            var latencies = RoundTrip(broker);
            Print("broker_end_to_end_p50_ms", latencies[latencies.Length / 2]);
            Print("broker_end_to_end_p99_ms", latencies[latencies.Length * 99 / 100]);
            return 0;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static TimeSpan Produce(KafkaBroker broker, int messages)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            LingerMs = 5,
            BatchSize = 1_000_000,
            QueueBufferingMaxMessages = 500_000,
            EnableDeliveryReports = false,
        }).Build();
        var value = new byte[MessageBytes];
        new Random(1).NextBytes(value);
        var message = new Message<Null, byte[]> { Value = value };
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < messages; i++)
        {
            var target = new TopicPartition("throughput", i / 64 % Partitions);
            while (!TryProduce(producer, target, message)) producer.Poll(TimeSpan.FromMilliseconds(1));
        }
        producer.Flush(CancellationToken.None);
        return clock.Elapsed;
    }

    private static bool TryProduce(IProducer<Null, byte[]> producer, TopicPartition target, Message<Null, byte[]> message)
    {
        try
        {
            producer.Produce(target, message);
            return true;
        }
        catch (ProduceException<Null, byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
    }

    private static TimeSpan Consume(KafkaBroker broker, int messages)
    {
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            GroupId = "throughput",
            EnableAutoCommit = false,
            QueuedMinMessages = 200_000,
        }).Build();
        // Connecting is measured too: whatever is left out, the client fetches in the meantime.
        var clock = Stopwatch.StartNew();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionOffset("throughput", partition, Offset.Beginning)));
        for (var i = 0; i < messages; i++) consumer.Consume();
        return clock.Elapsed;
    }

    private static double[] RoundTrip(KafkaBroker broker)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = broker.BootstrapServers, LingerMs = 0 }).Build();
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig { BootstrapServers = broker.BootstrapServers, GroupId = "latency" }).Build();
        consumer.Assign(new TopicPartitionOffset("latency", 0, Offset.Beginning));
        var latencies = new double[RoundTrips];
        for (var i = -100; i < RoundTrips; i++)
        {
            var value = new byte[MessageBytes];
            BinaryPrimitives.WriteInt64LittleEndian(value, Stopwatch.GetTimestamp());
            producer.Produce(new TopicPartition("latency", 0), new Message<Null, byte[]> { Value = value });
            var sent = BinaryPrimitives.ReadInt64LittleEndian(consumer.Consume().Message.Value);
            // The first hundred warm up.
            if (i >= 0) latencies[i] = Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
        }
        Array.Sort(latencies);
        return latencies;
    }

    private static void Print(string name, double value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {value:0.###}"));
}
