using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace ShitOps.Tests.Broker;

public class OffsetTests
{
    [Fact]
    public async Task Commits_are_resumed_from_after_a_restart_of_client_and_broker()
    {
        await using var broker = await StartWithMessagesAsync(10);
        using (var consumer = broker.Consumer("g"))
        {
            consumer.Subscribe("t");
            consumer.Commit(consumer.Take(4)[^1]);
            consumer.Close();
        }
        await broker.RestartAsync();

        using var resumed = broker.Consumer("g");
        resumed.Subscribe("t");
        Assert.Equal(4, resumed.Take(1)[0].Offset.Value);
        Assert.Equal(4, resumed.Committed([new TopicPartition("t", 0)], TestBroker.Patience)[0].Offset.Value);
        resumed.Close();
    }

    [Fact]
    public async Task Seek_goes_back_and_forth()
    {
        await using var broker = await StartWithMessagesAsync(10);
        using var consumer = broker.Consumer("g");
        consumer.Assign(new TopicPartitionOffset("t", 0, 0));
        consumer.Take(3);
        consumer.Seek(new TopicPartitionOffset("t", 0, 8));
        Assert.Equal("8", consumer.Take(1)[0].Message.Value);
        consumer.Seek(new TopicPartitionOffset("t", 0, 1));
        Assert.Equal("1", consumer.Take(1)[0].Message.Value);
    }

    [Fact]
    public async Task Watermarks_are_the_ends_of_the_log()
    {
        await using var broker = await StartWithMessagesAsync(10);
        using var consumer = broker.Consumer("g");
        var watermarks = consumer.QueryWatermarkOffsets(new TopicPartition("t", 0), TestBroker.Patience);
        Assert.Equal((0, 10), (watermarks.Low.Value, watermarks.High.Value));
    }

    [Fact]
    public async Task Beyond_the_end_the_client_is_sent_to_its_reset_position()
    {
        await using var broker = await StartWithMessagesAsync(3);
        using var consumer = broker.Consumer("g");
        consumer.Assign(new TopicPartitionOffset("t", 0, 1000));
        Assert.Equal("0", consumer.Take(1)[0].Message.Value);
    }

    [Fact]
    public async Task Earliest_latest_time_and_greatest_timestamp_are_listed()
    {
        await using var broker = await TestBroker.StartAsync(options => options with { SegmentBytes = 200 });
        using var producer = broker.Producer();
        // Out of order, over several segments.
        foreach (var time in (long[])[5000, 1000, 9000, 3000, 9000, 2000])
            await producer.ProduceAsync("t", new Message<string?, string?> { Value = "v", Timestamp = new Timestamp(time, TimestampType.CreateTime) });
        using var admin = broker.Admin();

        Assert.Equal(0, await ListAsync(OffsetSpec.Earliest()));
        Assert.Equal(6, await ListAsync(OffsetSpec.Latest()));
        Assert.Equal(2, await ListAsync(OffsetSpec.MaxTimestamp()));
        Assert.Equal(0, await ListAsync(OffsetSpec.ForTimestamp(1)));
        Assert.Equal(0, await ListAsync(OffsetSpec.ForTimestamp(5000)));
        Assert.Equal(2, await ListAsync(OffsetSpec.ForTimestamp(5001)));
        Assert.Equal(-1, await ListAsync(OffsetSpec.ForTimestamp(9001)));

        async Task<long> ListAsync(OffsetSpec spec)
        {
            var listed = await admin.ListOffsetsAsync([new TopicPartitionOffsetSpec { TopicPartition = new TopicPartition("t", 0), OffsetSpec = spec }]);
            return listed.ResultInfos[0].TopicPartitionOffsetError.Offset.Value;
        }
    }

    private static async Task<TestBroker> StartWithMessagesAsync(int count)
    {
        var broker = await TestBroker.StartAsync();
        using var producer = broker.Producer();
        for (var i = 0; i < count; i++) await producer.ProduceAsync("t", new Message<string?, string?> { Value = $"{i}" });
        return broker;
    }
}
