using Confluent.Kafka;
using Microsoft.Extensions.Time.Testing;
using ShitOps.Local.Broker;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Tests.Broker;

public class RetentionTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Segments_past_their_time_are_deleted_and_the_log_starts_later()
    {
        var clock = new FakeTimeProvider(Start);
        await using var broker = await StartAsync(clock, options => options with { Retention = TimeSpan.FromHours(1), SegmentBytes = 100 });
        await ProduceAsync(broker, Start.AddMinutes(-50), Start.AddMinutes(-40), Start.AddMinutes(-5));

        clock.Advance(TimeSpan.FromMinutes(15));

        await StartsAtAsync(broker, 1);
        Assert.Equal([1, 2], broker.ReadAll("t", from: 1).Select(each => each.Offset.Value));
        // A client that asks for what is gone is sent to where the log now starts.
        using var consumer = broker.Consumer("g");
        consumer.Assign(new TopicPartitionOffset("t", 0, 0));
        Assert.Equal(1, consumer.Take(1)[0].Offset.Value);
    }

    [Fact]
    public async Task A_log_all_of_which_has_expired_is_empty_and_goes_on_at_its_offset()
    {
        var clock = new FakeTimeProvider(Start);
        await using var broker = await StartAsync(clock, options => options with { Retention = TimeSpan.FromHours(1) });
        await ProduceAsync(broker, Start, Start);

        clock.Advance(TimeSpan.FromHours(2));

        await StartsAtAsync(broker, 2);
        await broker.RestartAsync();
        await StartsAtAsync(broker, 2);
        await ProduceAsync(broker, Start.AddHours(2));
        Assert.Equal(2, Assert.Single(broker.ReadAll("t", from: 2)).Offset.Value);
    }

    [Fact]
    public async Task A_topic_s_own_setting_goes_before_the_broker_s()
    {
        var clock = new FakeTimeProvider(Start);
        await using var broker = await StartAsync(clock, options => options with { Retention = TimeSpan.FromHours(1) });
        using var admin = broker.Admin();
        await admin.CreateTopicsAsync([new() { Name = "keep", NumPartitions = 1, Configs = new() { ["retention.ms"] = "-1" } }]);
        using var producer = broker.Producer();
        await producer.ProduceAsync("keep", new Message<string?, string?> { Value = "v", Timestamp = new Timestamp(Start) });
        await ProduceAsync(broker, Start);

        clock.Advance(TimeSpan.FromHours(2));

        await StartsAtAsync(broker, 1);
        Assert.Single(broker.ReadAll("keep"));
    }

    [Fact]
    public async Task Beyond_the_bytes_to_be_kept_the_oldest_segments_go()
    {
        var clock = new FakeTimeProvider(Start);
        await using var broker = await StartAsync(clock, options => options with { RetentionBytes = 1000, SegmentBytes = 300 });
        using var connection = await broker.ConnectAsync();
        using var admin = broker.Admin();
        await admin.CreateTopicsAsync([new() { Name = "t", NumPartitions = 1 }]);
        var batch = Batch.Of([1, 2]);
        for (var i = 0; i < 50; i++) await connection.ProduceAsync("t", batch);

        clock.Advance(TimeSpan.FromMinutes(1));

        // Whole segments of as many batches as fit; what is left is just no less than what is to be kept.
        var perSegment = 300 / batch.Length;
        var segments = (50 + perSegment - 1) / perSegment;
        var last = (50 - 1) % perSegment + 1;
        var kept = 1;
        while (((kept - 1) * perSegment + last) * batch.Length < 1000) kept++;
        await StartsAtAsync(broker, 2 * perSegment * (segments - kept));
    }

    [Fact]
    public async Task An_error_in_one_round_is_told_and_ends_neither_the_rounds_nor_the_broker()
    {
        // So early that what is to be kept would begin before the calendar does.
        var clock = new FakeTimeProvider(DateTimeOffset.MinValue);
        await using var broker = await StartAsync(clock, options => options with { Retention = TimeSpan.FromMinutes(1) });
        using (var connection = await broker.ConnectAsync()) await connection.AskAsync(ApiKey.Metadata, 0, new Wire().Int32(1).String("t"));

        await ToldAsync(1);
        await ToldAsync(2);

        await broker.RestartAsync();

        async Task ToldAsync(int times)
        {
            var until = DateTime.UtcNow + TestBroker.Patience;
            clock.Advance(TimeSpan.FromSeconds(1));
            while (Told() < times)
            {
                Assert.True(DateTime.UtcNow < until);
                await Task.Delay(10);
            }
        }

        int Told()
        {
            lock (broker.Log) return broker.Log.Count(line => line.StartsWith("An error of the broker: ", StringComparison.Ordinal));
        }
    }

    private static Task<TestBroker> StartAsync(FakeTimeProvider clock, Func<BrokerOptions, BrokerOptions> with) =>
        TestBroker.StartAsync(options => with(options) with { TimeProvider = clock, RetentionInterval = TimeSpan.FromSeconds(1), InitialRebalanceDelay = TimeSpan.Zero });

    private static async Task ProduceAsync(TestBroker broker, params DateTimeOffset[] times)
    {
        using var producer = broker.Producer();
        foreach (var time in times) await producer.ProduceAsync("t", new Message<string?, string?> { Value = "v", Timestamp = new Timestamp(time) });
    }

    private static async Task StartsAtAsync(TestBroker broker, long expected)
    {
        using var consumer = broker.Consumer("g");
        var until = DateTime.UtcNow + TestBroker.Patience;
        while (true)
        {
            var start = consumer.QueryWatermarkOffsets(new TopicPartition("t", 0), TestBroker.Patience).Low.Value;
            if (start == expected) return;
            Assert.True(start < expected && DateTime.UtcNow < until, $"The log starts at {start}, not at {expected}.");
            await Task.Delay(20);
        }
    }
}
