using System.Text;
using Confluent.Kafka;
using ShitOps.Events;
using ShitOps.Local.Broker;

namespace ShitOps.Tests.Cli;

/// <summary>Commands against a real broker.</summary>
public class ProduceTests
{
    private const string Topic = "cli-test";

    [Fact]
    public async Task Lines_arrive_unchanged_under_the_key_of_their_project()
    {
        using var scratch = new ScratchDirectory();
        await using var broker = await StartAsync(scratch);
        string[] lines =
        [
            .. Enumerable.Range(0, 5_000).Select(i => Encoding.UTF8.GetString(EventEncoder.Encode(
                new Event($"{i}", "/test", EventTypes.TaskUnblocked, DateTimeOffset.UnixEpoch.AddSeconds(i), $"P{i % 7}", new TaskUnblocked($"T{i}"))))),
        ];
        var file = scratch.GzipFile("events.jsonl.gz", [.. lines, "not an event"]);

        var run = await CommandRun.OfAsync(["produce", "--kafka", broker.BootstrapServers, "--topic", Topic, file]);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"{file}:5001: ", run.Error, StringComparison.Ordinal);
        Assert.StartsWith("5,000 events of 7 projects in ", run.Output, StringComparison.Ordinal);
        var records = Consume(broker, lines.Length);
        Assert.Equal(lines.Order(StringComparer.Ordinal), records.Select(record => record.Message.Value).Order(StringComparer.Ordinal));
        Assert.All(records, record => Assert.Contains($"\"subject\":\"{record.Message.Key}\"", record.Message.Value, StringComparison.Ordinal));
        Assert.All(records.GroupBy(record => record.Message.Key, StringComparer.Ordinal), project => Assert.Single(project.Select(record => record.Partition).Distinct()));
        Assert.All(records, record => Assert.Equal(Event.ContentType, Encoding.ASCII.GetString(record.Message.Headers.GetLastBytes("content-type"))));
    }

    [Fact]
    public async Task An_import_arrives_as_the_events_that_a_dry_run_prints()
    {
        using var scratch = new ScratchDirectory();
        await using var broker = await StartAsync(scratch);
        var file = scratch.File("repository.jsonl", Imported.GitHubRecord("""{"labels":[{"name":"a"}]}""").ToJsonString());
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["KafkaBrokers"] = broker.BootstrapServers, ["KafkaTopic"] = Topic };

        var dry = await CommandRun.OfAsync(["import", "github", "--dry-run", file]);
        var run = await CommandRun.OfAsync(["import", "github", file], environment);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            Encoding.UTF8.GetString(dry.OutputBytes).Split('\n', StringSplitOptions.RemoveEmptyEntries),
            Consume(broker, dry.Events.Count).Select(record => record.Message.Value));
    }

    private static Task<KafkaBroker> StartAsync(ScratchDirectory scratch) =>
        KafkaBroker.StartAsync(new BrokerOptions { DataDirectory = Path.Combine(scratch.Path, "broker"), Port = 0 });

    private static List<ConsumeResult<string, string>> Consume(KafkaBroker broker, int count)
    {
        using var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            GroupId = "reader",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
        }).Build();
        consumer.Subscribe(Topic);
        List<ConsumeResult<string, string>> records = [];
        while (records.Count < count) records.Add(consumer.Consume(TimeSpan.FromSeconds(30)) ?? throw new TimeoutException($"{records.Count} of {count} records have come"));
        Assert.Null(consumer.Consume(TimeSpan.FromMilliseconds(300)));
        consumer.Close();
        return records;
    }
}
