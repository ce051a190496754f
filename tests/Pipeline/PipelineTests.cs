using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Confluent.Kafka;
using ShitOps.Events;
using ShitOps.Local;
using ShitOps.Local.Azurite;
using ShitOps.Pipeline;
using ShitOps.Projects;
using ShitOps.Tests.Aggregation;
using ShitOps.Tests.Archive;
using ShitOps.Tests.Projects;

namespace ShitOps.Tests.Pipeline;

/// <summary>Events through Kafka, trigger and table, in processes of their own.</summary>
[Collection(nameof(AppCollection))]
public class PipelineTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    [Fact]
    public async Task Counts_exactly_through_crashes_and_shared_partitions()
    {
        const int Events = 30_000;
        var topic = await kafka.CreateTopicAsync();
        var stream = Some.Name("stream");
        List<FunctionAppProcess> instances = [await StartAsync(topic, stream), await StartAsync(topic, stream)];
        using var thousands = new SemaphoreSlim(0);
        var producing = Task.Run(() => Produce(topic, Events, thousands));

        // One of the two is killed again and again while events come in; small batches make many chances to be hit amid one.
        // The producer is let go on by so many thousands that it is never through before the last kill, however slow the machine.
        for (var crash = 0; crash < 4; crash++)
        {
            var from = await CountedAsync(instances[1 - (crash % 2)]);
            thousands.Release(5);
            await instances[1 - (crash % 2)].HealthWhenAsync(health => Counted(health) > from);
            instances[crash % 2].Kill();
            Assert.False(producing.IsCompleted);
            thousands.Release(1);
            await instances[crash % 2].DisposeAsync();
            instances[crash % 2] = await StartAsync(topic, stream);
        }

        thousands.Release(Events / 1000);
        await producing;
        var health = await instances[0].HealthWhenAsync(health => health.GetProperty("lag").GetInt64() == 0);

        Assert.Equal(Events, health.GetProperty("events").GetProperty("decoded").GetInt64());
        Assert.Equal(Events / 3, health.GetProperty("events").GetProperty("byType").GetProperty(EventTypes.TaskDeleted).GetInt64());
        Assert.Equal(0, health.GetProperty("deadLetters").GetInt64());
        foreach (var instance in instances) await instance.DisposeAsync();
    }

    [Fact]
    public async Task Ends_in_the_oracles_rows_and_archive_through_crashes_rebalances_more_partitions_and_faults_of_storage()
    {
        var slices = Some.Slices();
        var topic = await kafka.CreateTopicAsync(partitions: 8);
        await using var storage = await FaultyProxy.StartAsync(azurite.ConnectionString, seed: 5);
        using var stage = new AggregationStage(azurite, kafka, topic, slices) { TableName = "aggregates", Stream = new KafkaStream(Some.Name("stream")) };
        var random = new Random(5);
        Event[] events = [.. Enumerable.Range(0, 60).SelectMany(project => ProjectEvents.Of(project).Take(60).Select(one => one with { Project = $"R-{project}" }))
            .Where(one => new EventDecoder().DecodeStructured(EventEncoder.Encode(one)).IsDecoded)];
        events = events.Shuffled(5);
        List<FunctionAppProcess> instances = [await StartAsync(), await StartAsync()];
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = kafka.Brokers, TopicMetadataRefreshIntervalMs = 500 }).Build();

        for (var part = 0; part < 6; part++)
        {
            foreach (var one in events[(events.Length * part / 6)..(events.Length * (part + 1) / 6)])
                producer.Produce(topic, new Message<string, byte[]> { Key = one.Project, Value = EventEncoder.Encode(one) });
            producer.Flush(TimeSpan.FromMinutes(1));
            if (part == 2) await kafka.AddPartitionsAsync(topic, 12);
            await Task.Delay(random.Next(1500));
            if (part is 1 or 3 or 4)
            {
                instances[part % 2].Kill();
                await instances[part % 2].DisposeAsync();
                instances[part % 2] = await StartAsync();
            }
        }

        var health = await instances[0].HealthWhenAsync(health => health.GetProperty("lag").GetInt64() == 0 && Counted(health) == events.Length);
        Assert.Equal(12, health.GetProperty("partitions").GetArrayLength());
        await storage.AllArrivedAsync();
        await stage.AssertHoldsAsync(events, ProjectEvents.Start.AddHours(ProjectEvents.Hours + 1));
        await AssertRowsAsync(instances[0], events);
        await AssertArchivedAsync(stage.Stream.Name, topic);
        Assert.All([Fault.Refused, Fault.Busy, Fault.Conflict, Fault.AnswerLost, Fault.Late], fault => Assert.InRange(storage.Faults.GetValueOrDefault(fault), 5, int.MaxValue));
        foreach (var instance in instances) await instance.DisposeAsync();

        Task<FunctionAppProcess> StartAsync() => FunctionAppProcess.StartAsync(
            storage.ConnectionString, kafka.Brokers, topic, stage.Stream.Name, ("Slices", $"{slices}"),
            ("AzureFunctionsJobHost__extensions__kafka__maxBatchSize", "100"), ("AzureFunctionsJobHost__extensions__kafka__sessionTimeoutMs", "6000"));
    }

    [Fact]
    public async Task Goes_on_past_what_is_no_event_and_tells_so_in_its_health()
    {
        var topic = await kafka.CreateTopicAsync(partitions: 1);
        await using var app = await StartAsync(topic, Some.Name("stream"));
        using (var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = kafka.Brokers }).Build())
        {
            foreach (var value in (byte[]?[])["no json"u8.ToArray(), null, Some.EventJson("e-1"), [0xff], Some.EventJson("e-2")])
                await producer.ProduceAsync(topic, new Message<Null, byte[]> { Value = value! });
        }

        var health = await app.HealthWhenAsync(health => Counted(health) == 5);

        Assert.Equal("healthy", health.GetProperty("status").GetString());
        Assert.Equal((2, 3), (health.GetProperty("events").GetProperty("decoded").GetInt32(), health.GetProperty("deadLetters").GetInt32()));
        var partition = Assert.Single(health.GetProperty("partitions").EnumerateArray());
        Assert.Equal((0, 5, 5, 0), (partition.GetProperty("partition").GetInt32(), partition.GetProperty("endOffset").GetInt32(), partition.GetProperty("checkpoint").GetInt32(), partition.GetProperty("lag").GetInt32()));
        Assert.Equal(Some.Time, partition.GetProperty("newestEventTime").GetDateTimeOffset());
        Assert.Equal(0, partition.GetProperty("behindSeconds").GetDouble());
    }

    [Fact]
    public async Task Is_degraded_while_Kafka_is_away_and_says_what_does_not_answer()
    {
        var nowhere = $"localhost:{Ports.Free()}";
        await using var app = await FunctionAppProcess.StartAsync(azurite.ConnectionString, nowhere, "events", Some.Name("stream"));

        using var answer = await app.Http.GetAsync("api/health");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        var health = await app.HealthAsync();
        Assert.Equal("degraded", health.GetProperty("status").GetString());
        Assert.Equal("Kafka does not answer", Assert.Single(health.GetProperty("faults").EnumerateArray()).GetString());
        Assert.DoesNotContain(nowhere, health.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waits_for_storage_that_is_away_and_loses_and_repeats_nothing()
    {
        var folder = Directory.CreateTempSubdirectory("shitops-outage-");
        var port = Ports.Free(3);
        var topic = await kafka.CreateTopicAsync(partitions: 1);
        var storage = await StartStorageAsync();
        await using var app = await FunctionAppProcess.StartAsync(storage.ConnectionString, kafka.Brokers, topic, Some.Name("stream"));
        await ProduceAsync(topic, 5);
        await app.HealthWhenAsync(health => Counted(health) == 5);

        await storage.DisposeAsync();
        await ProduceAsync(topic, 5);
        var away = await app.HealthWhenAsync(health => health.GetProperty("status").GetString() == "degraded");
        storage = await StartStorageAsync();
        var back = await app.HealthWhenAsync(health => health.GetProperty("lag").GetInt64() == 0 && Counted(health) >= 10);

        Assert.Equal("storage does not answer", Assert.Single(away.GetProperty("faults").EnumerateArray()).GetString());
        Assert.Equal((10, "healthy"), (Counted(back), back.GetProperty("status").GetString()));
        await storage.DisposeAsync();
        folder.Delete(recursive: true);

        async Task<AzuriteProcess> StartStorageAsync() => await AzuriteProcess.StartAsync(
            await AzuriteInstallation.EnsureAsync(_ => { }, default), Path.Combine(folder.FullName, "azurite"), port, Path.Combine(folder.FullName, "azurite.log"), default);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    public async Task Says_that_a_topic_was_made_anew_and_passes_nothing_of_it_over(int events)
    {
        var topic = await kafka.CreateTopicAsync(partitions: 1);
        var stream = Some.Name("stream");
        await using (var app = await StartAsync(topic, stream))
        {
            await ProduceAsync(topic, 5);
            await app.HealthWhenAsync(health => Counted(health) == 5);
        }

        await kafka.RecreateTopicAsync(topic, partitions: 1);
        await ProduceAsync(topic, events);
        await using (var app = await StartAsync(topic, stream))
        {
            var health = await app.HealthWhenAsync(health => health.GetProperty("status").GetString() == "degraded");
            Assert.Matches(
                $"^topic {topic} was deleted and created anew: its id was .+ and is .+: it is another log than the one consumed; give it a name of its own in the setting KafkaStream$",
                Assert.Single(health.GetProperty("faults").EnumerateArray()).GetString());
            Assert.Equal(5, Counted(health));
        }

        await using (var app = await StartAsync(topic, Some.Name("stream")))
        {
            var health = await app.HealthWhenAsync(health => Counted(health) == events);
            Assert.Equal("healthy", health.GetProperty("status").GetString());
        }
    }

    /// <summary>Fails unless the rows of all projects say what the oracle counts.</summary>
    private static async Task AssertRowsAsync(FunctionAppProcess app, Event[] events)
    {
        var rows = (await app.Http.GetFromJsonAsync<JsonElement>("api/rows/projects?limit=1000")).EnumerateArray().ToDictionary(row => row.GetProperty("project").GetString()!);
        var projects = events.GroupBy(one => one.Project).ToList();
        Assert.Equal(projects.Select(project => project.Key).Order(StringComparer.Ordinal), rows.Keys.Order(StringComparer.Ordinal));
        foreach (var project in projects)
        {
            var row = rows[project.Key];
            var oracle = new Oracle(project, name => name);
            var counts = Oracle.Count(oracle.Existing, DateTimeOffset.MaxValue);
            Assert.Equal((oracle.Team, oracle.Status?.Name), (row.GetProperty("team").GetString(), row.GetProperty("status").GetString()));
            (string Column, Measure Measure)[] columns =
            [
                ("tasksCreated", Measure.Created), ("tasksTodo", Measure.Todo), ("tasksInProgress", Measure.InProgress), ("tasksBlockedStatus", Measure.BlockedStatus), ("tasksDone", Measure.Done),
                ("tasksCancelled", Measure.Cancelled), ("tasksBlocked", Measure.Blocked), ("completions", Measure.Completed), ("reopenings", Measure.Reopened), ("cancellations", Measure.Dropped),
            ];
            Assert.Equal(columns.Select(one => (one.Column, counts.GetValueOrDefault(one.Measure))), columns.Select(one => (one.Column, row.GetProperty(one.Column).GetInt64())));
            Assert.Equal(counts.GetValueOrDefault(Measure.SpentMilliHours), Oracle.MilliHours(row.GetProperty("spentHours").GetDouble()));
        }
    }

    /// <summary>Fails unless the archive comes to hold what stands on the topic, each offset once and in order.</summary>
    private async Task AssertArchivedAsync(string stream, string topic)
    {
        foreach (var partition in kafka.ReadAll(topic).GroupBy(record => record.Partition.Value))
        {
            var clock = Stopwatch.StartNew();
            var chain = await ChainAsync();
            for (; chain.End < partition.Count() && clock.Elapsed < TimeSpan.FromMinutes(2); chain = await ChainAsync()) await Task.Delay(100);
            Assert.Equal(
                partition.Select(record => (record.Offset.Value, record.Message.Timestamp.UnixTimestampMs, Said(record.Message.Value))),
                chain.Rows.Select(row => (row.Offset, row.Timestamp!.Value.ToUnixTimeMilliseconds(), (row.Id, row.Type, row.Project, row.Task))));
            Assert.Equal((0L, 0L), (chain.Undecodable, chain.Missing));

            Task<StoredChain> ChainAsync() => StoredChain.ReadAsync(azurite.ConnectionString, stream, topic, partition.Key);
        }

        static (string, string, string, string?) Said(byte[] json)
        {
            using var one = JsonDocument.Parse(json);
            var task = one.RootElement.GetProperty("data").TryGetProperty("task", out var key) ? key.GetString() : null;
            return (one.RootElement.GetProperty("id").GetString()!, one.RootElement.GetProperty("type").GetString()!, one.RootElement.GetProperty("subject").GetString()!, task);
        }
    }

    private static long Counted(JsonElement health)
    {
        var events = health.GetProperty("events");
        return events.GetProperty("decoded").GetInt64() + events.GetProperty("unknown").GetInt64() + events.GetProperty("undecodable").GetInt64();
    }

    private static async Task<long> CountedAsync(FunctionAppProcess app) => Counted(await app.HealthAsync());

    private Task<FunctionAppProcess> StartAsync(string topic, string stream) => FunctionAppProcess.StartAsync(
        azurite.ConnectionString, kafka.Brokers, topic, stream,
        ("AzureFunctionsJobHost__extensions__kafka__maxBatchSize", "200"), ("AzureFunctionsJobHost__extensions__kafka__sessionTimeoutMs", "6000"));

    private async Task ProduceAsync(string topic, int count)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = kafka.Brokers }).Build();
        for (var i = 0; i < count; i++) await producer.ProduceAsync(topic, new Message<Null, byte[]> { Value = Some.EventJson($"e-{i}") });
    }

    /// <param name="topic">Where to.</param>
    /// <param name="count">How many events.</param>
    /// <param name="thousands">Lets the next thousand of them go with every release.</param>
    private void Produce(string topic, int count, SemaphoreSlim thousands)
    {
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = kafka.Brokers, EnableIdempotence = true }).Build();
        for (var i = 0; i < count; i++)
        {
            if (i % 1000 == 0) thousands.Wait();
            EventData data = i % 3 == 0 ? new TaskDeleted($"T-{i}") : new TaskAssigned($"T-{i}", "Ada");
            producer.Produce(topic, new Message<string, byte[]> { Key = $"P{i % 50}", Value = Some.EventJson($"e-{i}", $"P{i % 50}", data) });
            // Slow enough that the crashes fall amid a thousand.
            if (i % 1000 == 0) Thread.Sleep(300);
        }

        producer.Flush(TimeSpan.FromMinutes(1));
    }
}
