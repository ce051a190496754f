using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Confluent.Kafka;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.ObjectPool;
using Microsoft.Extensions.Time.Testing;
using ShitOps.Aggregation;
using ShitOps.Events;
using ShitOps.Ingestion;
using ShitOps.People;
using ShitOps.Pipeline;
using ShitOps.Storage;

namespace ShitOps.Tests.Aggregation;

/// <summary>Aggregating against a real store: whatever comes again or at once, each record is counted once.</summary>
[Collection(nameof(BrokerCollection))]
public class ProjectAggregatorTests(BrokerFixture kafka, AzuriteFixture azurite) : IAsyncLifetime
{
    private KafkaConnection _connection = null!;

    private readonly KafkaStream _stream = new(Some.Name("stream"));
    private readonly string _table = Some.Name("a").Replace("-", "", StringComparison.Ordinal);
    private readonly FakeTimeProvider _time = new(Some.Time);

    private StorageAccount Account { get; } = StorageAccount.FromSettings(
        new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", azurite.ConnectionString)]).Build());

    public async ValueTask InitializeAsync()
    {
        _connection = new KafkaConnection { Brokers = kafka.Brokers, Topic = await kafka.CreateTopicAsync() };

        // What comes again lies within a log that is long enough.
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = kafka.Brokers }).Build();
        for (var i = 0; i < 300; i++) producer.Produce(new TopicPartition(_connection.Topic, 0), new Message<Null, byte[]> { Value = [1] });
        producer.Flush(TimeSpan.FromMinutes(1));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Counts_by_outcome_and_type_over_several_partitions()
    {
        var unknown = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Some.EventJson()).Replace("task.status-changed", "task.sung", StringComparison.Ordinal));

        await Aggregator().AggregateAsync([Record(0, 0, Some.EventJson()), Record(1, 5, unknown), Record(0, 1, "{"u8.ToArray()), Record(1, 6, Some.EventJson(data: new TaskDeleted("A-1")))], default);

        var rows = await CountsAsync();
        Assert.Equal([(0, 2L, 1L, 0L, 1L), (1, 7L, 1L, 1L, 0L)], rows.Select(row => (row.Partition, row.Checkpoint, row.Decoded, row.Unknown, row.Undecodable)));
        Assert.Equal([(EventTypes.TaskStatusChanged, 1L)], rows[0].ByType.Select(type => (type.Key, type.Value)));
        Assert.Equal([(EventTypes.TaskDeleted, 1L)], rows[1].ByType.Select(type => (type.Key, type.Value)));
        Assert.Equal((Some.Time, Some.Time), (rows[0].NewestEventTime, rows[0].LastProcessed));
    }

    [Fact]
    public async Task Counts_what_comes_again_with_another_cut_once()
    {
        var records = Enumerable.Range(0, 10).Select(i => Record(0, i, i == 3 ? [] : Some.EventJson($"e-{i}"))).ToArray();

        await Aggregator().AggregateAsync(records[..6], default);
        await Aggregator().AggregateAsync(records[2..9], default);
        await Aggregator().AggregateAsync(records, default);

        var row = Assert.Single(await CountsAsync());
        Assert.Equal((10L, 9L, 1L), (row.Checkpoint, row.Decoded, row.Undecodable));
    }

    [Fact]
    public async Task Counts_once_when_several_do_so_at_the_same_time()
    {
        var records = Enumerable.Range(0, 200).Select(i => Record(0, i, Some.EventJson($"e-{i}"))).ToArray();

        // Each goes through the same records in its own cuts, as instances do around a rebalance.
        await Task.WhenAll(Enumerable.Range(1, 4).Select(async size =>
        {
            var aggregator = Aggregator();
            foreach (var batch in records.Chunk(size * 13)) await aggregator.AggregateAsync(batch, default);
        }));

        var row = Assert.Single(await CountsAsync());
        Assert.Equal((200L, 200L), (row.Checkpoint, row.Decoded));
    }

    [Fact]
    public async Task Puts_what_cannot_be_decoded_aside_with_its_bytes_and_the_reason()
    {
        var record = Record(3, 7, "{\"id\":"u8.ToArray());
        record.Headers = [new KafkaHeader { Key = "content-type", Value = "application/cloudevents+json"u8.ToArray() }];

        await Aggregator().AggregateAsync([record], default);

        var container = new BlobContainerClient(azurite.ConnectionString, "dead-letters");
        var blob = container.GetBlobClient($"{_stream.Name}/events/00003/00000000000000000007-00000000000000000007.jsonl");
        var letter = JsonSerializer.Deserialize<JsonElement>((await blob.DownloadContentAsync()).Value.Content.ToString());
        Assert.Equal(
            (_stream.Name, "events", 3, 7L, "NotJson", "line 1, byte 7: not JSON, or nested deeper than 64 levels"),
            (letter.GetProperty("stream").GetString(), letter.GetProperty("topic").GetString(), letter.GetProperty("partition").GetInt32(), letter.GetProperty("offset").GetInt64(),
                letter.GetProperty("reason").GetString(), letter.GetProperty("error").GetString()));
        Assert.Equal(record.Value, letter.GetProperty("value").GetBytesFromBase64());
        Assert.Equal(record.Key, letter.GetProperty("key").GetBytesFromBase64());
        Assert.Equal("content-type", letter.GetProperty("headers")[0].GetProperty("key").GetString());
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public async Task Puts_aside_what_states_a_time_that_no_calendar_has(long timestamp)
    {
        var record = Record(0, 0, []);
        record.Timestamp.UnixTimestampMs = timestamp;

        await Aggregator().AggregateAsync([record], default);

        var row = Assert.Single(await CountsAsync());
        Assert.Equal((1L, 1L), (row.Checkpoint, row.Undecodable));
    }

    [Fact]
    public async Task Cuts_many_large_letters_into_blobs_that_hold_each_once()
    {
        var records = Enumerable.Range(0, 30).Select(i => Record(0, i, new byte[1_000_000])).ToArray();

        await Aggregator().AggregateAsync(records, default);

        var container = new BlobContainerClient(azurite.ConnectionString, "dead-letters");
        List<long> offsets = [];
        var blobs = 0;
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, _stream.Name, default))
        {
            Assert.InRange(blob.Properties.ContentLength!.Value, 1, 20 << 20);
            blobs++;
            var lines = (await container.GetBlobClient(blob.Name).DownloadContentAsync()).Value.Content.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            offsets.AddRange(lines.Select(line => JsonSerializer.Deserialize<JsonElement>(line).GetProperty("offset").GetInt64()));
        }

        Assert.Equal(3, blobs);
        Assert.Equal(Enumerable.Range(0, 30).Select(i => (long)i), offsets);
    }

    [Fact]
    public async Task Tells_how_many_offsets_held_no_record()
    {
        await Aggregator().AggregateAsync([Record(0, 5, Some.EventJson("e-1")), Record(0, 9, Some.EventJson("e-2"))], default);

        var row = Assert.Single(await CountsAsync());
        Assert.Equal((10L, 2L, 8L), (row.Checkpoint, row.Decoded, row.Skipped));
    }

    [Fact]
    public async Task Does_not_take_the_records_of_another_log_for_ones_that_come_again()
    {
        await Aggregator().AggregateAsync([Record(0, 1000, Some.EventJson())], default);

        var counting = Aggregator().AggregateAsync([Record(0, 0, Some.EventJson())], default);
        while (!counting.IsCompleted)
        {
            _time.Advance(FailedBatch.BackOff);
            await Task.Delay(10);
        }

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => counting);
        Assert.Equal("partition 0 ends at offset 300, below the checkpoint 1001: it is another log than the one consumed; give it a name of its own in the setting KafkaStream", fault.Message);
    }

    [Fact]
    public async Task Stops_without_counting_when_the_host_stops()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Aggregator().AggregateAsync([Record(0, 0, Some.EventJson())], new CancellationToken(canceled: true)));

        Assert.Empty(await CountsAsync());
    }

    [Fact]
    public async Task Keeps_event_times_that_a_table_cannot_hold_out_of_it()
    {
        var ancient = EventEncoder.Encode(Some.Event() with { Time = new DateTimeOffset(1066, 10, 14, 9, 0, 0, TimeSpan.Zero) });

        await Aggregator().AggregateAsync([Record(0, 0, ancient)], default);

        var row = Assert.Single(await CountsAsync());
        Assert.Equal((1L, null), (row.Decoded, row.NewestEventTime));
    }

    [Fact]
    public async Task Expires_dead_letters_after_their_retention_and_not_before()
    {
        await Aggregator().AggregateAsync([Record(0, 0, [])], default);
        _time.SetUtcNow(DateTimeOffset.UtcNow.AddDays(30).AddMinutes(-5));
        await ExpireAsync();
        var before = await LettersAsync();
        _time.SetUtcNow(DateTimeOffset.UtcNow.AddDays(30).AddMinutes(5));
        await ExpireAsync();

        Assert.Single(before);
        Assert.Empty(await LettersAsync());

        Task ExpireAsync() => new ExpireDeadLetters(new DeadLetters(Account), new DeadLetterRetention(TimeSpan.FromDays(30)), _time, NullLogger<ExpireDeadLetters>.Instance).RunAsync(new TimerInfo(), default);

        async Task<List<string>> LettersAsync()
        {
            List<string> names = [];
            await foreach (var blob in new BlobContainerClient(azurite.ConnectionString, "dead-letters").GetBlobsAsync(BlobTraits.None, BlobStates.None, _stream.Name, default)) names.Add(blob.Name);
            return names;
        }
    }

    private ProjectAggregator Aggregator() => new(
        new LiveAggregates(Account, 4, _time, _table), _stream, new PartitionCounts(Account), new DeadLetters(Account), new LogEnds(_connection, _time, NullLogger<LogEnds>.Instance),
        new PersonDirectory(Encoding.UTF8.GetBytes(Some.TenantKey), Account), ObjectPool.Create<EventDecoder>(), _time, NullLogger<ProjectAggregator>.Instance);

    private AggregateTable Table() => new(Account, 4, $"{_table}4");

    private Task<IReadOnlyList<PartitionCount>> CountsAsync() => new PartitionCounts(Account).ListAsync(Table().Name, _stream, default);

    private static KafkaRecord Record(int partition, long offset, byte[] value) =>
        new() { Topic = "events", Partition = partition, Offset = offset, Key = "APOLLO"u8.ToArray(), Value = value, Headers = [] };
}
