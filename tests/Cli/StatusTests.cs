using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ShitOps.Cli.Health;
using ShitOps.Pipeline;

namespace ShitOps.Tests.Cli;

/// <summary><c>status</c> against a server that answers as the function app does.</summary>
public class StatusTests
{
    private const string Report = """
        {"status":"STATUS","faults":[FAULTS],"stream":"local","topic":"shitops-events","partitions":[
          {"partition":1,"endOffset":123456,"checkpoint":120,"lag":123336,"newestEventTime":"2026-01-31T12:00:00Z","lastProcessed":"2026-01-31T12:00:00Z","behindSeconds":90.4,"archiveCheckpoint":123000,"archiveLag":456},
          {"partition":0,"checkpoint":5}],
         "events":{"decoded":1000,"unknown":2,"undecodable":3,"byType":{"task.created":10,"task.assigned":990}},"lag":123336,"deadLetters":3,"behindSeconds":90.4}
        """;

    [Fact]
    public void A_report_reads_as_text()
    {
        Assert.Equal(
            [
                "healthy   stream local   topic shitops-events   lag 123,336 (90 s)   dead letters 3",
                "",
                "partition           end    checkpoint          lag    behind  archive lag    processed  newest event",
                "        0             -             5            -         -            -            -             -",
                "        1       123,456           120      123,336      90 s          456     10 s ago      10 s ago",
                "",
                "events: 1,000 decoded, 2 of unknown type, 3 undecodable",
                "  task.assigned                    990",
                "  task.created                      10",
            ],
            HealthText.Lines(HealthEndpoint.Parse(Of("healthy")), new DateTimeOffset(2026, 1, 31, 12, 0, 10, TimeSpan.Zero)));
    }

    [Theory]
    [InlineData(100, "newest event")]
    [InlineData(99, "processed")]
    [InlineData(80, "archive lag")]
    [InlineData(72, "behind")]
    [InlineData(8, "partitio")]
    public void A_narrow_screen_leaves_out_whole_columns(int width, string last)
    {
        var table = HealthText.Fit(HealthEndpoint.Parse(Of("healthy")), DateTimeOffset.UnixEpoch, width, height: 40).SkipWhile(line => !line.StartsWith("partitio", StringComparison.Ordinal)).Take(3).ToList();
        Assert.EndsWith(last, table[0], StringComparison.Ordinal);
        Assert.All(table, line => Assert.Equal(table[0].Length, line.Length));
    }

    [Fact]
    public void Lists_that_another_version_leaves_out_are_empty_and_what_it_adds_is_ignored()
    {
        var report = HealthEndpoint.Parse("""{"status":"healthy","stream":"s","topic":"t","lag":7,"partitions":null,"events":{"decoded":1,"unknown":0},"mood":["calm"]}""");
        Assert.Equal(
            ["healthy   stream s   topic t   lag 7   dead letters 0", "", "events: 1 decoded, 0 of unknown type, 0 undecodable"],
            HealthText.Lines(report, DateTimeOffset.UnixEpoch));
        Assert.Empty(report.Faults);
    }

