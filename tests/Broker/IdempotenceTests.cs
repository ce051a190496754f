using Confluent.Kafka;
using ShitOps.Local.Broker.Protocol;
using ErrorCode = ShitOps.Local.Broker.Protocol.ErrorCode;

namespace ShitOps.Tests.Broker;

public class IdempotenceTests
{
    [Fact]
    public async Task An_idempotent_producer_delivers_each_message_once_and_in_order()
    {
        await using var broker = await TestBroker.StartAsync();
        using (var producer = broker.Producer(config => config.EnableIdempotence = true))
        {
            for (var i = 0; i < 5000; i++) producer.Produce("t", new Message<string?, string?> { Value = $"{i}" });
            producer.Flush();
        }
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => $"{i}"), broker.ReadAll("t").Select(each => each.Message.Value));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_of_the_last_five_batches_sent_again_gets_its_first_offset_and_is_not_stored_twice(bool restart)
    {
        await using var broker = await StartWithTopicAsync();
        var connection = await broker.ConnectAsync();
        for (var i = 0; i < 6; i++) Assert.Equal((ErrorCode.None, 3 * i), await connection.ProduceAsync("t", Batch.Sequence(7, 0, 3 * i, count: 3)));
        if (restart) connection = await RestartAsync(broker, connection);

        for (var i = 1; i < 6; i++) Assert.Equal((ErrorCode.None, 3 * i), await connection.ProduceAsync("t", Batch.Sequence(7, 0, 3 * i, count: 3)));
        Assert.Equal((ErrorCode.DuplicateSequenceNumber, -1), await connection.ProduceAsync("t", Batch.Sequence(7, 0, 0, count: 3)));
        Assert.Equal(18, broker.ReadAll("t").Count);
        connection.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_gap_in_the_sequence_is_out_of_order(bool restart)
    {
        await using var broker = await StartWithTopicAsync();
        var connection = await broker.ConnectAsync();
        Assert.Equal((ErrorCode.None, 0), await connection.ProduceAsync("t", Batch.Sequence(7, 0, 0)));
        if (restart) connection = await RestartAsync(broker, connection);

        Assert.Equal((ErrorCode.OutOfOrderSequenceNumber, -1), await connection.ProduceAsync("t", Batch.Sequence(7, 0, 2)));
        Assert.Equal((ErrorCode.None, 1), await connection.ProduceAsync("t", Batch.Sequence(7, 0, 1)));
        connection.Dispose();
    }

    [Fact]
    public async Task An_unknown_producer_begins_at_zero()
    {
        await using var broker = await StartWithTopicAsync();
        using var connection = await broker.ConnectAsync();
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await connection.ProduceAsync("t", Batch.Sequence(7, 0, 5))).Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_newer_epoch_begins_at_zero_and_fences_the_older(bool restart)
    {
        await using var broker = await StartWithTopicAsync();
        var connection = await broker.ConnectAsync();
        await connection.ProduceAsync("t", Batch.Sequence(7, 0, 0));
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await connection.ProduceAsync("t", Batch.Sequence(7, 1, 1))).Error);
        Assert.Equal((ErrorCode.None, 1), await connection.ProduceAsync("t", Batch.Sequence(7, 1, 0)));
        if (restart) connection = await RestartAsync(broker, connection);

        Assert.Equal(ErrorCode.InvalidProducerEpoch, (await connection.ProduceAsync("t", Batch.Sequence(7, 0, 1))).Error);
        connection.Dispose();
    }

    [Fact]
    public async Task A_sequence_goes_round_after_the_greatest_number()
    {
        await using var broker = await StartWithTopicAsync(options => options with { SegmentBytes = 100, RetentionBytes = 0 });
        using var connection = await broker.ConnectAsync();
        // A producer whose earlier batches the log no longer holds may be anywhere in its sequence.
        await connection.ProduceAsync("t", Batch.Of([1]));
        await connection.ProduceAsync("t", Batch.Of([1]));
        await broker.RestartAsync();
        using var after = await broker.ConnectAsync();
        await WaitForAsync(async () => (await after.ProduceAsync("t", Batch.Sequence(7, 0, int.MaxValue - 1, count: 3))).Error == ErrorCode.None);

        // The three were 2^31-2, 2^31-1 and 0.
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await after.ProduceAsync("t", Batch.Sequence(7, 0, 2))).Error);
        Assert.Equal(ErrorCode.None, (await after.ProduceAsync("t", Batch.Sequence(7, 0, 1))).Error);
    }

    [Fact]
    public async Task Producer_ids_are_never_given_twice_not_even_after_a_restart()
    {
        await using var broker = await TestBroker.StartAsync();
        var ids = new List<long>();
        for (var run = 0; run < 3; run++)
        {
            using var connection = await broker.ConnectAsync();
            for (var i = 0; i < 5; i++)
            {
                var answer = await connection.AskAsync(ApiKey.InitProducerId, 1, new Wire().String(null).Int32(1000));
                answer.Int32();
                Assert.Equal(ErrorCode.None, answer.Error());
                ids.Add(answer.Int64());
                Assert.Equal(0, answer.Int16());
            }
            await broker.RestartAsync();
        }
        Assert.Equal(15, ids.Distinct().Count());
    }

    private static async Task<TestBroker> StartWithTopicAsync(Func<Local.Broker.BrokerOptions, Local.Broker.BrokerOptions>? with = null)
    {
        var broker = await TestBroker.StartAsync(options => (with?.Invoke(options) ?? options) with { RetentionInterval = TimeSpan.FromMilliseconds(20) });
        using var admin = broker.Admin();
        await admin.CreateTopicsAsync([new() { Name = "t", NumPartitions = 1 }]);
        return broker;
    }

    private static async Task<RawConnection> RestartAsync(TestBroker broker, RawConnection connection)
    {
        connection.Dispose();
        await broker.RestartAsync();
        return await broker.ConnectAsync();
    }

    private static async Task WaitForAsync(Func<Task<bool>> holds)
    {
        var until = DateTime.UtcNow + TestBroker.Patience;
        while (!await holds())
        {
            Assert.True(DateTime.UtcNow < until, "It never came to hold.");
            await Task.Delay(20);
        }
    }
}
