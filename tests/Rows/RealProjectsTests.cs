using System.Text.Json;
using ShitOps.Tests.Cli;

namespace ShitOps.Tests.Rows;

/// <summary>Whole exports of real trackers, imported by the command line into Kafka, consumed by a function app, and read as rows.</summary>
[Collection(nameof(AppCollection))]
public class RealProjectsTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    // What goes by the clock, and when storage was last written.
    private static readonly string[] ProcessTimes = ["lastWritten", "ageSeconds", "blockedSeconds"];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Rows_are_what_the_exports_hold_through_a_crash_and_a_second_import()
    {
        string[] jira = [.. RealData.Files("jira")], gitHub = [.. RealData.Files("github")];
        var expected = jira.SelectMany(RealData.Lines).Select(JiraIssue).Concat(gitHub.SelectMany(RealData.Lines).Select(GitHubIssue))
            .GroupBy(issue => issue.Project).OrderBy(project => project.Key, StringComparer.Ordinal)
            .Select(project => (project.Key, (long)project.Count(), (long)project.Count(issue => issue.IsOpen), (long)project.Count(issue => !issue.IsOpen))).ToList();
        var topic = await kafka.CreateTopicAsync(partitions: 8);
        var stream = Some.Name("stream");
        var slices = Some.Slices();

        // The app is killed when it has counted a part of what is there.
        var app = await StartAsync(topic, stream, slices);
        var importing = ImportAsync(topic, jira, gitHub);
        await app.HealthWhenAsync(health => Counted(health) > 0 && (Counted(health) > 10_000 || importing.IsCompleted), Patience);
        app.Kill();
        await app.DisposeAsync();
        await using var restarted = await StartAsync(topic, stream, slices);
        await importing;
        var records = await RecordsAsync(restarted, topic);

        Assert.Equal(expected, Numbers(await RowsAsync(restarted, "projects")));
        var before = await AllRowsAsync(restarted);

        await ImportAsync(topic, jira, gitHub);
        Assert.Equal(2 * records, await RecordsAsync(restarted, topic));
        Assert.Equal(before, await AllRowsAsync(restarted));
        var partitions = await RowsAsync(restarted, "partitions");
        Assert.Equal(2 * records, Sum("applied", "late", "repeated", "superseded", "contradictory", "ignored"));

        // What was repeated and is no more retained counts as superseded.
        Assert.Equal(records, Sum("repeated", "superseded"));
        Assert.InRange(Sum("superseded"), 0, records / 100);

        long Sum(params IEnumerable<string> outcomes) => partitions.Sum(row => outcomes.Sum(outcome => row.GetProperty(outcome).GetInt64()));
    }

    private Task<FunctionAppProcess> StartAsync(string topic, string stream, int slices) => FunctionAppProcess.StartAsync(
        azurite.ConnectionString, kafka.Brokers, topic, stream, ("Slices", $"{slices}"), ("AzureFunctionsJobHost__extensions__kafka__sessionTimeoutMs", "6000"));

    private async Task ImportAsync(string topic, string[] jira, string[] gitHub)
    {
        var environment = new Dictionary<string, string?> { ["KafkaBrokers"] = kafka.Brokers, ["KafkaTopic"] = topic };
        foreach (var arguments in new[] { ["import", "jira", .. jira], new[] { "import", "github" }.Concat(gitHub).ToArray() })
        {
            var run = await Task.Run(() => CommandRun.OfAsync(arguments, environment));
            Assert.True(run.ExitCode == 0, run.Error);
        }
    }

    /// <summary>Waits until everything that is on the topic is in the aggregates and in the archive, and fails unless each has it once.</summary>
    private async Task<long> RecordsAsync(FunctionAppProcess app, string topic)
    {
        var records = kafka.CountRecords(topic);
        var health = await app.HealthWhenAsync(
            health => Counted(health) >= records && health.TryGetProperty("archive", out var archive) && archive.GetProperty("events").GetInt64() >= records, Patience);
        Assert.Equal((records, 0, 0), (Counted(health), health.GetProperty("lag").GetInt64(), health.GetProperty("deadLetters").GetInt64()));
        Assert.Equal((records, 0), (health.GetProperty("archive").GetProperty("events").GetInt64(), health.GetProperty("archive").GetProperty("lag").GetInt64()));
        return records;
    }

    private static long Counted(JsonElement health) => health.GetProperty("events").GetProperty("decoded").GetInt64();

    private static List<(string Project, long Created, long Open, long Closed)> Numbers(List<JsonElement> rows) =>
        [.. rows.Select(row => (
            row.GetProperty("project").GetString()!,
            row.GetProperty("tasksCreated").GetInt64(),
            row.GetProperty("tasksOpen").GetInt64(),
            row.GetProperty("tasksDone").GetInt64() + row.GetProperty("tasksCancelled").GetInt64())).OrderBy(one => one.Item1, StringComparer.Ordinal)];

    /// <summary>Every row of what the events say, cell by cell.</summary>
    private static async Task<List<string>> AllRowsAsync(FunctionAppProcess app)
    {
        List<string> cells = [];
        foreach (var route in new[] { "projects", "tasks", "resources", "teams" })
        {
            foreach (var row in await RowsAsync(app, route))
                cells.Add($"{route} {string.Join(' ', row.EnumerateObject().Where(cell => !ProcessTimes.Contains(cell.Name)).Select(cell => $"{cell.Name}={cell.Value.GetRawText()}"))}");
        }

        return cells;
    }

    private static async Task<List<JsonElement>> RowsAsync(FunctionAppProcess app, string route)
    {
        List<JsonElement> rows = [];
        for (string? token = null; ;)
        {
            using var answer = await app.Http.GetAsync($"api/rows/{route}?limit=10000{(token is null ? "" : $"&continuation={token}")}");
            rows.AddRange(JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync()).RootElement.EnumerateArray());
            if (!answer.Headers.TryGetValues("x-continuation-token", out var tokens)) return rows;
            token = tokens.Single();
        }
    }

    private static Issue JiraIssue(string line)
    {
        using var json = JsonDocument.Parse(line);
        var fields = json.RootElement.GetProperty("fields");
        return new Issue(
            fields.GetProperty("project").GetProperty("key").GetString()!,
            fields.GetProperty("status").GetProperty("statusCategory").GetProperty("key").GetString() != "done");
    }

    private static Issue GitHubIssue(string line)
    {
        using var json = JsonDocument.Parse(line);
        return new Issue(json.RootElement.GetProperty("repository").GetString()!, json.RootElement.GetProperty("issue").GetProperty("state").GetString() == "open");
    }

    /// <summary>What a record says that the sums depend on.</summary>
    private sealed record Issue(string Project, bool IsOpen);
}
