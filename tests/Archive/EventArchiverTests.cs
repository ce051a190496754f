using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Confluent.Kafka;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.ObjectPool;
using Microsoft.Extensions.Time.Testing;
using ShitOps.Archive;
using ShitOps.Events;
using ShitOps.Ingestion;
using ShitOps.People;
using ShitOps.Pipeline;
using ShitOps.Storage;
using ShitOps.Tests.People;

namespace ShitOps.Tests.Archive;

/// <summary>The chain of segments in a real store: whatever comes again, at once or through faults, each record stands in it once.</summary>
[Collection(nameof(BrokerCollection))]
public class EventArchiverTests(BrokerFixture kafka, AzuriteFixture azurite) : IAsyncLifetime
{
    private const int LogEnd = 2_000;

    private KafkaConnection _connection = null!;

    private readonly KafkaStream _stream = new(Some.Name("stream"));
    private readonly FakeTimeProvider _time = new(Some.Time);

    /// <summary>Each has a client of its own.</summary>
    private readonly ConcurrentBag<LogEnds> _logs = [];

    public async ValueTask InitializeAsync()
    {
        _connection = new KafkaConnection { Brokers = kafka.Brokers, Topic = await kafka.CreateTopicAsync(partitions: 2) };

        // What comes again lies within a log that is long enough.
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = kafka.Brokers }).Build();
        for (var i = 0; i < 2 * LogEnd; i++) producer.Produce(new TopicPartition(_connection.Topic, i % 2), new Message<Null, byte[]> { Value = [1] });
        producer.Flush(TimeSpan.FromMinutes(1));
    }

    public ValueTask DisposeAsync()
    {
        foreach (var log in _logs) log.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Holds_every_record_once_and_in_order_whoever_writes_and_whatever_fails(int seed)
    {
        var log = new Log(seed, _connection.Topic);
        var faults = 0;
        var crashes = 0;
        var people = 0;
        using var done = new CancellationTokenSource();
        var clock = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                _time.Advance(FailedBatch.BackOff);
                await Task.Delay(5);
            }
        });

        // Each goes through the same records in its own cuts, starting again from what it last saw through, as instances do around a rebalance.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async worker =>
        {
            var random = new Random((seed * 100) + worker);
            var committed = 0;
            while (committed < log.Records.Count)
            {
                using var life = new CancellationTokenSource();
                var archiver = Archiver(new FaultyTransport(
                    _ =>
                    {
                        lock (random)
                        {
                            // A crash before the request, or behind it and before its answer.
                            if (random.Next(60) == 0) life.Cancel();
                            var draw = random.Next(12);
                            var fault = draw <= (int)Fault.AnswerLost ? (Fault)draw : Fault.None;
                            if (fault != Fault.None) Interlocked.Increment(ref faults);
                            return fault;
                        }
                    },
                    _ =>
                    {
                        lock (random) if (random.Next(60) == 0) life.Cancel();
                    }));
                try
                {
                    while (committed < log.Records.Count)
                    {
                        int size;
                        lock (random) size = random.Next(1, 150);
                        var batch = log.Records.Skip(committed).Take(size).ToArray();
                        await archiver.ArchiveAsync(batch, life.Token);
                        committed += batch.Length;
                        lock (random) if (random.Next(6) == 0) committed = Math.Max(0, committed - random.Next(200));
                    }
                }
                catch (OperationCanceledException) when (life.IsCancellationRequested)
                {
                    Interlocked.Increment(ref crashes);
                }
                catch (Exception fault) when (fault is Azure.RequestFailedException or AggregateException)
                {
                    // Delivered again.
                }
            }
        }));
        await done.CancelAsync();
        await clock;

        var names = await StoredNames.ReadAsync(azurite.ConnectionString);
        for (var partition = 0; partition < 2; partition++)
        {
            var chain = await StoredChain.ReadAsync(azurite.ConnectionString, _stream.Name, _connection.Topic, partition);
            var expected = log.Expected.Where(one => one.Key.Partition == partition).OrderBy(one => one.Key.Offset).ToList();
            Assert.Equal(expected.Select(one => one.Key.Offset), chain.Rows.Select(row => row.Offset));
            foreach (var (row, record) in chain.Rows.Zip(expected)) AssertSame(record.Value, ArchivedEvent.ToJson(row, names.GetValueOrDefault));
            people += chain.Rows.Count(row => row.Person is not null);

            var followed = await new SegmentChain(Account(), _stream).ReadAsync(_connection.Topic, partition, from: 0, default).ToListAsync();
            Assert.Equal(chain.Rows, followed.SelectMany(segment => segment.Rows));
            Assert.Equal(chain.Segments.Select(segment => segment.End), followed.Select(segment => segment.Tail.End));

            var of = log.Records.Where(record => record.Partition == partition).ToList();
            Assert.Equal(of[^1].Offset + 1, chain.End);
            Assert.Equal(of.Count - expected.Count, chain.Undecodable);
            Assert.Equal(of.Count - expected.Count, (await LettersAsync(partition)).Distinct().Count());
            Assert.Equal(chain.End - of.Count, chain.Missing);
            Assert.True(chain.Missing > 0);
            Assert.True(chain.Segments.Count > 5);
        }

        Assert.True(faults > 20, $"{faults} faults");
        Assert.True(crashes > 5, $"{crashes} crashes");
        Assert.True(people > 20, $"{people} people");
    }

    [Fact]
    public async Task Covers_with_the_first_segment_what_Kafka_no_longer_has()
    {
        await Archiver().ArchiveAsync([Record(0, 700, Some.EventJson("e-1")), Record(0, 701, Some.EventJson("e-2"))], default);

        var chain = await ChainAsync(0);
        Assert.Equal([700L, 701L], chain.Rows.Select(row => row.Offset));
        Assert.Equal((702L, 700L), (chain.End, chain.Missing));
        Assert.Single(chain.Segments);
    }

    [Fact]
    public async Task Advances_over_a_batch_that_holds_nothing_decodable()
    {
        await Archiver().ArchiveAsync([Record(0, 0, []), Record(0, 1, "{"u8.ToArray())], default);
        await Archiver().ArchiveAsync([Record(0, 2, Some.EventJson())], default);

        var chain = await ChainAsync(0);
        Assert.Equal([2L, 3L], chain.Segments.Select(segment => segment.End));
        Assert.Equal([2L], chain.Rows.Select(row => row.Offset));
        Assert.Equal([0L, 1L], await LettersAsync(0));
    }

    [Fact]
    public async Task Puts_aside_what_is_no_event_before_it_passes_it()
    {
        var order = new List<string>();
        var archiver = Archiver(new FaultyTransport(_ => Fault.None, request => Note(order, request)));

        await archiver.ArchiveAsync([Record(0, 0, Some.EventJson(data: new TaskAssigned("T-1", Some.Name("Ada")))), Record(0, 1, [])], default);

        var segment = order.IndexOf("Put archive");
        Assert.InRange(order.IndexOf("Put dead-letters"), 0, segment);
        Assert.InRange(order.FindIndex(what => what == "Post $batch"), 0, segment);

        static void Note(List<string> order, Request request)
        {
            var path = request.Uri.ToUri().Segments;
            if (request.Method == RequestMethod.Post || path.Length > 4) order.Add($"{(request.Method == RequestMethod.Post ? "Post" : request.Method == RequestMethod.Put ? "Put" : "Other")} {path[2].Trim('/')}");
        }
    }

    [Fact]
    public async Task Keeps_no_name_of_a_person_in_any_column()
    {
        var data = new EventData[] { new TaskAssigned("T-1", "Ada Lovelace"), new ProjectUpdated(new ProjectFields { Owner = "Ada Lovelace" }), new ResourceAllocated("A-1", "Ada Lovelace", 8, new DateOnly(2026, 1, 1), null, null) };
        var sung = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Some.EventJson(data: data[0])).Replace("task.assigned", "task.sung", StringComparison.Ordinal));

        await Archiver().ArchiveAsync([.. data.Select((one, i) => Record(0, i, Some.EventJson($"e-{i}", data: one))), Record(0, 3, sung)], default);

        var chain = await ChainAsync(0);
        using var duck = new Duck();
        // By another reader than our own, every column as text.
        var text = duck.Text($"SELECT string_agg(CAST(s AS VARCHAR), '|') FROM read_parquet('{duck.File(chain.Segments.Single().Bytes)}') s");
        Assert.DoesNotContain("Lovelace", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Lovelace", Encoding.UTF8.GetString(chain.Segments.Single().Bytes), StringComparison.Ordinal);
        var id = PersonId.Of(Encoding.UTF8.GetBytes(Some.TenantKey), "Ada Lovelace");
        Assert.Equal(4, text.Split(id).Length - 1);
        Assert.Equal("Ada Lovelace", (await StoredNames.ReadAsync(azurite.ConnectionString))[id]);
    }

    [Fact]
    public async Task Does_not_go_on_behind_a_topic_that_was_made_anew_even_if_it_is_longer()
    {
        await Archiver().ArchiveAsync([Record(0, 0, Some.EventJson("e-0"))], default);

        await kafka.RecreateTopicAsync(_connection.Topic);
        var archiving = Archiver().ArchiveAsync([Record(0, 1, Some.EventJson("e-1"))], default);
        while (!archiving.IsCompleted)
        {
            _time.Advance(FailedBatch.BackOff);
            await Task.Delay(10);
        }

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => archiving);
        Assert.StartsWith($"topic {_connection.Topic} was deleted and created anew: its id was ", fault.Message, StringComparison.Ordinal);
        Assert.Single((await ChainAsync(0)).Segments);
    }

    [Fact]
    public async Task Does_not_take_the_records_of_another_log_for_ones_that_come_again()
    {
        await Archiver().ArchiveAsync([Record(0, LogEnd + 500, Some.EventJson())], default);

        var archiving = Archiver().ArchiveAsync([Record(0, 0, Some.EventJson())], default);
        while (!archiving.IsCompleted)
        {
            _time.Advance(FailedBatch.BackOff);
            await Task.Delay(10);
        }

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => archiving);
        Assert.Equal($"partition 0 ends at offset {LogEnd}, below the checkpoint {LogEnd + 501}: it is another log than the one consumed; give it a name of its own in the setting KafkaStream", fault.Message);
        Assert.Equal(LogEnd + 501, (await ChainAsync(0)).End);
    }

    [Fact]
    public async Task Another_record_at_the_last_offset_shows_another_log_even_if_it_goes_on_behind_the_tail()
    {
        await Archiver().ArchiveAsync([Record(0, 8, Some.EventJson("e-8")), Record(0, 9, [])], default);
        await Archiver().ArchiveAsync([Record(0, 9, []), Record(0, 10, Some.EventJson("e-10"))], default);

        // The topic's id is the same, as it is for one who knows only the old one, or none.
        var archiving = Archiver().ArchiveAsync([Record(0, 9, Some.EventJson("e-9")), Record(0, 10, Some.EventJson("another")), Record(0, 11, Some.EventJson("e-11"))], default);
        while (!archiving.IsCompleted)
        {
            _time.Advance(FailedBatch.BackOff);
            await Task.Delay(10);
        }

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => archiving);
        Assert.Equal("partition 0 has another record at offset 10 than the one consumed there: it is another log than the one consumed; give it a name of its own in the setting KafkaStream", fault.Message);
        var chain = await ChainAsync(0);
        Assert.Equal([10L, 11L], chain.Segments.Select(segment => segment.End));
        Assert.All(chain.Segments, segment => Assert.Matches("^[0-9a-f]{16}$", segment.Metadata["last_record"]));
    }

    [Theory]
    [InlineData("as it was left")]
    [InlineData("missing")]
    [InlineData("stale")]
    [InlineData("of a segment that is not there")]
    public async Task Finds_the_tail_again_whatever_the_hint_says(string hint)
    {
        var archiver = Archiver();
        for (var i = 0; i < 5; i++) await archiver.ArchiveAsync([Record(0, i, Some.EventJson($"e-{i}"))], default);
        var table = new TableClient(azurite.ConnectionString, "pipeline");
        var key = $"archive:{_connection.Topic}:00000";
        var row = (await table.GetEntityAsync<TableEntity>(_stream.Name, key)).Value;
        Assert.Equal((5L, 4L, 5L, 5L), (row.GetInt64("Checkpoint"), row.GetInt64("LastSegment"), row.GetInt64("Events"), row.GetInt64("Segments")));
        if (hint == "missing") await table.DeleteEntityAsync(_stream.Name, key);
        if (hint == "stale") await SetAsync(2);
        if (hint == "of a segment that is not there") await SetAsync(900);
        var listed = 0;

        await Archiver(new FaultyTransport(request =>
        {
            if (request.Uri.Query.Contains("comp=list", StringComparison.Ordinal)) listed++;
            return Fault.None;
        })).ArchiveAsync([Record(0, 3, Some.EventJson("e-3")), Record(0, 5, Some.EventJson("e-5"))], default);

        Assert.Equal([1L, 2L, 3L, 4L, 5L, 6L], (await ChainAsync(0)).Segments.Select(segment => segment.End));
        Assert.Equal(hint is "missing" or "of a segment that is not there" ? 1 : 0, listed);

        async Task SetAsync(long start)
        {
            row["LastSegment"] = start;
            row["Checkpoint"] = start + 1;
            await table.UpdateEntityAsync(row, Azure.ETag.All, TableUpdateMode.Replace);
        }
    }

    [Fact]
    public async Task Writes_the_positions_of_all_partitions_in_one_transaction_that_does_not_disturb_the_counts()
    {
        var transactions = 0;
        var archiver = Archiver(new FaultyTransport(request =>
        {
            if (request.Uri.Path.EndsWith("$batch", StringComparison.Ordinal)) transactions++;
            return Fault.None;
        }));

        await archiver.ArchiveAsync([.. Enumerable.Range(0, 40).Select(i => Record(i % 8, i / 8, Some.EventJson($"e-{i}")))], default);

        Assert.Equal(1, transactions);
        var positions = await new ArchivePositions(Account(), _stream).ListAsync(default);
        Assert.Equal(Enumerable.Range(0, 8).Select(i => (_connection.Topic, i, 5L, 5L, Some.Time)), positions.Select(one => (one.Topic, one.Partition, one.Tail.End, one.Tail.Events, one.LastProcessed)));
        Assert.All(positions, one => Assert.InRange(one.Tail.Bytes, 1, 100_000));
        Assert.Empty(await new PartitionCounts(Account()).ListAsync("aggregates8", _stream, default));
    }

    [Fact]
    public async Task Cuts_a_batch_of_huge_records_into_several_segments()
    {
        var padding = new string('x', 900_000);
        var records = Enumerable.Range(0, 40).Select(i => Record(0, i, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Some.EventJson($"e-{i}")).Replace("\"data\":{", $"\"data\":{{\"extra\":\"{padding}\",", StringComparison.Ordinal)))).ToArray();

        await Archiver().ArchiveAsync(records, default);

        var chain = await ChainAsync(0);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => (long)i), chain.Rows.Select(row => row.Offset));
        Assert.InRange(chain.Segments.Count, 2, 4);
    }

    [Fact]
    public async Task Stops_without_archiving_when_the_host_stops()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Archiver().ArchiveAsync([Record(0, 0, Some.EventJson())], new CancellationToken(canceled: true)));

        Assert.Empty((await ChainAsync(0)).Segments);
    }

    [Fact]
    public async Task Holds_a_batch_back_and_throws_while_storage_is_away()
    {
        var clock = new WatchedClock();
        var archiving = Archiver(new FaultyTransport(request => request.Uri.Path.Contains("/archive/", StringComparison.Ordinal) ? throw new InvalidOperationException("no storage") : Fault.None), clock)
            .ArchiveAsync([Record(0, 0, Some.EventJson())], default);

        await Task.WhenAny(archiving, clock.Waits);
        Assert.False(archiving.IsCompleted);
        Assert.Equal(FailedBatch.BackOff, await clock.Waits);
        clock.Advance(FailedBatch.BackOff);
        await Assert.ThrowsAsync<InvalidOperationException>(() => archiving);
        Assert.Empty((await ChainAsync(0)).Segments);
    }

    [Fact]
    public async Task Refuses_a_blob_in_the_chain_that_is_no_segment()
    {
        await Archiver().ArchiveAsync([Record(0, 0, Some.EventJson())], default);
        await new BlobContainerClient(azurite.ConnectionString, "archive").UploadBlobAsync($"events/{_stream.Name}/{_connection.Topic}/00000/{1:D20}.parquet", new BinaryData("no segment"));

        var archiving = Archiver().ArchiveAsync([Record(0, 1, Some.EventJson())], default);
        while (!archiving.IsCompleted)
        {
            _time.Advance(FailedBatch.BackOff);
            await Task.Delay(10);
        }

        var fault = await Assert.ThrowsAsync<InvalidDataException>(() => archiving);
        Assert.Equal($"archive/events/{_stream.Name}/{_connection.Topic}/00000/{1:D20}.parquet is no segment: its metadata has no number end", fault.Message);
    }

    [Theory]
    [InlineData("..", "events", "the setting KafkaStream is \"..\"; the archive's blobs cannot be named after what ends with a dot")]
    [InlineData("prod", "events.", "the setting KafkaTopic is \"events.\"; the archive's blobs cannot be named after what ends with a dot")]
    public async Task Refuses_names_that_Azure_would_take_for_others(string stream, string topic, string message)
    {
        var fault = await Assert.ThrowsAsync<SettingException>(() => new SegmentChain(Account(), new KafkaStream(stream)).FindTailAsync(topic, 0, null, default));
        Assert.Equal(message, fault.Message);
    }

    private StorageAccount Account(FaultyTransport? transport = null) => StorageAccount.FromSettings(
        new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", azurite.ConnectionString)]).Build(), transport);

    private EventArchiver Archiver(FaultyTransport? transport = null, FakeTimeProvider? clock = null)
    {
        var time = clock ?? _time;
        var account = Account(transport);
        var log = new LogEnds(_connection, time, NullLogger<LogEnds>.Instance);
        _logs.Add(log);
        return new EventArchiver(
            _stream, new SegmentChain(account, _stream), new ArchivePositions(account, _stream), new PersonDirectory(Encoding.UTF8.GetBytes(Some.TenantKey), account), new DeadLetters(account),
            log, ObjectPool.Create<EventDecoder>(), time, NullLogger<EventArchiver>.Instance);
    }

    private Task<StoredChain> ChainAsync(int partition) => StoredChain.ReadAsync(azurite.ConnectionString, _stream.Name, _connection.Topic, partition);

    /// <summary>The offsets of the dead letters, in the order of their blobs.</summary>
    private async Task<List<long>> LettersAsync(int partition)
    {
        var container = new BlobContainerClient(azurite.ConnectionString, "dead-letters");
        List<long> offsets = [];
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{_stream.Name}/{_connection.Topic}/{partition:D5}/", default))
        {
            var lines = (await container.GetBlobClient(blob.Name).DownloadContentAsync()).Value.Content.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            offsets.AddRange(lines.Select(line => JsonSerializer.Deserialize<JsonElement>(line).GetProperty("offset").GetInt64()));
        }

        return offsets;
    }

    private KafkaRecord Record(int partition, long offset, byte[] value) =>
        new() { Topic = _connection.Topic, Partition = partition, Offset = offset, Key = "APOLLO"u8.ToArray(), Value = value, Headers = [] };

    private static void AssertSame(string expected, byte[] actual)
    {
        var deep = new JsonDocumentOptions { MaxDepth = 128 };
        using var one = JsonDocument.Parse(expected, deep);
        using var other = JsonDocument.Parse(actual, deep);
        Assert.True(JsonElement.DeepEquals(one.RootElement, other.RootElement), $"expected {expected}\nfound {Encoding.UTF8.GetString(actual)}");
    }

    /// <summary>A clock that stands, and tells for how long it is first waited on.</summary>
    private sealed class WatchedClock() : FakeTimeProvider(Some.Time)
    {
        private readonly TaskCompletionSource<TimeSpan> _waits = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<TimeSpan> Waits => _waits.Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _waits.TrySetResult(dueTime);
            return timer;
        }
    }

    /// <summary>Two partitions of a log: hostile events, records that are none, and offsets without a record, also at the beginning.</summary>
    private sealed class Log
    {
        public Log(int seed, string topic)
        {
            var random = new Random(seed);
            var events = new HostileEvents(seed);
            var decoder = new EventDecoder();
            long[] next = [0, 40];
            for (var i = 0; i < 1_000; i++)
            {
                var partition = random.Next(2);
                var offset = next[partition]++;
                if (random.Next(30) == 0) continue;
                var one = events.Next();
                Records.Add(new KafkaRecord
                {
                    Topic = topic, Partition = partition, Offset = offset, Value = one.Value, Headers = [.. one.Headers.Select(header => new KafkaHeader { Key = header.Name, Value = header.Value.ToArray() })],
                });
                if (decoder.Decode(one.Value, one.Headers).IsDecoded) Expected[(partition, offset)] = one.Expected;
            }
        }

        public List<KafkaRecord> Records { get; } = [];

        public Dictionary<(int Partition, long Offset), string> Expected { get; } = [];
    }
}
