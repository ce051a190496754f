using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using ShitOps.Cli.CommandLine;
using ShitOps.Cli.Input;
using ShitOps.Cli.Output;
using ShitOps.Events;
using ShitOps.Ingestion;
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
        await CreateTopicAsync(broker, []);
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
        await CreateTopicAsync(broker, []);
        var file = scratch.File("repository.jsonl", Imported.GitHubRecord("""{"labels":[{"name":"a"}]}""").ToJsonString());
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["KafkaBrokers"] = broker.BootstrapServers, ["KafkaTopic"] = Topic };

        var dry = await CommandRun.OfAsync(["import", "github", "--dry-run", file]);
        var run = await CommandRun.OfAsync(["import", "github", file], environment);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            Encoding.UTF8.GetString(dry.OutputBytes).Split('\n', StringSplitOptions.RemoveEmptyEntries),
            Consume(broker, dry.Events.Count).Select(record => record.Message.Value));
    }

    [Fact]
    public async Task What_kafka_refuses_as_too_large_is_left_out_and_all_else_arrives()
    {
        using var scratch = new ScratchDirectory();
        await using var broker = await StartAsync(scratch);
        await CreateTopicAsync(broker, new(StringComparer.Ordinal) { ["max.message.bytes"] = "20000" });
        var large = new TaskCreated("T", new TaskFields { Labels = new(true, [.. Enumerable.Range(0, 100).Select(i => $"{i}-{new string('x', 240)}")]) });
        var file = scratch.File("events.jsonl", [.. Enumerable.Range(0, 40).Select(i => Encoding.UTF8.GetString(Some.EventJson($"{i}", data: i == 17 ? large : null)))]);

        var run = await CommandRun.OfAsync(["produce", "--kafka", broker.BootstrapServers, "--topic", Topic, file]);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"{file}:18: Kafka refuses it: ", run.Error, StringComparison.Ordinal);
        Assert.EndsWith("\n1 input was left out, see above\n", run.Error, StringComparison.Ordinal);
        Assert.StartsWith("39 events of 1 project in ", run.Output, StringComparison.Ordinal);
        Assert.EndsWith("  task.status-changed  39\n", run.Output, StringComparison.Ordinal);
        var ids = Consume(broker, 39).Select(record => JsonDocument.Parse(record.Message.Value).RootElement.GetProperty("id").GetString()!);
        Assert.Equal(Enumerable.Range(0, 40).Where(i => i != 17).Select(i => $"{i}"), ids.OrderBy(int.Parse));
    }

    [Fact]
    public async Task A_kafka_that_is_lost_on_the_way_is_said_to_be_waited_for()
    {
        using var scratch = new ScratchDirectory();
        using var error = new StringWriter();
        var broker = await StartAsync(scratch);
        await CreateTopicAsync(broker, []);
        var connection = new KafkaConnection { Brokers = broker.BootstrapServers, Topic = Topic };
        await using var output = await KafkaOutput.ConnectAsync(connection, new Terminal(TextWriter.Null, TextWriter.Synchronized(error), Stream.Null, Live: null, TimeProvider.System));
        await SendAsync("1");
        await output.FlushAsync();
        await Task.Delay(TimeSpan.FromSeconds(5));
        Assert.Equal("", error.ToString());

        await broker.DisposeAsync();
        await SendAsync("2");

        await Eventually.TrueAsync(() => error.ToString().Contains($"Waiting for Kafka at {connection.Brokers}, for ", StringComparison.Ordinal));

        ValueTask SendAsync(string id) => output.WriteAsync(new OutgoingEvent(new Place("test"), EventTypes.TaskStatusChanged, "APOLLO", Some.EventJson(id)));
    }

    [Fact]
    public async Task Interrupted_it_claims_exactly_what_has_arrived()
    {
        using var scratch = new ScratchDirectory();
        await using var broker = await StartAsync(scratch);
        await CreateTopicAsync(broker, []);
        using var process = CommandProcess.Start(["produce", "--kafka", broker.BootstrapServers, "--topic", Topic, "-"]);
        var feeding = Task.Run(() => FeedAsync(process.Input));
        _ = Consume(broker, 1000, isAll: false);
        await process.InterruptAsync();
        var (exitCode, output, error) = await process.EndAsync();
        await feeding;

        var claim = Regex.Match(error, @"^Interrupted after (?<count>[\d,]+) events, all of which have arrived\. Run the same command again for the rest: ", RegexOptions.Multiline | RegexOptions.ExplicitCapture);
        Assert.True(claim.Success, error);
        Assert.Equal(1, exitCode);
        var arrived = int.Parse(claim.Groups["count"].Value, NumberStyles.AllowThousands);
        Assert.StartsWith($"{arrived:N0} events of 1 project in ", output, StringComparison.Ordinal);
        Assert.Equal(arrived, Consume(broker, arrived).Select(record => record.Message.Value).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Interrupted_before_anything_came_it_says_so()
    {
        using var scratch = new ScratchDirectory();
        await using var broker = await StartAsync(scratch);
        await CreateTopicAsync(broker, []);
        using var process = CommandProcess.Start(["produce", "--kafka", broker.BootstrapServers, "--topic", Topic, "-"]);
        await Task.Delay(TimeSpan.FromSeconds(10));
        await process.InterruptAsync();
        var (exitCode, _, error) = await process.EndAsync();

        Assert.Contains("Interrupted after 0 events", error, StringComparison.Ordinal);
        Assert.Equal(1, exitCode);
    }

    /// <summary>Writes events without end, until nobody reads them.</summary>
    private static async Task FeedAsync(Stream input)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                await input.WriteAsync(Some.EventJson($"{i}"));
                await input.WriteAsync("\n"u8.ToArray());
                await input.FlushAsync();
            }
        }
        catch (IOException)
        {
            // The pipe is closed: the reader has ended.
        }
    }

    [Fact]
    public async Task A_topic_that_is_not_there_is_not_made()
    {
        using var scratch = new ScratchDirectory();
        await using var broker = await StartAsync(scratch);

        var run = await CommandRun.OfAsync(["produce", "--kafka", broker.BootstrapServers, "--topic", "brandnew", scratch.File("events.jsonl", Encoding.UTF8.GetString(Some.EventJson("1")))]);

        Assert.Equal(
            (1, "", $"Kafka at {broker.BootstrapServers} has no topic \"brandnew\": create it, or name another with --topic\n"),
            (run.ExitCode, run.Output, run.Error));
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
        Assert.DoesNotContain("brandnew", admin.GetMetadata(TimeSpan.FromSeconds(10)).Topics.Select(topic => topic.Topic));
    }

    private static Task<KafkaBroker> StartAsync(ScratchDirectory scratch) =>
        KafkaBroker.StartAsync(new BrokerOptions { DataDirectory = Path.Combine(scratch.Path, "broker"), Port = 0 });

    private static async Task CreateTopicAsync(KafkaBroker broker, Dictionary<string, string> settings)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = Topic, NumPartitions = 1, Configs = settings }]);
    }

    private static List<ConsumeResult<string, string>> Consume(KafkaBroker broker, int count, bool isAll = true)
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
        if (isAll) Assert.Null(consumer.Consume(TimeSpan.FromMilliseconds(300)));
        consumer.Close();
        return records;
    }
}
