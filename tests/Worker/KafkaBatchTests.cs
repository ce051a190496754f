using System.Text;
using Confluent.Kafka;
using Microsoft.Azure.Functions.Worker;
using ShitOps.Local;

namespace ShitOps.Tests.Worker;

/// <summary>What batches are made of, and how instances share a topic.</summary>
[Collection(nameof(BrokerCollection))]
public sealed class KafkaBatchTests(BrokerFixture broker)
{
    [Fact]
    public async Task Batches_span_partitions_keep_order_within_each_and_respect_maxBatchSize()
    {
        var kafka = await KafkaApp.CreateAsync(broker, partitions: 4);
        await kafka.ProduceAsync(1000, partitions: 4);
        var probe = new BatchProbe();
        await using var app = await kafka.StartAsync(probe, limits: ("maxBatchSize", 300));

        await kafka.CommittedAsync(1000, partitions: 4);

        Assert.All(probe.Batches, batch => Assert.InRange(batch.Length, 1, 300));
        Assert.Contains(probe.Batches, batch => batch.Select(record => record.Partition).Distinct().Count() > 1);
        foreach (var partition in probe.Records.GroupBy(record => record.Partition))
            Assert.Equal(Enumerable.Range(0, 250).Select(i => (long)i), partition.Select(record => record.Offset));
    }

