using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using ShitOps.Cli.CommandLine;
using ShitOps.Cli.Import;
using ShitOps.Cli.Import.Jira;
using ShitOps.Cli.Input;
using ShitOps.Cli.Output;
using ShitOps.Events;
using Spectre.Console;

namespace ShitOps.Tests.Cli;

/// <summary>Arguments, exit codes, help and messages.</summary>
public class CommandLineTests
{
    [Theory]
    [InlineData("shitops", "produce", "--nonsense", "x.jsonl")]
    [InlineData("shitops produce", "produce", "/no/such/file.jsonl")]
    [InlineData("shitops produce", "produce")]
    [InlineData("shitops produce", "produce", "-", "-")]
    [InlineData("shitops import", "import")]
    [InlineData("shitops import", "import", "trello", "x.jsonl")]
    [InlineData("shitops import allocations", "import", "allocations", "/no/such/plan.csv")]
    [InlineData("shitops status", "status", "--url", "localhost")]
    [InlineData("shitops")]
    public async Task A_command_line_that_cannot_be_used_exits_with_2_and_points_to_help(string path, params string[] arguments)
    {
        var run = await CommandRun.OfAsync(arguments);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains($"See {path}", run.Error, StringComparison.Ordinal);
        Assert.EndsWith(" --help\n", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shitops produce events.jsonl.gz", "produce")]
    [InlineData("shitops import allocations plan.csv", "import")]
    [InlineData("shitops import jira issues.jsonl.gz", "import", "jira")]
    [InlineData("shitops import github repository.jsonl.gz", "import", "github")]
    [InlineData("shitops import allocations plan.csv", "import", "allocations")]
    [InlineData("shitops status --watch", "status")]
    public async Task Help_ends_with_examples(string example, params string[] command)
    {
        var run = await CommandRun.OfAsync([.. command, "--help"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains($"  {example}\n", run.Output[run.Output.IndexOf("\nExamples:\n", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mapping_that_cannot_be_read_exits_with_2_and_says_where()
    {
        using var scratch = new ScratchDirectory();
        var (issues, mapping) = (scratch.File("issues.jsonl", ""), scratch.File("map.json", """{"jira":{"statuses":{"Open":"opened"}}}"""));
        var run = await CommandRun.OfAsync(["import", "jira", "--dry-run", "--mapping", mapping, issues]);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith($"{mapping}: jira.statuses.\"Open\": expected one of todo, in-progress, blocked, done, cancelled, found \"opened\"\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_that_cannot_be_used_exits_with_2_and_is_named()
    {
        using var scratch = new ScratchDirectory();
        var run = await CommandRun.OfAsync(["produce", scratch.File("none.jsonl", "")], new() { ["KafkaProtocol"] = "Pigeon" });
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("the setting KafkaProtocol is \"Pigeon\"; expected one of ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_lines_are_reported_with_their_place_and_the_good_ones_go_on()
    {
        using var scratch = new ScratchDirectory();
        var good = Encoding.UTF8.GetString(EventEncoder.Encode(new Event("1", "/test", EventTypes.TaskUnblocked, DateTimeOffset.UnixEpoch, "AC", new TaskUnblocked("AC-1"))));
        var unknown = good.Replace("task.unblocked", "task.sung-to", StringComparison.Ordinal).Replace("\"id\":\"1\"", "\"id\":  \"2\"", StringComparison.Ordinal);
        var first = scratch.GzipFile("first.jsonl.gz", good, "", "{\"id\":", unknown + "\r");
        var second = scratch.File("second.jsonl", "\uFEFF" + good, good.Replace("AC-1", "", StringComparison.Ordinal));

        var run = await CommandRun.OfAsync(["produce", "--dry-run", first, second]);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal($"{good}\n{unknown}\n{good}\n", Encoding.UTF8.GetString(run.OutputBytes));
        Assert.Contains($"{second}:2: data.task: is empty\n", run.Error, StringComparison.Ordinal);
        Assert.Contains($"{first}:3: line 1, byte ", run.Error, StringComparison.Ordinal);
        Assert.Contains("2 inputs were left out, see above\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_that_are_none_are_reported_and_the_rest_is_imported()
    {
        using var scratch = new ScratchDirectory();
        var issues = scratch.File("issues.jsonl", "{\"key\":", "7", Imported.JiraRecord().ToJsonString(), """{"key":"\ud83d","fields":{}}""", """{"ke\ud83d":1}""");
        var run = await CommandRun.OfAsync(["import", "jira", "--dry-run", "--source", "https://jira.example.com", issues]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"{issues}:1: byte 8: not JSON\n{issues}:2: expected a JSON object, found number\n{issues}:4: key: is missing\n", run.Error, StringComparison.Ordinal);
        Assert.Equal([EventTypes.TaskCreated, EventTypes.ProjectCreated], run.Events.Select(one => one.Type));
        Assert.All(run.Events, one => Assert.Equal("https://jira.example.com", one.Source));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    public async Task A_line_without_an_end_is_left_out_and_the_ones_around_it_go_on(string end)
    {
        using var scratch = new ScratchDirectory();
        var bomb = new string('x', JsonLinesFile.LongestLine + 1);
        var whole = Imported.JiraRecord($$"""{"description":"{{new string('y', JsonLinesFile.LongestLine / 2)}}"}""").ToJsonString();
        var path = scratch.GzipFile("issues.jsonl.gz", whole, bomb, Imported.JiraRecord(rest: """{"key":"AC-2"}""").ToJsonString(), bomb + end);
        var run = await CommandRun.OfAsync(["import", "jira", "--dry-run", path]);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"{path}:2: longer than 67,108,864 bytes\n{path}:4: longer than 67,108,864 bytes\n", run.Error, StringComparison.Ordinal);
        Assert.Equal(["AC-1", "AC-2"], run.Events.Select(one => one.Data).OfType<TaskCreated>().Select(one => one.Task));
    }

    [Theory]
    [InlineData("import")]
    [InlineData("import", "jira")]
    [InlineData("import", "allocations")]
    [InlineData("produce")]
    public async Task Help_promises_no_more_than_that_ids_stay_the_same(params string[] command)
    {
        var run = await CommandRun.OfAsync([.. command, "--help"]);
        Assert.DoesNotContain("changes nothing", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("no harm", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_file_counts_up_to_the_damage()
    {
        using var scratch = new ScratchDirectory();
        var path = scratch.GzipFile("issues.jsonl.gz", Imported.JiraRecord().ToJsonString());
        await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(path))[..60]);
        var run = await CommandRun.OfAsync(["import", "jira", "--dry-run", path]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"{path}:1: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_project_is_created_once_with_its_earliest_time_and_its_name()
    {
        using var scratch = new ScratchDirectory();
        var later = Imported.JiraRecord(rest: """{"key":"AC-2"}""").ToJsonString();
        var earlier = Imported.JiraRecord("""{"created":"2023-05-05T00:00:00.000+0000","project":{"key":"AC"}}""").ToJsonString();
        var run = await CommandRun.OfAsync(["import", "jira", "--dry-run", scratch.File("a.jsonl", later), scratch.File("b.jsonl", earlier)]);
        var project = Assert.Single(run.Events, one => one.Type == EventTypes.ProjectCreated);
        Assert.Equal(("AC", 2023), (project.Project, project.Time.Year));
        Assert.Equal(new ProjectCreated(new ProjectFields { Name = "Acme" }), project.Data);
    }

    [Fact]
    public async Task A_project_whose_name_no_record_has_states_none()
    {
        using var scratch = new ScratchDirectory();
        var run = await CommandRun.OfAsync(["import", "github", "--dry-run", scratch.File("a.jsonl", Imported.GitHubRecord().ToJsonString())]);
        Assert.Equal(new ProjectCreated(new ProjectFields()), Assert.Single(run.Events, one => one.Type == EventTypes.ProjectCreated).Data);
        Assert.DoesNotContain("null", Encoding.UTF8.GetString(run.OutputBytes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whatever_goes_wrong_with_one_record_leaves_out_that_record_alone()
    {
        using var scratch = new ScratchDirectory();
        using var error = new StringWriter { NewLine = "\n" };
        using var output = new MemoryStream();
        var issues = scratch.File("issues.jsonl", "1", "2", Imported.JiraRecord().ToJsonString());
        var run = new EventRun(new LinesOutput(output), new Terminal(TextWriter.Null, error, Stream.Null, Live: null, TimeProvider.System));

        await ImportCommand.SendAsync([new JsonLinesFile(issues)], Import, new ImportedProjects(), run, TestContext.Current.CancellationToken);
        await run.FlushAsync();

        Assert.Equal($"{issues}:1: cannot be read: too far\n{issues}:2: cannot be read: too much\n", error.ToString());
        Assert.Equal((2, 2), (run.Rejected, run.Written));

        static ImportedTask Import(JsonElement record) => record.ValueKind == JsonValueKind.Object
            ? JiraImport.Import(record, StatusMapping.Default, source: null)
            : throw (record.GetInt32() == 1 ? new ArgumentException("too far") : new OverflowException("too much"));
    }

    [Fact]
    public async Task Ids_keep_the_order_of_more_than_a_thousand_changes_at_one_time()
    {
        using var scratch = new ScratchDirectory();
        var labels = Enumerable.Range(0, 1200).Select(i => $$$"""{"event":"labeled","id":{{{i}}},"created_at":"2024-01-02T10:00:00Z","label":{"name":"l{{{i % 200}}}"}}""")
            .Concat(Enumerable.Range(0, 1000).Select(i => $$$"""{"event":"renamed","id":{{{2000 + i}}},"created_at":"2024-01-02T10:00:00Z","rename":{"from":"A task","to":"t{{{i}}}"}}"""));
        var run = await CommandRun.OfAsync(["import", "github", "--dry-run", scratch.File("a.jsonl", Imported.GitHubRecord("{}", [.. labels]).ToJsonString())]);
        var ids = run.Events.Where(one => one.Time.Day == 2).Select(one => one.Id).ToArray();
        Assert.Equal(1200, ids.Length);
        Assert.Equal(ids, ids.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_same_input_gives_the_same_bytes_and_no_id_twice()
    {
        using var scratch = new ScratchDirectory();
        var issues = scratch.File("issues.jsonl", Imported.JiraRecord("""{"assignee":{"name":"ann"},"labels":["a"],"timespent":60}""").ToJsonString(), Imported.JiraRecord(rest: """{"key":"AC-2"}""").ToJsonString());
        var (once, again) = (await CommandRun.OfAsync(["import", "jira", "--dry-run", issues]), await CommandRun.OfAsync(["import", "jira", "--dry-run", issues]));
        Assert.Equal(once.OutputBytes, again.OutputBytes);
        Assert.Equal(once.Events.Count, once.Events.Select(one => one.Id).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Different_content_never_shares_an_id()
    {
        using var scratch = new ScratchDirectory();
        var (one, other) = (Imported.JiraRecord(), Imported.JiraRecord("""{"summary":"Another title"}"""));
        var run = await CommandRun.OfAsync(["import", "jira", "--dry-run", scratch.File("a.jsonl", one.ToJsonString(), other.ToJsonString())]);
        Assert.Equal(2, run.Events.Where(created => created.Type == EventTypes.TaskCreated).Select(created => created.Id).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_plan_is_imported_row_by_row()
    {
        using var scratch = new ScratchDirectory();
        var plan = scratch.File("plan.csv", "allocation,project,resource,hoursPerWeek,from", "a1,AC,Ann,8,2026-01-05", "a2,AC,Bob,x,2026-01-05");
        var run = await CommandRun.OfAsync(["import", "allocations", "--dry-run", "--as-of", "2026-01-01T00:00:00Z", plan]);
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(EventTypes.ResourceAllocated, Assert.Single(run.Events).Type);
        Assert.Contains($"{plan}:3:11: hoursPerWeek: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_summary_counts_tasks_and_events()
    {
        using var scratch = new ScratchDirectory();
        var cancelled = Imported.JiraRecord("""{"status":{"name":"Closed","statusCategory":{"key":"done"}},"resolution":{"name":"Duplicate"}}""").ToJsonString();
        var run = await CommandRun.OfAsync(["import", "jira", "--dry-run", scratch.File("a.jsonl", cancelled, Imported.JiraRecord(rest: """{"key":"AC-2"}""").ToJsonString())]);
        Assert.Contains("  project  tasks  open  done  cancelled  events\n  AC           2     1     0          1       3\n4 events of 1 project in ", run.Error, StringComparison.Ordinal);
        Assert.Contains("  task.status-changed  1\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_shows_a_bar_and_gets_the_same_events()
    {
        using var scratch = new ScratchDirectory();
        using var screen = new StringWriter();
        using var output = new MemoryStream();
        var issues = scratch.GzipFile("issues.jsonl.gz", "nonsense", Imported.JiraRecord().ToJsonString());
        var live = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes, Out = new AnsiConsoleOutput(screen) });

        var exitCode = await ShitOpsCommand.RunAsync(
            ["import", "jira", "--dry-run", issues], new Terminal(TextWriter.Null, TextWriter.Null, output, live, TimeProvider.System), new ConfigurationBuilder().Build());

        Assert.Equal(1, exitCode);
        Assert.Equal((await CommandRun.OfAsync(["import", "jira", "--dry-run", issues])).OutputBytes, output.ToArray());
        Assert.Contains("byte 2: not JSON", screen.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kafka_that_is_not_there_is_said_in_one_line()
    {
        using var scratch = new ScratchDirectory();
        using var taken = new Socket(SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.IPv6Loopback, 0));
        var nowhere = $"localhost:{((System.Net.IPEndPoint)taken.LocalEndPoint!).Port}";

        var run = await CommandRun.OfAsync(["produce", "--kafka", nowhere, scratch.File("none.jsonl", "")]);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"Kafka at {nowhere} does not answer (", run.Error, StringComparison.Ordinal);
        Assert.EndsWith("): start it with \"dotnet run --project local\", or name another with --kafka HOST:PORT\n", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
