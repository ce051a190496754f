using System.Collections.Concurrent;
using Confluent.Kafka;
using ShitOps.Local.Broker;
using ShitOps.Local.Broker.Log;
using ShitOps.Local.Broker.Protocol;
using ErrorCode = ShitOps.Local.Broker.Protocol.ErrorCode;

namespace ShitOps.Tests.Broker;

public class DurabilityTests
{
    [Fact]
    public async Task A_broker_killed_while_it_is_written_to_loses_nothing_acknowledged_and_stores_nothing_twice()
    {
        const int Messages = 60_000;
        var directory = Directory.CreateTempSubdirectory("shitops-kill-");
        var broker = await BrokerProcess.StartAsync(directory.FullName);
        try
        {
            var (clusterId, port) = (broker.ClusterId, broker.Port);
            var acknowledged = new ConcurrentDictionary<string, long>();
            var refused = new ConcurrentBag<Error>();
            using var producer = new ProducerBuilder<Null, string>(new ProducerConfig
            {
                BootstrapServers = broker.Servers,
                EnableIdempotence = true,
                LingerMs = 1,
                BatchSize = 20_000,
                ReconnectBackoffMaxMs = 200,
            }).SetLogHandler((_, _) => { }).Build();
            using (var committing = Consumer(broker)) committing.Commit([new TopicPartitionOffset("t", 0, 17)]);

            for (var i = 0; i < Messages; i++)
            {
                producer.Produce("t", new Message<Null, string> { Value = $"{i}" }, report =>
                {
                    if (report.Error.IsError) refused.Add(report.Error);
                    else acknowledged[report.Value] = report.Offset.Value;
                });
                if (i % 20_000 != 15_000) continue;
                // In the middle of things: some are acknowledged, others on their way.
                var until = DateTime.UtcNow + TestBroker.Patience;
                while (acknowledged.Count < i / 2)
                {
                    Assert.True(DateTime.UtcNow < until, $"Only {acknowledged.Count} of {i} messages were acknowledged; refused: {refused.FirstOrDefault()}");
                    producer.Poll(TimeSpan.FromMilliseconds(1));
                }
                broker.Kill();
                broker.Dispose();
                broker = await BrokerProcess.StartAsync(directory.FullName, port);
            }
            Assert.Equal(0, producer.Flush(TestBroker.Patience));

            Assert.Empty(refused);
            Assert.Equal(clusterId, broker.ClusterId);
            using var consumer = Consumer(broker);
            Assert.Equal(17, consumer.Committed([new TopicPartition("t", 0)], TestBroker.Patience)[0].Offset.Value);
            consumer.Assign(new TopicPartitionOffset("t", 0, 0));
            var stored = consumer.Take(Messages);
            Assert.Equal(Messages, consumer.QueryWatermarkOffsets(new TopicPartition("t", 0), TestBroker.Patience).High.Value);
            Assert.Equal(Enumerable.Range(0, Messages).Select(i => $"{i}"), stored.Select(each => each.Message.Value));
            Assert.All(stored, each => Assert.Equal(each.Offset.Value, acknowledged[each.Message.Value!]));
        }
        finally
        {
            broker.Dispose();
            directory.Delete(recursive: true);
        }

        static IConsumer<string?, string?> Consumer(BrokerProcess broker)
        {
            using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.Servers }).Build();
            admin.GetMetadata("t", TestBroker.Patience);
            return new ConsumerBuilder<string?, string?>(new ConsumerConfig { BootstrapServers = broker.Servers, GroupId = "g", EnableAutoCommit = false }).SetLogHandler((_, _) => { }).Build();
        }
    }

    [Theory]
    [InlineData("cut", 2)]
    [InlineData("flipped", 2)]
    [InlineData("garbage", 3)]
    [InlineData("half a batch", 3)]
    [InlineData("zeros", 3)]
    public async Task A_torn_end_of_the_log_is_cut_and_written_on_from(string tear, int left)
    {
        await using var broker = await StartWithTopicAsync();
        using (var connection = await broker.ConnectAsync())
            for (var i = 0; i < 3; i++) Assert.Equal((ErrorCode.None, i), await connection.ProduceAsync("t", Batch.Sequence(7, 0, i)));
        await broker.StopAsync();
        await using (var file = new FileStream(SegmentsOf(broker).Single(), FileMode.Open))
        {
            var end = file.Length;
            switch (tear)
            {
                case "cut":
                    file.SetLength(end - 1);
                    break;
                case "flipped":
                    file.Position = end - 1;
                    file.WriteByte(0xff);
                    break;
                default:
                    file.Position = end;
                    file.Write(tear switch { "garbage" => [.. Enumerable.Range(0, 200).Select(i => (byte)(i * 37))], "half a batch" => Batch.Sequence(7, 0, 3)[..70], _ => new byte[5000] });
                    break;
            }
        }

        await broker.StartAgainAsync();

        Assert.Equal(left, broker.ReadAll("t").Count);
        Assert.Single(broker.Log, line => line.Contains("not a whole batch", StringComparison.Ordinal));
        // The producer goes on with the first batch that is not there, at the offset that is free.
        using var again = await broker.ConnectAsync();
        Assert.Equal((ErrorCode.None, left), await again.ProduceAsync("t", Batch.Sequence(7, 0, left)));
        Assert.Equal(left + 1, broker.ReadAll("t").Count);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    public async Task A_torn_end_of_the_committed_offsets_costs_only_what_was_torn(int change)
    {
        await using var broker = await StartWithTopicAsync();
        Commit(broker, 1);
        Commit(broker, 2);
        await broker.StopAsync();
        await using (var file = new FileStream(Path.Combine(broker.DataDirectory, "groups.log"), FileMode.Open)) file.SetLength(file.Length + change);

        await broker.StartAgainAsync();

        Assert.Equal(change < 0 ? 1 : 2, Committed(broker));
        Commit(broker, 3);
        await broker.RestartAsync();
        Assert.Equal(3, Committed(broker));
    }

    [Fact]
    public async Task Committed_offsets_stay_small_on_disk_and_survive_being_rewritten()
    {
        await using var broker = await StartWithTopicAsync();
        using (var connection = await broker.ConnectAsync())
        {
            var metadata = new string('m', 4000);
            for (var i = 1; i <= 2000; i++)
            {
                var answer = await connection.AskAsync(ApiKey.OffsetCommit, 2, new Wire()
                    .String("g").Int32(-1).String("").Int64(-1).Int32(1).String("t").Int32(1).Int32(0).Int64(i).String(metadata));
                Assert.Equal((1, "t", 1, 0, ErrorCode.None), (answer.Int32(), answer.String(), answer.Int32(), answer.Int32(), answer.Error()));
            }
        }
        Assert.InRange(new FileInfo(Path.Combine(broker.DataDirectory, "groups.log")).Length, 1, 3_000_000);
        await broker.RestartAsync();
        Assert.Equal(2000, Committed(broker));
    }

    [Fact]
    public async Task A_history_of_commits_left_by_the_last_process_is_rewritten_by_the_first_commit()
    {
        await using var broker = await StartWithTopicAsync();
        Commit(broker, 1);
        await broker.StopAsync();
        var path = Path.Combine(broker.DataDirectory, "groups.log");
        var once = await File.ReadAllBytesAsync(path);
        await File.WriteAllBytesAsync(path, [.. Enumerable.Repeat(once, 1 + (1024 * 1024 / once.Length)).SelectMany(each => each)]);

        await broker.StartAgainAsync();
        Commit(broker, 2);

        Assert.Equal(once.Length, new FileInfo(path).Length);
        await broker.RestartAsync();
        Assert.Equal(2, Committed(broker));
    }

    [Fact]
    public async Task Generations_that_earlier_versions_stored_are_passed_over()
    {
        await using var broker = await StartWithTopicAsync();
        Commit(broker, 1);
        await broker.StopAsync();
        byte[] generation = [3, 1, (byte)'x', 7, 0, 0, 0, 0];
        await File.AppendAllBytesAsync(Path.Combine(broker.DataDirectory, "groups.log"), new Wire().Int32(generation.Length).Int32(RecordBatch.Crc32C(generation)).Raw(generation).ToArray());

        await broker.StartAgainAsync();

        Assert.Equal(1, Committed(broker));
        using var admin = broker.Admin();
        Assert.Equal(["g"], (await admin.ListConsumerGroupsAsync()).Valid.Select(group => group.GroupId));
    }

    [Fact]
    public async Task On_a_full_disk_groups_go_on_and_commits_are_refused()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full here.");
        var directory = Directory.CreateTempSubdirectory("shitops-full-");
        File.CreateSymbolicLink(Path.Combine(directory.FullName, "groups.log"), "/dev/full");
        using (var broker = await BrokerProcess.StartAsync(directory.FullName))
        {
            using var connection = await RawConnection.OpenAsync(broker.Port);
            await connection.AskAsync(ApiKey.Metadata, 0, new Wire().Int32(1).String("t"));
            var joined = await connection.AskAsync(ApiKey.JoinGroup, 2, new Wire().String("g").Int32(10_000).Int32(10_000).String("").String("consumer").Int32(1).String("range").Bytes([]));
            Assert.Equal((0, ErrorCode.None), (joined.Int32(), joined.Error()));
            var commit = await connection.AskAsync(ApiKey.OffsetCommit, 2, new Wire().String("other").Int32(-1).String("").Int64(-1).Int32(1).String("t").Int32(1).Int32(0).Int64(1).String(""));
            Assert.Equal((1, "t", 1, 0, ErrorCode.KafkaStorageError), (commit.Int32(), commit.String(), commit.Int32(), commit.Int32(), commit.Error()));
            if (!OperatingSystem.IsWindows()) Assert.Equal(0, await broker.TerminateAsync());
        }
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task An_offset_that_recovery_cut_is_waited_at_until_something_follows()
    {
        await using var broker = await TestBroker.StartAsync(options => options with { SegmentBytes = 1 });
        using (var connection = await broker.ConnectAsync())
        {
            await connection.AskAsync(ApiKey.Metadata, 0, new Wire().Int32(1).String("t"));
            for (var i = 0; i < 3; i++) await connection.ProduceAsync("t", Batch.Of([1]));
        }
        await broker.StopAsync();
        foreach (var path in SegmentsOf(broker).Order(StringComparer.Ordinal).Skip(1)) await File.WriteAllBytesAsync(path, []);
        await broker.StartAgainAsync();
        using var again = await broker.ConnectAsync();

        Assert.Equal(0, await FetchedAsync());
        var batch = Batch.Of([1]);
        Assert.Equal((ErrorCode.None, 2), await again.ProduceAsync("t", batch));
        Assert.Equal(batch.Length, await FetchedAsync());

        async Task<int> FetchedAsync()
        {
            var answer = await again.AskAsync(ApiKey.Fetch, 4, new Wire().Int32(-1).Int32(0).Int32(1).Int32(1000).Int8(0).Int32(1).String("t").Int32(1).Int32(0).Int64(1).Int32(1000));
            Assert.Equal((0, 1, "t", 1, 0, ErrorCode.None), (answer.Int32(), answer.Int32(), answer.String(), answer.Int32(), answer.Int32(), answer.Error()));
            answer.Skip(8 + 8 + 4);
            return answer.Int32();
        }
    }

    [Theory]
    [InlineData("cluster.json", "{")]
    [InlineData("cluster.json", "{}")]
    [InlineData("producer-ids", "many")]
    [InlineData("topics/{topic}/topic.json", "null")]
    [InlineData("topics/{topic}/topic.json", """{"Name":"t","Id":"00000000-0000-0000-0000-000000000000","Partitions":-1,"Config":{}}""")]
    [InlineData("topics/{topic}/topic.json", """{"Name":"t","Id":"00000000-0000-0000-0000-000000000000","Partitions":1,"Config":{"retention.ms":"soon"}}""")]
    [InlineData("topics/{topic}/0/x.log", "")]
    public async Task A_damaged_file_fails_the_start_and_is_named_in_one_line(string file, string content)
    {
        await using var broker = await StartWithTopicAsync();
        await broker.StopAsync();
        var topic = Path.GetFileName(Directory.GetDirectories(Path.Combine(broker.DataDirectory, "topics")).Single());
        var path = Path.Combine([broker.DataDirectory, .. file.Replace("{topic}", topic, StringComparison.Ordinal).Split('/')]);
        await File.WriteAllTextAsync(path, content);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(broker.StartAgainAsync);

        Assert.StartsWith($"{path} is ", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public async Task Segments_roll_and_are_read_across_after_a_restart()
    {
        await using var broker = await TestBroker.StartAsync(options => options with { SegmentBytes = 500 });
        using (var producer = broker.Producer())
            for (var i = 0; i < 100; i++) await producer.ProduceAsync("t", new Message<string?, string?> { Value = $"{i}" });
        Assert.InRange(SegmentsOf(broker).Length, 10, 100);
        await broker.RestartAsync();
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), broker.ReadAll("t").Select(each => each.Message.Value));
        Assert.Equal(Enumerable.Range(43, 57).Select(i => $"{i}"), broker.ReadAll("t", from: 43).Select(each => each.Message.Value));
    }

    [Fact]
    public async Task The_cluster_id_is_as_old_as_the_log()
    {
        await using var broker = await TestBroker.StartAsync();
        var id = broker.Running.ClusterId;
        await broker.RestartAsync();
        Assert.Equal(id, broker.Running.ClusterId);
        await broker.StopAsync();
        foreach (var entry in new DirectoryInfo(broker.DataDirectory).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo inner) inner.Delete(recursive: true);
            else entry.Delete();
        }
        await broker.StartAgainAsync();
        Assert.NotEqual(id, broker.Running.ClusterId);
    }

    [Fact]
    public async Task A_data_directory_takes_one_broker_at_a_time()
    {
        await using var broker = await TestBroker.StartAsync();
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => KafkaBroker.StartAsync(broker.Options()));
        Assert.Equal($"The data directory {broker.DataDirectory} is in use by another broker. Stop that one, or choose another directory with --data.", refused.Message);
        var (exitCode, _, error) = await BrokerProcess.RunAsync("--data", broker.DataDirectory, "--port", "0");
        Assert.Equal((1, refused.Message), (exitCode, error.Trim()));
    }

    [Fact]
    public async Task A_port_in_use_is_named_with_what_to_do()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var other = await TestBroker.StartAsync();
        await other.StopAsync();
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => KafkaBroker.StartAsync(other.Options() with { Port = broker.Running.Port }));
        Assert.StartsWith($"The broker cannot listen on port {broker.Running.Port}: ", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("Stop what is using the port, or choose another with --port (0: any free one).", refused.Message, StringComparison.Ordinal);
        // Nothing is held on to: the directory can be used at once.
        await other.StartAgainAsync();
    }

    [Fact]
    public async Task The_program_announces_itself_and_stops_cleanly_when_asked_to()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no SIGTERM on Windows.");
        var directory = Directory.CreateTempSubdirectory("shitops-program-");
        using (var broker = await BrokerProcess.StartAsync(directory.FullName))
        {
            using var connection = await RawConnection.OpenAsync(broker.Port);
            Assert.Equal(0, await broker.TerminateAsync());
        }
        directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData("Option '--data' is required.", "--port", "0")]
    [InlineData("--port is 0 to 65535.", "--data", "x", "--port", "70000")]
    [InlineData("--port is 0 to 65535.", "--data", "x", "--port", "abc")]
    [InlineData("Unrecognized option \"--bogus\"", "--data", "x", "--bogus")]
    [InlineData("--partitions is at least 1.", "--data", "x", "--partitions", "0")]
    [InlineData("--retention-hours is more than 0 and less than a million.", "--data", "x", "--retention-hours", "-1")]
    [InlineData("TLS takes --tls-cert, --tls-key and --tls-client-ca together.", "--data", "x", "--tls-cert", "y")]
    public async Task The_program_names_what_is_missing(string expected, params string[] arguments)
    {
        var (exitCode, _, error) = await BrokerProcess.RunAsync(arguments);
        Assert.Equal((2, true), (exitCode, error.Contains(expected, StringComparison.Ordinal)));
    }

    private static async Task<TestBroker> StartWithTopicAsync()
    {
        var broker = await TestBroker.StartAsync();
        using var admin = broker.Admin();
        await admin.CreateTopicsAsync([new() { Name = "t", NumPartitions = 1 }]);
        return broker;
    }

    private static string[] SegmentsOf(TestBroker broker) => Directory.GetFiles(Path.Combine(broker.DataDirectory, "topics"), "*.log", SearchOption.AllDirectories);

    private static void Commit(TestBroker broker, long offset)
    {
        using var consumer = broker.Consumer("g");
        consumer.Commit([new TopicPartitionOffset("t", 0, offset)]);
    }

    private static long Committed(TestBroker broker)
    {
        using var consumer = broker.Consumer("g");
        return consumer.Committed([new TopicPartition("t", 0)], TestBroker.Patience)[0].Offset.Value;
    }
}