    [Fact]
    public async Task A_batch_of_many_bytes_is_full_however_few_its_records_are()
    {
        var topic = await broker.CreateTopicAsync(partitions: 1);
        using (var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = broker.Brokers }).Build())
            await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => producer.ProduceAsync(topic, new Message<Null, byte[]> { Value = new byte[900_000] })));
        var (kafka, probe) = (new KafkaApp(broker, topic), new BatchProbe());
        await using var app = await kafka.StartAsync(probe, null, ("maxBatchSize", 4000), ("subscriberIntervalInSeconds", 5));

        await kafka.CommittedAsync(60);

        Assert.All(probe.Batches, batch => Assert.InRange(batch.Length, 1, 19));
    }

    [Fact]
    public async Task A_batch_waits_for_more_records_during_the_subscriber_interval()
    {
        var kafka = await KafkaApp.CreateAsync(broker);
        var probe = new BatchProbe();
        await using var app = await kafka.StartAsync(probe, limits: ("subscriberIntervalInSeconds", 2));
        await Eventually.TrueAsync(() => app.Log.Count("Assigned: ") == 1);

        for (var i = 0; i < 20; i++)
            await kafka.ProduceAsync(1, from: i);
        await kafka.CommittedAsync(20);

        Assert.True(probe.Batches.Count < 20, $"{probe.Batches.Count} batches");
    }

    [Fact]
    public async Task A_record_is_what_was_produced()
    {
        var topic = await broker.CreateTopicAsync(partitions: 1);
        var kafka = new KafkaApp(broker, topic);
        using (var producer = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig { BootstrapServers = broker.Brokers }).Build())
        {
            var headers = new Headers { { "ce_id", Encoding.UTF8.GetBytes("7") }, { "empty", [] } };
            await producer.ProduceAsync(topic, new Message<byte[]?, byte[]?> { Key = [1, 2], Value = [3, 4, 5], Headers = headers, Timestamp = new Timestamp(Some.Time) });
            await producer.ProduceAsync(topic, new Message<byte[]?, byte[]?> { Key = null, Value = null });
        }

        var probe = new BatchProbe();
        await using var app = await kafka.StartAsync(probe);
        await kafka.CommittedAsync(2);

        var records = probe.Records.ToList();
        Assert.Equal((topic, 0, 0), (records[0].Topic, records[0].Partition, records[0].Offset));
        Assert.Equal([1, 2], records[0].Key);
        Assert.Equal([3, 4, 5], records[0].Value);
        Assert.Equal((Some.Time, KafkaTimestampType.CreateTime), (records[0].Timestamp.DateTimeOffset, records[0].Timestamp.Type));
        Assert.Equal([("ce_id", "7"), ("empty", "")], records[0].Headers.Select(header => (header.Key, header.GetValueAsString()!)));
        Assert.Null(records[1].Key);
        Assert.Null(records[1].Value);
        Assert.Empty(records[1].Headers);
    }

    [Fact]
    public async Task One_by_one_a_record_that_fails_holds_up_its_partition_only()
    {
        var kafka = await KafkaApp.CreateAsync(broker, partitions: 2);
        await kafka.ProduceAsync(10, partitions: 2);
        var probe = new BatchProbe((records, _, _) =>
            records[0] is { Partition: 1, Offset: 2 } ? throw new InvalidOperationException("no") : Task.CompletedTask);
        await using (await kafka.StartAsync(probe, typeof(SingleFunction), ("commitOnFailure", false), ("maxRetries", -1)))
            await kafka.CommittedAsync(5 + 2, partitions: 2);

        Assert.All(probe.Batches, batch => Assert.Single(batch));
        Assert.Equal([0L, 1, 2, 3, 4], probe.Records.Where(record => record.Partition == 0).Select(record => record.Offset));
        Assert.DoesNotContain(probe.Records, record => record is { Partition: 1, Offset: > 2 });
    }

    [Fact]
    public async Task Offsets_are_committed_only_when_the_function_has_returned()
    {
        var kafka = await KafkaApp.CreateAsync(broker);
        await kafka.ProduceAsync(3);
        using var finish = new SemaphoreSlim(0);
        var probe = new BatchProbe((_, _, token) => finish.WaitAsync(token));
        await using var app = await kafka.StartAsync(probe);
        await Eventually.TrueAsync(() => probe.Calls == 1);

        // Several times the commit interval, so that a commit that should not be would have been made.
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.Equal(0, kafka.Committed());

        finish.Release();
        await kafka.CommittedAsync(3);
    }

    [Fact]
    public async Task Two_instances_share_the_partitions_and_lose_nothing_when_one_comes_and_goes()
    {
        const int Partitions = 4;
        var kafka = await KafkaApp.CreateAsync(broker, Partitions);
        var first = new BatchProbe();
        var second = new BatchProbe();
        await using var one = await kafka.StartAsync(first);
        await kafka.ProduceAsync(400, Partitions);
        await Eventually.TrueAsync(() => first.Records.Any());

        await using (var other = await kafka.StartAsync(second))
        {
            await Eventually.TrueAsync(() => other.Log.Lines.Any(line => line.Contains("Assigned: ", StringComparison.Ordinal) && line.Count(letter => letter == '[') == 2), () => string.Join('\n', other.Log.Lines));
            await kafka.ProduceAsync(400, Partitions, from: 400);
            await kafka.CommittedAsync(800, Partitions);
        }

        await kafka.ProduceAsync(400, Partitions, from: 800);
        await kafka.CommittedAsync(1200, Partitions);

        Assert.NotEmpty(second.Records);
        var all = first.Values.Concat(second.Values).ToList();
        Assert.Equal(1200, all.Distinct().Count());
    }

    [Fact]
    public async Task A_batch_of_lost_partitions_is_not_stored_over_what_its_next_owner_committed()
    {
        const int Partitions = 2;
        var kafka = await KafkaApp.CreateAsync(broker, Partitions);
        await kafka.ProduceAsync(20, Partitions);
        using var finish = new SemaphoreSlim(0);
        var slow = new BatchProbe((_, call, token) => call == 1 ? finish.WaitAsync(token) : Task.CompletedTask);
        await using var one = await kafka.StartAsync(slow);
        await Eventually.TrueAsync(() => slow.Calls == 1);

        // A second member takes a partition over from the one that is still at its batch, and commits it.
        var quick = new BatchProbe();
        await using var two = await kafka.StartAsync(quick);
        await Eventually.TrueAsync(() => quick.Records.Count() == 10, () => string.Join('\n', two.Log.Lines));
        await kafka.ProduceAsync(20, Partitions, from: 20);
        await Eventually.TrueAsync(() => quick.Records.Count() == 20);

        finish.Release();
        await kafka.CommittedAsync(40, Partitions);
        Assert.Equal(0, one.Log.Count("Error:"));
    }

    [Fact]
    public async Task A_topic_that_is_not_there_yet_is_waited_for()
    {
        await using var strict = await Broker.TestBroker.StartAsync(options => options with { AutoCreateTopics = false });
        var topic = Some.Name("later");
        var settings = new Dictionary<string, string> { ["Brokers"] = strict.Servers, ["Topic"] = topic, ["Group"] = "group" };
        var probe = new BatchProbe();
        await using var app = await TestApp.StartAsync([typeof(BatchFunction)], probe, settings);
        await Eventually.TrueAsync(() => app.Log.Count($"Topic {topic} does not exist") == 1, () => string.Join('\n', app.Log.Lines));

        using (var admin = strict.Admin())
            await admin.CreateTopicsAsync([new Confluent.Kafka.Admin.TopicSpecification { Name = topic, NumPartitions = 1 }]);
        using (var producer = strict.Producer())
            await producer.ProduceAsync(topic, new Message<string?, string?> { Value = "m0" });

        await Eventually.TrueAsync(() => probe.Values.SequenceEqual(["m0"]), () => string.Join('\n', app.Log.Lines));
        Assert.Equal(1, app.Log.Count($"Topic {topic} does not exist"));
    }

    [Fact]
    public async Task A_broker_that_is_down_is_told_once_and_waited_for()
    {
        var port = Ports.Free();
        var settings = new Dictionary<string, string> { ["Brokers"] = $"localhost:{port}", ["Topic"] = "t", ["Group"] = "group" };
        var probe = new BatchProbe();
        await using var app = await TestApp.StartAsync([typeof(BatchFunction)], probe, settings);
        await Eventually.TrueAsync(() => app.Log.Count("Kafka cannot be reached") == 1);

        await using var broker = await Broker.TestBroker.StartAsync(options => options with { Port = port });
        using (var producer = broker.Producer())
            await producer.ProduceAsync("t", new Message<string?, string?> { Value = "m0" });

        await Eventually.TrueAsync(() => probe.Values.SequenceEqual(["m0"]), () => string.Join('\n', app.Log.Lines));
        Assert.Equal(1, app.Log.Count("Kafka cannot be reached"));
        Assert.Equal(1, app.Log.Count("Kafka is reached again"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_batch_of_partitions_that_were_lost_and_came_back_is_neither_stored_nor_run_again(bool fails)
    {
        const int Partitions = 2;
        var kafka = await KafkaApp.CreateAsync(broker, Partitions);
        await kafka.ProduceAsync(20, Partitions);
        using var finish = new SemaphoreSlim(0);
        var slow = new BatchProbe(async (_, call, token) =>
        {
            if (call > 1) return;
            await finish.WaitAsync(token);
            if (fails) throw new InvalidOperationException("no");
        });
        await using var one = await kafka.StartAsync(slow, null, ("commitOnFailure", false), ("maxRetries", -1), ("executorChannelCapacity", 10));
        await Eventually.TrueAsync(() => slow.Calls == 1);
        Assert.Equal(20, slow.Records.Count());

        // While the batch runs, another member takes a partition over, commits further, and leaves.
        var quick = new BatchProbe();
        var two = await kafka.StartAsync(quick);
        await Eventually.TrueAsync(() => quick.Records.Count() == 10, () => string.Join('\n', two.Log.Lines));
        var moved = quick.Records.First().Partition;
        await kafka.ProduceToAsync(moved, 10);
        await kafka.CommittedAsync(20, Partitions);
        var assigned = one.Log.Count("Assigned: ");
        await two.DisposeAsync();
        await Eventually.TrueAsync(() => one.Log.Count("Assigned: ") > assigned, () => string.Join('\n', one.Log.Lines));

        finish.Release();

        // What must not be committed would have been after several of the commit's intervals.
        await kafka.CommittedAsync(30, Partitions);
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.Equal(30, kafka.Committed(Partitions));
        Assert.Equal(10, slow.Records.Count(record => record.Partition == moved));
    }

    [Fact]
    public async Task A_group_that_may_not_begin_without_an_offset_says_so_once()
    {
        var kafka = await KafkaApp.CreateAsync(broker, partitions: 2);
        await kafka.ProduceAsync(2, partitions: 2);
        await using var app = await kafka.StartAsync(new BatchProbe(), null, ("autoOffsetReset", "Error"));

        await Eventually.TrueAsync(() => app.Log.Count("Warning: Nothing comes from topic") > 0, () => string.Join('\n', app.Log.Lines));

        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.Equal(1, app.Log.Count("Warning: Nothing comes from topic"));
        Assert.Equal(1, app.Log.Count("(Local_AutoOffsetReset); trying on"));
    }
}
