using System.Buffers.Binary;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using ShitOps.Local.Broker.Log;
using ShitOps.Local.Broker.Protocol;
using ErrorCode = ShitOps.Local.Broker.Protocol.ErrorCode;

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

    [Fact]
    public async Task A_partition_asked_for_twice_in_one_request_is_refused_as_in_Kafka()
    {
        await using var broker = await StartWithMessagesAsync(1);
        using var connection = await broker.ConnectAsync();
        var answer = await connection.AskAsync(ApiKey.ListOffsets, 1, new Wire().Int32(-1).Int32(1).String("t").Int32(2).Int32(0).Int64(5).Int32(0).Int64(6));
        Assert.Equal((1, "t", 2, 0, ErrorCode.None), (answer.Int32(), answer.String(), answer.Int32(), answer.Int32(), answer.Error()));
        answer.Skip(16);
        Assert.Equal((0, ErrorCode.InvalidRequest), (answer.Int32(), answer.Error()));
    }

    [Fact]
    public void A_lookup_by_time_ends_when_the_broker_stops()
    {
        var directory = Directory.CreateTempSubdirectory("shitops-lookup-");
        using (var log = new PartitionLog(directory.FullName, _ => { }))
        {
            var bytes = Batch.Of([1, 2]);
            log.Append(bytes, RecordBatch.Read(bytes), 1000);
            Assert.Throws<OperationCanceledException>(() => log.FirstSince(1, new CancellationToken(canceled: true)));
            Assert.Throws<OperationCanceledException>(() => log.Latest(new CancellationToken(canceled: true)));
        }
        directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public async Task A_batch_whose_greatest_timestamp_is_none_of_its_records_is_refused(long claimed)
    {
        await using var broker = await StartWithMessagesAsync(1);
        using var connection = await broker.ConnectAsync();
        var batch = Batch.Of([1, 2]);
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(35), claimed);
        Assert.Equal(ErrorCode.InvalidRecord, (await connection.ProduceAsync("t", Batch.Resummed(batch))).Error);
    }

    [Fact]
    public async Task Of_several_commits_for_a_partition_in_one_request_the_last_holds_and_is_stored_alone()
    {
        await using var broker = await StartWithMessagesAsync(1);
        using var connection = await broker.ConnectAsync();
        var group = new string('g', 255);
        var commit = new Wire().String(group).Int32(-1).String("").Int64(-1).Int32(1).String("t").Int32(10_000);
        for (var i = 1; i <= 10_000; i++) commit.Int32(0).Int64(i).String("");
        await connection.AskAsync(ApiKey.OffsetCommit, 2, commit);

        Assert.InRange(new FileInfo(Path.Combine(broker.DataDirectory, "groups.log")).Length, 1, 500);
        using var consumer = broker.Consumer(group);
        Assert.Equal(10_000, consumer.Committed([new TopicPartition("t", 0)], TestBroker.Patience)[0].Offset.Value);
    }

    [Fact]
    public async Task A_group_s_name_has_255_characters_at_most()
    {
        await using var broker = await StartWithMessagesAsync(1);
        using var connection = await broker.ConnectAsync();
        var group = new string('g', 256);
        var commit = await connection.AskAsync(ApiKey.OffsetCommit, 2, new Wire().String(group).Int32(-1).String("").Int64(-1).Int32(1).String("t").Int32(1).Int32(0).Int64(1).String(""));
        Assert.Equal((1, "t", 1, 0, ErrorCode.InvalidGroupId), (commit.Int32(), commit.String(), commit.Int32(), commit.Int32(), commit.Error()));
        var join = await connection.AskAsync(ApiKey.JoinGroup, 0, new Wire().String(group).Int32(10_000).String("").String("consumer").Int32(1).String("range").Bytes([]));
        Assert.Equal(ErrorCode.InvalidGroupId, join.Error());
    }

    private static async Task<TestBroker> StartWithMessagesAsync(int count)
    {
        var broker = await TestBroker.StartAsync();
        using var producer = broker.Producer();
        for (var i = 0; i < count; i++) await producer.ProduceAsync("t", new Message<string?, string?> { Value = $"{i}" });
        return broker;
    }
}
