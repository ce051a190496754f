using System.Diagnostics;
using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using ShitOps.Archive;
using ShitOps.Events;
using ShitOps.Pipeline;
using ShitOps.Storage;
using ShitOps.Tests.People;

namespace ShitOps.Tests.Archive;

/// <summary>Events through Kafka and trigger to the archive, in processes of their own.</summary>
[Collection(nameof(BrokerCollection))]
public class ArchiveEventsTests(BrokerFixture kafka, AzuriteFixture azurite, ITestOutputHelper output)
{
    [Fact]
    public async Task Archives_exactly_what_stands_on_the_topic_through_crashes_and_shared_partitions()
    {
        const int Events = 12_000;
        var topic = await kafka.CreateTopicAsync();
        var stream = new KafkaStream(Some.Name("stream"));
        List<FunctionAppProcess> instances = [await StartAsync(topic, stream, 300, 1), await StartAsync(topic, stream, 300, 1)];
        using var thousands = new SemaphoreSlim(0);
        var producing = Task.Run(() => Produce(topic, Events, perSecond: 1_000, i => i % 500 == 0 ? "{"u8.ToArray() : Json(i), thousands));

        // One of the two is killed again and again while events come in; small batches make many chances to be hit amid one.
        // The producer is let go on by so many thousands that it is never through before the last kill, however slow the machine.
        for (var crash = 0; crash < 3; crash++)
        {
            var from = await ArchivedAsync(stream);
            thousands.Release(2);
            await Eventually.TrueAsync(async () => await ArchivedAsync(stream) > from, patience: TimeSpan.FromMinutes(3));
            instances[crash % 2].Kill();
            Assert.False(producing.IsCompleted);
            thousands.Release(1);
            await instances[crash % 2].DisposeAsync();
            instances[crash % 2] = await StartAsync(topic, stream, 300, 1);
        }

        thousands.Release(Events / 1000);
        await producing;
        await Eventually.TrueAsync(async () => await ArchivedAsync(stream) == Events, patience: TimeSpan.FromMinutes(3));
        foreach (var instance in instances) await instance.DisposeAsync();

        var names = await StoredNames.ReadAsync(azurite.ConnectionString);
        var decoder = new EventDecoder();
        foreach (var partition in kafka.ReadAll(topic).GroupBy(record => record.Partition.Value))
        {
            var chain = await StoredChain.ReadAsync(azurite.ConnectionString, stream.Name, topic, partition.Key);
            var expected = partition.Where(record => decoder.DecodeStructured(record.Message.Value).IsDecoded).ToList();
            Assert.Equal(expected.Select(record => record.Offset.Value), chain.Rows.Select(row => row.Offset));
            Assert.Equal((partition.Count() - expected.Count, 0L), (chain.Undecodable, chain.Missing));
            foreach (var (row, record) in chain.Rows.Zip(expected))
            {
                Assert.Equal(record.Message.Timestamp.UnixTimestampMs, row.Timestamp!.Value.ToUnixTimeMilliseconds());
                using var one = JsonDocument.Parse(record.Message.Value);
                using var other = JsonDocument.Parse(ArchivedEvent.ToJson(row, names.GetValueOrDefault));
                Assert.True(JsonElement.DeepEquals(one.RootElement, other.RootElement), $"{partition.Key}/{row.Offset}");
            }
        }
    }

    [Fact]
    public async Task Writes_at_most_two_blobs_per_1000_events_with_the_settings_of_the_archive_role()
    {
        const int Events = 25_000;
        var topic = await kafka.CreateTopicAsync(partitions: 8);
        var stream = new KafkaStream(Some.Name("stream"));
        await using var app = await StartAsync(topic, stream, 10_000, 10);
        await Task.Run(() => Produce(topic, Events, perSecond: 1_000, Json));
        await Eventually.TrueAsync(async () => await ArchivedAsync(stream) == Events, patience: TimeSpan.FromMinutes(3));

        var tails = (await new ArchivePositions(Account(), stream).ListAsync(default)).Select(position => position.Tail).ToList();
        var (segments, bytes) = (tails.Sum(tail => tail.Segments), tails.Sum(tail => tail.Bytes));
        output.WriteLine($"{segments} segments of {(double)Events / segments:F0} events, {(double)bytes / Events:F1} bytes an event, {segments * 1000.0 / Events:F2} blob writes per 1,000 events");
        Assert.InRange(segments, 1, 2 * Events / 1000);
    }

    private static byte[] Json(int i)
    {
        EventData data = (i % 4) switch
        {
            0 => new TaskAssigned($"T-{i}", $"Person {i % 37}"),
            1 => new TaskEstimated($"T-{i}", 16, i % 16, 0.5),
            2 => new TaskCreated($"T-{i}", new TaskFields { Title = $"Do {i}", Team = "core", Labels = new(true, ["a", "b"]) }),
            _ => new TaskStatusChanged($"T-{i}", new Status("In Review", StatusCategory.InProgress)),
        };
        return Some.EventJson($"e-{i}", $"P{i % 50}", data);
    }

    private StorageAccount Account() => StorageAccount.FromSettings(new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", azurite.ConnectionString)]).Build());

    /// <summary>How many records the archive says that it has passed.</summary>
    private async Task<long> ArchivedAsync(KafkaStream stream) => (await new ArchivePositions(Account(), stream).ListAsync(default)).Sum(position => position.Tail.End);

    private Task<FunctionAppProcess> StartAsync(string topic, KafkaStream stream, int maxBatchSize, int seconds) => FunctionAppProcess.StartAsync(
        azurite.ConnectionString, kafka.Brokers, topic, stream.Name,
        ("AzureFunctionsJobHost__extensions__kafka__maxBatchSize", $"{maxBatchSize}"),
        ("AzureFunctionsJobHost__extensions__kafka__subscriberIntervalInSeconds", $"{seconds}"),
        ("AzureFunctionsJobHost__extensions__kafka__sessionTimeoutMs", "6000"));

    /// <param name="topic">Where to.</param>
    /// <param name="count">How many events.</param>
    /// <param name="perSecond">At which rate, as long as nothing holds them back.</param>
    /// <param name="value">Makes one of its number.</param>
    /// <param name="thousands">If given, lets the next thousand go with every release.</param>
    private void Produce(string topic, int count, int perSecond, Func<int, byte[]> value, SemaphoreSlim? thousands = null)
    {
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = kafka.Brokers, EnableIdempotence = true }).Build();
        var (clock, from) = (Stopwatch.StartNew(), 0);
        for (var i = 0; i < count; i++)
        {
            if (i % 1000 == 0 && thousands is not null)
            {
                thousands.Wait();
                // What was held back does not come all at once.
                (clock, from) = (Stopwatch.StartNew(), i);
            }

            if (i % 100 == 0 && TimeSpan.FromSeconds((double)(i - from) / perSecond) - clock.Elapsed is { Ticks: > 0 } early) Thread.Sleep(early);
            producer.Produce(topic, new Message<string, byte[]> { Key = $"P{i % 50}", Value = value(i) });
        }

        producer.Flush(TimeSpan.FromMinutes(1));
    }
}
