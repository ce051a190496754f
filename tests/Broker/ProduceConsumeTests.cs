using System.Text;
using Confluent.Kafka;
using ShitOps.Local.Broker.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace ShitOps.Tests.Broker;

public class ProduceConsumeTests
{
    [Fact]
    public async Task Keys_values_nulls_headers_and_timestamps_come_back_as_sent()
    {
        await using var broker = await TestBroker.StartAsync();
        using var producer = broker.Producer();
        var time = new Timestamp(1_700_000_000_123, TimestampType.CreateTime);
        var headers = new Headers { { "trace", "abc"u8.ToArray() }, { "empty", [] }, { "null", null } };
        var first = await producer.ProduceAsync("t", new Message<string?, string?> { Key = "k", Value = "grün", Headers = headers, Timestamp = time });
        var second = await producer.ProduceAsync("t", new Message<string?, string?> { Key = null, Value = null });

        var read = broker.ReadAll("t");

        Assert.Equal([first.Offset, second.Offset], read.Select(each => each.Offset));
        Assert.Equal(("k", "grün", time), (read[0].Message.Key, read[0].Message.Value, read[0].Message.Timestamp));
        Assert.Equal(["trace=abc", "empty=", "null=<null>"], read[0].Message.Headers.Select(each => $"{each.Key}={(each.GetValueBytes() is { } bytes ? Encoding.UTF8.GetString(bytes) : "<null>")}"));
        Assert.Equal((null, null), (read[1].Message.Key, read[1].Message.Value));
    }

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task Compressed_batches_pass_through_and_are_found_by_time_to_the_record(CompressionType compression)
    {
        await using var broker = await TestBroker.StartAsync();
        using (var producer = broker.Producer(config =>
        {
            config.CompressionType = compression;
            config.LingerMs = 200;
        }))
        {
            for (var i = 0; i < 1000; i++)
                producer.Produce("t", new Message<string?, string?> { Value = $"value value value {i}", Timestamp = new Timestamp(1_000_000 + (10 * i), TimestampType.CreateTime) });
            producer.Flush();
        }

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"value value value {i}"), broker.ReadAll("t").Select(each => each.Message.Value));
        using var consumer = broker.Consumer("g");
        Assert.Equal(0, OffsetAt(999_999));
        Assert.Equal(377, OffsetAt(1_003_770));
        Assert.Equal(378, OffsetAt(1_003_771));
        Assert.Equal(999, OffsetAt(1_009_990));
        Assert.Equal(Offset.End, OffsetAt(1_009_991));

        Offset OffsetAt(long time) => consumer.OffsetsForTimes([new TopicPartitionTimestamp("t", 0, new Timestamp(time, TimestampType.CreateTime))], TestBroker.Patience)[0].Offset;
    }

    [Fact]
    public async Task A_message_larger_than_every_fetch_limit_still_comes()
    {
        await using var broker = await TestBroker.StartAsync(options => options with { MaxMessageBytes = 20_000_000, MaxFetchBytes = 1_000_000 });
        using var producer = broker.Producer(config => config.MessageMaxBytes = 20_000_000);
        var large = new string('x', 10_000_000);
        await producer.ProduceAsync("t", new Message<string?, string?> { Value = large });
        await producer.ProduceAsync("t", new Message<string?, string?> { Value = "after" });

        Assert.Equal([large, "after"], broker.ReadAll("t").Select(each => each.Message.Value));
    }

    [Theory]
    [InlineData(1000, 1000, 100_000)]
    [InlineData(100_000, 100_000, 1000)]
    [InlineData(100_000, 1000, 100_000)]
    public async Task A_fetch_that_can_return_no_more_is_not_waited_with(int minBytes, int maxBytes, int partitionBytes)
    {
        await using var broker = await TestBroker.StartAsync(options => options with { MaxFetchBytes = 2000 });
        using var connection = await broker.ConnectAsync();
        await connection.AskAsync(ApiKey.Metadata, 0, new Wire().Int32(1).String("t"));
        for (var i = 0; i < 100; i++) await connection.ProduceAsync("t", Batch.Of([1, 2, 3]));

        var answer = await connection.AskAsync(ApiKey.Fetch, 4, new Wire().Int32(-1).Int32(300_000).Int32(minBytes).Int32(maxBytes).Int8(0).Int32(1).String("t").Int32(1).Int32(0).Int64(0).Int32(partitionBytes));

        answer.Skip(4 + 4 + 3 + 4 + 4 + 2 + 8 + 8 + 4);
        Assert.InRange(answer.Int32(), 500, 2000);
    }

    [Fact]
    public async Task A_message_larger_than_the_topic_takes_is_refused()
    {
        await using var broker = await TestBroker.StartAsync(options => options with { MaxMessageBytes = 10_000 });
        using var producer = broker.Producer();

        var refused = await Assert.ThrowsAsync<ProduceException<string?, string?>>(() => producer.ProduceAsync("t", new Message<string?, string?> { Value = new string('x', 20_000) }));

        Assert.Equal(ErrorCode.MsgSizeTooLarge, refused.Error.Code);
    }

    [Fact]
    public async Task A_waiting_fetch_is_answered_when_a_message_is_appended()
    {
        await using var broker = await TestBroker.StartAsync();
        using var producer = broker.Producer();
        await producer.ProduceAsync("t", new Message<string?, string?> { Value = "first" });
        using var connection = await broker.ConnectAsync();

        // It may wait five minutes for what comes after the first message: far longer than the hang guard.
        var fetching = connection.AskAsync(ApiKey.Fetch, 4, FetchOf("t", offset: 1, maxWaitMs: 300_000, minBytes: 1));
        await producer.ProduceAsync("t", new Message<string?, string?> { Value = "second" });

        Assert.Contains("second", Encoding.UTF8.GetString(RecordsOf(await fetching)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fetch_waits_until_there_are_as_many_bytes_as_it_asks_for()
    {
        await using var broker = await TestBroker.StartAsync();
        using var connection = await broker.ConnectAsync();
        using var other = await broker.ConnectAsync();
        using var admin = broker.Admin();
        await admin.CreateTopicsAsync([new() { Name = "t", NumPartitions = 1 }]);
        var batch = Batch.Of([1]);

        var fetching = connection.AskAsync(ApiKey.Fetch, 4, FetchOf("t", offset: 0, maxWaitMs: 300_000, minBytes: 3 * batch.Length));
        for (var i = 0; i < 3; i++) await other.ProduceAsync("t", batch);

        Assert.Equal(3 * batch.Length, RecordsOf(await fetching).Length);
    }

    [Fact]
    public async Task A_fetch_that_finds_nothing_is_answered_when_its_time_is_up()
    {
        await using var broker = await TestBroker.StartAsync();
        using var connection = await broker.ConnectAsync();
        using var admin = broker.Admin();
        await admin.CreateTopicsAsync([new() { Name = "t", NumPartitions = 1 }]);

        Assert.Empty(RecordsOf(await connection.AskAsync(ApiKey.Fetch, 4, FetchOf("t", offset: 0, maxWaitMs: 50, minBytes: 1))));
    }

    [Fact]
    public async Task A_fetch_gets_whole_batches_within_its_limit_from_anywhere_in_the_log()
    {
        await using var broker = await TestBroker.StartAsync(options => options with { SegmentBytes = 40_000 });
        using var connection = await broker.ConnectAsync();
        using var admin = broker.Admin();
        await admin.CreateTopicsAsync([new() { Name = "t", NumPartitions = 1 }]);
        var batch = Batch.Of([1, 2, 3]);
        for (var i = 0; i < 1500; i++) await connection.ProduceAsync("t", batch);

        for (var offset = 0; offset < 4500; offset += 37)
        {
            var records = RecordsOf(await connection.AskAsync(ApiKey.Fetch, 4, FetchOf("t", offset, maxWaitMs: 0, minBytes: 0, maxBytes: 1000)));
            Assert.Equal(0, records.Length % batch.Length);
            Assert.InRange(records.Length, batch.Length, 1000);
            Assert.Equal(offset / 3 * 3, new Answer(records).Int64());
        }
    }

    [Fact]
    public async Task Without_acknowledgement_nothing_is_answered_and_the_message_is_there()
    {
        await using var broker = await TestBroker.StartAsync();
        using (var producer = broker.Producer(config => config.Acks = Acks.None))
        {
            await producer.ProduceAsync("t", new Message<string?, string?> { Value = "unconfirmed" });
            await producer.ProduceAsync("t", new Message<string?, string?> { Value = "too" });
        }
        using var consumer = broker.Consumer("g");
        consumer.Assign(new TopicPartitionOffset("t", 0, 0));
        Assert.Equal(["unconfirmed", "too"], consumer.Take(2).Select(each => each.Message.Value));
    }

    [Theory]
    [MemberData(nameof(BadBatches))]
    public async Task A_bad_batch_is_refused_and_not_stored(string what, byte[] batch, string error)
    {
        await using var broker = await TestBroker.StartAsync();
        using var connection = await broker.ConnectAsync();
        using var admin = broker.Admin();
        await admin.CreateTopicsAsync([new() { Name = "t", NumPartitions = 1 }]);

        Assert.Equal((what, error), (what, $"{(await connection.ProduceAsync("t", batch)).Error}"));
        Assert.Equal((Local.Broker.Protocol.ErrorCode.None, 0), await connection.ProduceAsync("t", Batch.Of([1])));
    }

    public static TheoryData<string, byte[], string> BadBatches()
    {
        return new TheoryData<string, byte[], string>
        {
            { "nothing", [], "CorruptMessage" },
            { "a part of a head", new byte[60], "CorruptMessage" },
            { "a flipped bit", Changed(batch => batch[^1] ^= 1), "CorruptMessage" },
            { "an old format", Changed(batch => batch[16] = 1), "UnsupportedForMessageFormat" },
            { "a format to come", Changed(batch => batch[16] = 3), "CorruptMessage" },
            { "a length too long", Changed(batch => batch[11]++), "CorruptMessage" },
            { "a negative length", Changed(batch => batch[8] = 0xff), "CorruptMessage" },
            { "two batches", [.. Batch.Of([1]), .. Batch.Of([1])], "InvalidRecord" },
            { "no record", Batch.Resummed(Changed(batch => batch[60] = 0)), "InvalidRecord" },
            { "a count that does not fit the offsets", Batch.Resummed(Changed(batch => batch[60] = 3)), "InvalidRecord" },
            { "fewer records than counted", Batch.Of(Batch.Of([1])[61..], [1, 2]), "InvalidRecord" },
            { "more records than counted", Batch.Of(Batch.Of([1, 2])[61..], [1]), "InvalidRecord" },
            { "a record longer than its batch", Batch.Resummed(Changed(batch => batch[61] = 0x7e)), "InvalidRecord" },
            { "a control batch", Batch.Of([1], attributes: 0x20), "InvalidRecord" },
            { "a transaction", Batch.Of([1], attributes: 0x10), "InvalidRecord" },
            { "a codec that does not exist", Batch.Of([1], attributes: 5), "UnsupportedCompressionType" },
            { "a producer without a sequence", Batch.Of([1], producerId: 7), "InvalidRecord" },
        };

        static byte[] Changed(Action<byte[]> change)
        {
            var batch = Batch.Of([1, 2]);
            change(batch);
            return batch;
        }
    }

    [Fact]
    public async Task Transactions_are_refused_at_once_and_clearly()
    {
        await using var broker = await TestBroker.StartAsync();
        using var producer = broker.Producer(config => config.TransactionalId = "tx");

        var refused = Assert.ThrowsAny<KafkaException>(() => producer.InitTransactions(TestBroker.Patience));

        Assert.Equal(ErrorCode.TransactionalIdAuthorizationFailed, refused.Error.Code);
    }

    private static Wire FetchOf(string topic, long offset, int maxWaitMs, int minBytes, int maxBytes = 1_000_000) => new Wire()
        .Int32(-1).Int32(maxWaitMs).Int32(minBytes).Int32(maxBytes).Int8(0)
        .Int32(1).String(topic).Int32(1).Int32(0).Int64(offset).Int32(maxBytes);

    private static byte[] RecordsOf(Answer answer)
    {
        answer.Int32(); // throttle
        Assert.Equal(1, answer.Int32());
        answer.String();
        Assert.Equal((1, 0), (answer.Int32(), answer.Int32()));
        Assert.Equal(Local.Broker.Protocol.ErrorCode.None, answer.Error());
        answer.Int64();
        answer.Int64();
        Assert.Equal(0, answer.Int32());
        return answer.Bytes();
    }
}