    [Theory]
    [InlineData(200, "healthy", "", 0, "")]
    [InlineData(200, "degraded", "", 1, "")]
    [InlineData(503, "degraded", "\"Kafka does not answer: timed out\",\"storage does not answer: refused\"", 1, "Kafka does not answer: timed out\nstorage does not answer: refused\n")]
    public async Task The_exit_code_tells_health_and_standard_error_what_is_wrong(int code, string status, string faults, int exitCode, string error)
    {
        await using var app = await StartAsync(request =>
            Results.Text(request.Headers["x-functions-key"] == "secret" ? Of(status, faults) : "{}", "application/json", statusCode: code));
        var run = await CommandRun.OfAsync(["status", "--url", app.Urls.Single(), "--key", "secret"]);
        Assert.Equal((exitCode, error), (run.ExitCode, run.Error));
        Assert.StartsWith($"{status}   stream local", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "", " wants a function key: give it with --key\n")]
    [InlineData(404, "", " answers 404 to GET /api/health: is it a ShitOps function app? Name another with --url\n")]
    [InlineData(404, "{}", " answers 404 to GET /api/health: is it a ShitOps function app? Name another with --url\n", "application/problem+json")]
    [InlineData(200, "{}", " answers GET /api/health with something else than a report: is it a ShitOps function app? Name another with --url\n")]
    [InlineData(200, "null", " answers GET /api/health with something else than a report: is it a ShitOps function app? Name another with --url\n")]
    [InlineData(200, "<html>", " answers GET /api/health with something else than a report: is it a ShitOps function app? Name another with --url\n")]
    public async Task An_answer_that_is_no_report_is_said_in_one_line(int code, string body, string message, string type = "text/html")
    {
        await using var app = await StartAsync(_ => Results.Text(body, type, statusCode: code));
        var run = await CommandRun.OfAsync(["status", "--url", app.Urls.Single()]);
        Assert.Equal((1, "", $"{app.Urls.Single()}/{message}"), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public async Task An_app_that_is_not_there_is_said_in_one_line()
    {
        await using var app = await StartAsync(_ => Results.Ok());
        var url = app.Urls.Single();
        await app.StopAsync();
        var run = await CommandRun.OfAsync(["status", "--url", url]);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"{url}/ does not answer (Connection refused): ", run.Error, StringComparison.Ordinal);
        Assert.EndsWith(": start it with \"dotnet run --project local\", or name another with --url\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_on_this_machine_is_asked_past_any_proxy()
    {
        await using var app = await StartAsync(_ => Results.Text(Of("healthy"), "application/json"));
        using var process = CommandProcess.Start(["status", "--url", app.Urls.Single()], ("http_proxy", "http://127.0.0.1:9"), ("no_proxy", null), ("NO_PROXY", null));
        var (exitCode, output, error) = await process.EndAsync();
        Assert.Equal((0, ""), (exitCode, error));
        Assert.StartsWith("healthy   ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watching_says_what_is_wrong_until_it_is_interrupted()
    {
        await using var app = await StartAsync(_ => Results.Text(Of("degraded", "\"storage does not answer\""), "application/json", statusCode: 503));
        using var process = CommandProcess.Start(["status", "--watch", "--url", app.Urls.Single()]);
        Assert.StartsWith("degraded   ", await process.Output.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await process.InterruptAsync();
        var (exitCode, _, error) = await process.EndAsync();
        Assert.Equal(1, exitCode);
        Assert.StartsWith("storage does not answer\n", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/api")]
    [InlineData("/api/")]
    [InlineData("/api/health")]
    public async Task The_address_of_the_app_or_of_its_health_will_do(string path)
    {
        await using var app = await StartAsync(_ => Results.Text(Of("healthy"), "application/json"));
        Assert.Equal(0, (await CommandRun.OfAsync(["status", "--url", app.Urls.Single() + path])).ExitCode);
    }

    [Theory]
    [InlineData(30, "degraded|storage is away||partition|0|1|2|3||events:|t0|t1|t2|t3")]
    [InlineData(14, "degraded|storage is away||partition|0|1|2|3||events:|t0|t1|t2|t3")]
    [InlineData(13, "degraded|storage is away||partition|0|1|2|3||events:|t0|t1|+2 more")]
    [InlineData(11, "degraded|storage is away||partition|0|1|2|3||events:|+4 more")]
    [InlineData(10, "degraded|storage is away||partition|0|1|2|3||events:")]
    [InlineData(9, "degraded|storage is away||partition|0|1|+2 more||events:")]
    [InlineData(7, "degraded|storage is away||partition|+4 more||events:")]
    [InlineData(6, "degraded|storage is away||events:")]
    [InlineData(4, "degraded|storage is away||events:")]
    [InlineData(1, "degraded")]
    public void A_low_screen_drops_event_types_then_partitions_and_never_the_health(int height, string expected)
    {
        var words = HealthText.Fit(Unwell(partitions: 4, types: 4, "storage is away"), DateTimeOffset.UnixEpoch, width: 80, height)
            .Select(line => line.StartsWith('s') || line.Contains('+', StringComparison.Ordinal) ? line.Trim() : line.Trim().Split(' ')[0]);
        Assert.Equal(expected, string.Join('|', words));
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(80, 23)]
    [InlineData(40, 10)]
    [InlineData(10, 5)]
    public void Whatever_is_wrong_the_health_line_stands_on_top_and_nothing_is_wider_or_higher_than_the_screen(int width, int height)
    {
        var faults = Enumerable.Range(0, 3).Select(i => $"partition {i} has not moved for a long time although there is plenty to read and {new string('x', 100)}").ToArray();
        var lines = HealthText.Fit(Unwell(partitions: 32, types: 20, faults), DateTimeOffset.UnixEpoch, width, height);
        Assert.StartsWith("degraded", lines[0], StringComparison.Ordinal);
        Assert.InRange(lines.Count, 1, height);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
    }

    [Fact]
    public void A_long_fault_is_broken_at_blanks()
    {
        var lines = HealthText.Fit(Unwell(partitions: 0, types: 0, "storage does not answer"), DateTimeOffset.UnixEpoch, width: 12, height: 30);
        Assert.Equal(["storage does", "not answer", ""], lines.SkipWhile(line => !line.StartsWith("storage", StringComparison.Ordinal)).Take(3));
    }

    [Fact]
    public void The_rows_of_a_large_topic_stay_under_80_columns_on_a_screen_that_has_80()
    {
        var now = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
        var report = HealthEndpoint.Parse("""
            {"status":"healthy","faults":[],"stream":"s","topic":"t","partitions":[{"partition":999,"endOffset":999999999,"checkpoint":999999999,"lag":999999999,
             "newestEventTime":"1970-01-01T00:00:00Z","lastProcessed":"1970-01-01T00:00:00Z"}],"events":{"decoded":1,"unknown":0,"undecodable":0}}
            """);
        var row = HealthText.Lines(report, now)[3];
        Assert.EndsWith("20,484 d ago", row, StringComparison.Ordinal);
        var screen = HealthText.Fit(report, now, width: 80, height: 30);
        Assert.All(screen, line => Assert.InRange(line.Length, 0, 79));
        Assert.Equal(report.Partitions.Count, screen.Count(line => line.TrimStart().StartsWith("999 ", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_event_may_lie_ahead()
    {
        Assert.EndsWith("       in 30 s", HealthText.Lines(HealthEndpoint.Parse(Of("healthy")), new DateTimeOffset(2026, 1, 31, 11, 59, 30, TimeSpan.Zero))[4], StringComparison.Ordinal);
    }

    [Fact]
    public void Projects_are_shown_in_short_those_with_the_most_open_tasks_first()
    {
        var projects = new ProjectsSeen(
            [.. Enumerable.Range(0, 11).Select(i => new ProjectSeen($"P-{i:D2}", null, i % 10, 1, 2, 3)), new ProjectSeen(new string('x', 40), new DateOnly(2026, 6, 30), 1_234_567, 2, 3, 4)], AreAll: true, Fault: null);
        var lines = HealthText.Lines(HealthEndpoint.Parse(Of("healthy")), DateTimeOffset.UnixEpoch, projects).SkipWhile(line => !line.StartsWith("projects", StringComparison.Ordinal)).ToList();
        Assert.Equal(
            [
                "projects: 12 with 1,234,612 open tasks, of which 13 blocked",
                "  project                          open  blocked      wip     done  due",
                "  xxxxxxxxxxxxxxxxxxxxxxxxxx… 1,234,567        2        3        4  2026-06-30",
                "  P-09                                9        1        2        3  -",
            ],
            lines[..4]);
        Assert.Equal(12, lines.Count);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 79));
    }

    [Theory]
    [InlineData(22, "head||partition|0|1|2|3||events:|t0|t1|t2|t3||projects:|project|P-0|P-1|P-2|P-3|P-4")]
    [InlineData(20, "head||partition|0|1|2|3||events:|t0|t1|+2 more||projects:|project|P-0|P-1|P-2|P-3|P-4")]
    [InlineData(16, "head||partition|0|1|2|3||events:||projects:|project|P-0|P-1|P-2|P-3")]
    [InlineData(12, "head||partition|0|1|2|3||events:|+4 more||projects:")]
    [InlineData(10, "head||partition|0|1|2|3||events:|+4 more")]
    [InlineData(8, "head||partition|0|1|+2 more||events:")]
    public void A_low_screen_drops_event_types_then_projects_then_partitions(int height, string expected)
    {
        var projects = new ProjectsSeen([.. Enumerable.Range(0, 5).Select(i => new ProjectSeen($"P-{i}", null, 10 - i, 0, 0, 0))], AreAll: true, Fault: null);
        var words = HealthText.Fit(Unwell(partitions: 4, types: 4), DateTimeOffset.UnixEpoch, width: 80, height, projects)
            .Select(line => line.StartsWith("degraded", StringComparison.Ordinal) ? "head" : line.Contains('+', StringComparison.Ordinal) ? line.Trim() : line.Trim().Split(' ')[0]);
        Assert.Equal(expected, string.Join('|', words));
    }

    [Theory]
    [InlineData(200, "[]", "projects: none yet")]
    [InlineData(200, """[{"project":"A","due":"2026-06-30","tasksOpen":3,"tasksBlocked":1,"wip":2,"tasksDone":4,"team":null}]""", "projects: 1 with 3 open tasks, of which 1 blocked")]
    [InlineData(200, "<html>", "projects: not shown, GET /api/rows/projects answers something else")]
    [InlineData(401, "", "projects: not shown, they want a function key: give it with --key")]
    [InlineData(404, "", "projects: not shown, GET /api/rows/projects answers 404")]
    public async Task Health_is_told_whatever_becomes_of_the_projects(int code, string body, string expected)
    {
        await using var app = await StartAsync(_ => Results.Text(Of("healthy"), "application/json"), () => Results.Text(body, "application/json", statusCode: code));
        var run = await CommandRun.OfAsync(["status", "--url", app.Urls.Single() + "/api"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains($"\n\n{expected}\n", run.Output, StringComparison.Ordinal);
    }

    private static HealthReport Unwell(int partitions, int types, params string[] faults) => HealthEndpoint.Parse($$"""
        {"status":"degraded","faults":{{JsonSerializer.Serialize(faults)}},"stream":"local","topic":"shitops-events",
         "partitions":[{{string.Join(',', Enumerable.Range(0, partitions).Select(i => $$"""{"partition":{{i}}}"""))}}],
         "events":{"decoded":1,"unknown":0,"undecodable":0,"byType":{ {{string.Join(',', Enumerable.Range(0, types).Select(i => $"\"t{i}\":1"))}} } } }
        """);

    private static string Of(string status, string faults = "") =>
        Report.Replace("STATUS", status, StringComparison.Ordinal).Replace("FAULTS", faults, StringComparison.Ordinal);

    private static async Task<WebApplication> StartAsync(Func<HttpRequest, IResult> answer, Func<IResult>? projects = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/api/health", (HttpRequest request) => answer(request));
        if (projects is not null) app.MapGet("/api/rows/projects", projects);
        await app.StartAsync();
        return app;
    }
}
