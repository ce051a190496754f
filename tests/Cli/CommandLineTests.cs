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
    [InlineData("shitops replay", "replay", "--projection", "foo")]
    [InlineData("shitops replay", "replay", "--projection", "blocks", "--slices", "4")]
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
        Assert.Contains($"{first}:3: byte ", run.Error, StringComparison.Ordinal);
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

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(2_000)]
    public async Task A_gz_file_that_ends_too_early_is_never_taken_for_whole(int missing)
    {
        using var scratch = new ScratchDirectory();
        var random = new Random(1);
        var path = scratch.GzipFile("issues.jsonl.gz", [.. Enumerable.Range(1, 200).Select(i => Imported.JiraRecord($$"""{"summary":"{{random.NextInt64()}}"}""", $$"""{"key":"AC-{{i}}"}""").ToJsonString())]);
        await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(path))[..^missing]);
        var run = await CommandRun.OfAsync(["import", "jira", "--dry-run", path]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("cannot be read further: the compressed data are damaged or end too early, so get the file once more", run.Error, StringComparison.Ordinal);
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

        await ImportCommand.SendAsync([new JsonLinesFile(issues)], Import, "an issue", new ImportedProjects(), run, TestContext.Current.CancellationToken);
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
        Assert.Contains("  project  tasks  open  done  cancelled  events\n  AC           2     1     0          1       4\n4 events of 1 project in ", run.Error, StringComparison.Ordinal);
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
            ["import", "jira", "--dry-run", issues], new Terminal(TextWriter.Null, TextWriter.Null, output, live, TimeProvider.System), () => new ConfigurationBuilder().Build());

        Assert.Equal(1, exitCode);
        Assert.Equal((await CommandRun.OfAsync(["import", "jira", "--dry-run", issues])).OutputBytes, output.ToArray());
        Assert.Contains("byte 2: not JSON", screen.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kafka_that_is_not_there_is_waited_for_and_then_said_in_one_line()
    {
        using var scratch = new ScratchDirectory();
        using var taken = new Socket(SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.IPv6Loopback, 0));
        var nowhere = $"localhost:{((System.Net.IPEndPoint)taken.LocalEndPoint!).Port}";

        var run = await CommandRun.OfAsync(["produce", "--kafka", nowhere, scratch.File("none.jsonl", "")]);

        Assert.Equal(1, run.ExitCode);
        var lines = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Matches($"^Waiting for Kafka at {nowhere}, for [345] s so far$", lines[0]);
        Assert.StartsWith($"Kafka at {nowhere} does not answer (", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("): start it with \"dotnet run --project local\", or name another with --kafka HOST:PORT", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_and_a_file_that_is_not_there_are_told_apart()
    {
        using var scratch = new ScratchDirectory();
        var (folder, missing, issues) = (scratch.Path, Path.Combine(scratch.Path, "nope.json"), scratch.File("issues.jsonl", ""));
        Assert.Equal($"{folder}: is a directory\nSee shitops produce --help\n", await FaultOfAsync("produce", folder));
        Assert.Equal($"{folder}: is a directory\nSee shitops import allocations --help\n", await FaultOfAsync("import", "allocations", folder));
        Assert.Equal($"{missing}: there is no such file\nSee shitops import allocations --help\n", await FaultOfAsync("import", "allocations", missing));
        Assert.Equal($"--mapping: {folder}: is a directory\nSee shitops import jira --help\n", await FaultOfAsync("import", "jira", "--mapping", folder, issues));
        Assert.Equal($"--mapping: {missing}: there is no such file\nSee shitops import jira --help\n", await FaultOfAsync("import", "jira", "--mapping", missing, issues));
    }

    [Theory]
    [InlineData("Unrecognized command \"frob\"\nSee shitops --help\n", "frob")]
    [InlineData("Unrecognized command \"foo\"\nSee shitops import --help\n", "import", "foo")]
    [InlineData("Unrecognized option \"--frob\"\nSee shitops --help\n", "--frob")]
    [InlineData("Unrecognized option \"--bogus\"\nSee shitops import jira --help\n", "import", "jira", "--bogus", "x")]
    [InlineData("Unrecognized option \"--maping\": is it --mapping?\nSee shitops import jira --help\n", "import", "jira", "--maping=map.json", "x")]
    [InlineData("Unrecognized option \"--asof\": is it --as-of?\nSee shitops import allocations --help\n", "import", "allocations", "plan.csv", "--asof", "2026-03-01")]
    [InlineData("Unrecognized option \"--dryrun\": is it --dry-run?\nSee shitops produce --help\n", "produce", "-", "--dryrun")]
    [InlineData("Unrecognized option \"--jsn\": is it --json?\nSee shitops ask --help\n", "ask", "--jsn")]
    [InlineData("Unrecognized option \"--bogus\"\nSee shitops erase-person --help\n", "erase-person", "--bogus")]
    [InlineData("Unrecognized option \"--bogus\"\nSee shitops dead-letters show --help\n", "dead-letters", "show", "--bogus", "x")]
    [InlineData("Unrecognized option \"-w\"\nSee shitops status --help\n", "status", "-w")]
    [InlineData("--no-such-file: there is no such file\nSee shitops produce --help\n", "produce", "--", "--no-such-file")]
    public async Task A_command_or_option_that_does_not_exist_is_named(string expected, params string[] arguments)
    {
        Assert.Equal(expected, await FaultOfAsync(arguments));
    }

    [Theory]
    [InlineData("--slices: expected a whole number from 1 to 65,536, found \"many\"", "replay", "--projection", "aggregates", "--slices", "many")]
    [InlineData("--limit: expected a whole number from 0, found \"abc\"", "dead-letters", "list", "--limit", "abc")]
    [InlineData("--seed: expected a whole number, found \"1.5\"", "backtest", "--live", "--seed", "1.5")]
    [InlineData("--steps: expected a whole number from 1, found \"0\"", "train", "--steps", "0")]
    [InlineData("--reading: expected a whole number, found \"second\"", "ask", "open tasks", "--reading", "second")]
    public async Task A_number_that_is_none_is_told_in_one_line(string expected, params string[] arguments)
    {
        Assert.StartsWith($"{expected}\nSee shitops ", await FaultOfAsync(arguments), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--kafka", "", "HOST:PORT")]
    [InlineData("--topic", "", "NAME")]
    [InlineData("--topic", " ", "NAME")]
    public async Task An_option_without_its_value_does_not_mean_the_default(string option, string value, string expected)
    {
        using var scratch = new ScratchDirectory();
        Assert.Equal(
            $"{option}: expected {expected}, found \"{value}\"\nSee shitops produce --help\n",
            await FaultOfAsync("produce", "--dry-run", option, value, scratch.File("none.jsonl", "")));
    }

    [Fact]
    public void The_environment_goes_before_local_settings()
    {
        using var scratch = new ScratchDirectory();
        scratch.File("local.settings.json", """{"Values":{"KafkaBrokers":"file:1","KafkaTopic":"of-the-file"}}""");
        var environment = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["KafkaTopic"] = "of-the-environment" }).Build();
        var settings = AppSettings.Read(scratch.Path, environment);
        Assert.Equal(("file:1", "of-the-environment"), (settings["KafkaBrokers"], settings["KafkaTopic"]));
    }

    [Theory]
    [InlineData("""{"Values":{"KafkaProtocol":"Pigeon"}}""", "the setting KafkaProtocol is \"Pigeon\"; expected one of ")]
    [InlineData("""{"Values":""", "{0}/local.settings.json: ")]
    public async Task Local_settings_that_cannot_be_used_exit_with_2_and_one_line(string json, string message)
    {
        using var scratch = new ScratchDirectory();
        scratch.File("local.settings.json", json);
        using var process = CommandProcess.StartIn(scratch.Path, ["produce", scratch.File("none.jsonl", "")], ("KafkaProtocol", null));
        var (exitCode, output, error) = await process.EndAsync();
        Assert.Equal((2, ""), (exitCode, output));
        Assert.StartsWith(message.Replace("{0}", scratch.Path, StringComparison.Ordinal), Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("jira", "none of {0} is a Jira issue: is this \"import github\"?")]
    [InlineData("github", "none of {0} is a GitHub issue: is this \"import jira\"?")]
    public async Task A_file_of_another_tracker_is_not_reported_line_by_line(string tracker, string hint)
    {
        using var scratch = new ScratchDirectory();
        var other = (tracker == "jira" ? Imported.GitHubRecord() : Imported.JiraRecord()).ToJsonString();
        var (wrong, mixed) = (scratch.File("a.jsonl", [.. Enumerable.Repeat(other, 1825)]), scratch.File("b.jsonl", other, (tracker == "jira" ? Imported.JiraRecord() : Imported.GitHubRecord()).ToJsonString()));

        var run = await CommandRun.OfAsync(["import", tracker, "--dry-run", wrong, mixed]);

        var lines = run.Error.Split('\n');
        Assert.All(lines[..10], line => Assert.StartsWith($"{wrong}:", line, StringComparison.Ordinal));
        Assert.Equal(hint.Replace("{0}", wrong, StringComparison.Ordinal), lines[10]);
        Assert.StartsWith($"{mixed}:1: ", lines[11], StringComparison.Ordinal);
        Assert.Equal($"{wrong}: … and 1,815 more", lines[12]);
        Assert.EndsWith("\n1,826 inputs were left out, see above\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ten_faults_of_a_file_are_all_shown()
    {
        using var scratch = new ScratchDirectory();
        var run = await CommandRun.OfAsync(["produce", "--dry-run", scratch.File("a.jsonl", [.. Enumerable.Repeat("{}", 10)])]);
        Assert.Contains("a.jsonl:10: ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("more", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gz_file_that_is_not_gzip_is_said_once()
    {
        using var scratch = new ScratchDirectory();
        var fake = scratch.File("fake.jsonl.gz", "{}", "{}");
        var run = await CommandRun.OfAsync(["produce", "--dry-run", fake]);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"{fake}: is not gzip\n0 events ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "import", "jira")]
    [InlineData("\n \n", "import", "github")]
    [InlineData("", "produce")]
    [InlineData("", "import", "allocations")]
    [InlineData("\n\n", "import", "allocations")]
    [InlineData("allocation,project,resource,hoursPerWeek,from\n", "import", "allocations")]
    public async Task A_file_without_records_is_no_fault(string text, params string[] command)
    {
        using var scratch = new ScratchDirectory();
        var empty = scratch.File("empty", text);
        var run = await CommandRun.OfAsync([.. command, "--dry-run", empty]);
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith($"{empty}: holds nothing\n0 events ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_says_how_to_run_it_and_where_tls_comes_from()
    {
        Assert.Contains("dotnet run --project cli -- …", (await CommandRun.OfAsync(["--help"])).Output, StringComparison.Ordinal);
        Assert.Contains("KafkaProtocol, KafkaSslCaPem", (await CommandRun.OfAsync(["produce", "--help"])).Output, StringComparison.Ordinal);
    }

    /// <summary>What a command line that cannot be used is answered with.</summary>
    private static async Task<string> FaultOfAsync(params string[] arguments)
    {
        var run = await CommandRun.OfAsync(arguments);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        return run.Error;
    }
}
