using System.Text.Json;
using ShitOps.Asking;
using ShitOps.Planning;
using ShitOps.Tests.Archive;
using ShitOps.Tests.Rows;

namespace ShitOps.Tests.Asking;

/// <summary>What changed is the same whether the archive is searched project by project or as a whole.</summary>
[Collection(nameof(ArchiveCollection))]
public sealed class ChangePlansTests(BrokerFixture kafka, ArchiveAzurite azurite)
{
    [Fact]
    public async Task Changes_are_the_same_by_every_plan()
    {
        var stage = await ArchiveStage.OpenAsync(azurite, seed: 3);
        await stage.AppendAsync(partitions: 2, segments: 6, rows: 60);
        var rows = stage.Rows.Values.SelectMany(all => all).ToList();
        var times = rows.Select(row => row.Time).Order().ToList();
        var (first, middle) = (DateOnly.FromDateTime(times[0].UtcDateTime), DateOnly.FromDateTime(times[times.Count / 2].UtcDateTime));
        var projects = ProjectsOf(stage).Take(3).ToList();
        using var app = await StartAsync(stage);

        var withRows = 0;
        foreach (var names in (string[])[Quoted(projects[0]), string.Join(", ", projects.Select(Quoted)), "\"nowhere\""])
        {
            foreach (var line in (string[])
            [
                $"audit changes where project = {names}", $"audit changes count where project = {names}", $"audit changes count where project = {names} by project", $"audit changes where project = {names} from {first:yyyy-MM-dd} to {middle:yyyy-MM-dd}",
                $"audit changes count where project = {names} and change = \"status\" by change", $"audit changes where project = {names} and task = \"T-3\" limit 5", $"audit changes where project = {names} limit 5",
            ])
            {
                var query = QueryText.Parse(line);
                var plans = QueryPlans.Of(query, app.Now);
                Assert.Equal([PlanReach.Listed, PlanReach.All], plans.Select(plan => plan.Reach).Distinct().Order());
                var expected = await app.RowsOfAsync(query, plans[0]);
                withRows += JsonDocument.Parse(expected).RootElement.GetArrayLength() > 1 ? 1 : 0;
                foreach (var plan in plans) Assert.Equal(expected, await app.RowsOfAsync(query, plan));
            }
        }

        Assert.True(withRows > 4, $"{withRows} answers have rows");
    }

    [Fact]
    public async Task A_trend_counts_each_change_in_its_step()
    {
        using var app = await StartAsync(await StageAsync());
        foreach (var span in (string[])[$"from {Day(10)} to {Day(40)}", $"to {Day(40)}", $"from {Day(10)}"])
        {
            var plan = QueryPlans.Of(QueryText.Parse("audit changes"), app.Now)[0];
            var changes = JsonDocument.Parse(await app.RowsOfAsync(QueryText.Parse($"audit changes {span} limit 5000"), plan)).RootElement.EnumerateArray()
                .Select(row => (Time: row.GetProperty("time").GetDateTimeOffset(), Change: row.GetProperty("change").GetString())).ToList();
            var trend = JsonDocument.Parse(await app.RowsOfAsync(QueryText.Parse($"audit changes count by change {span} step 1d"), plan)).RootElement.EnumerateArray().ToList();

            Assert.True(changes.Count > 50 && trend.Count > 100, $"{changes.Count} changes, {trend.Count} counts");
            Assert.Equal(changes.Count, trend.Sum(row => row.GetProperty("value").GetInt64()));
            Assert.All(trend, row => Assert.Equal(
                changes.Count(one => one.Change == row.GetProperty("change").GetString() && one.Time >= row.GetProperty("time").GetDateTimeOffset() && one.Time < row.GetProperty("until").GetDateTimeOffset()),
                row.GetProperty("value").GetInt64()));
        }
    }

    [Fact]
    public async Task A_trend_of_too_many_values_is_refused()
    {
        using var app = await StartAsync(await StageAsync());
        var query = QueryText.Parse($"audit changes count by task from {Day(-350)} to {Day(60)} step 1h");

        var fault = await Assert.ThrowsAsync<QuerySpanException>(() => app.RowsOfAsync(query, QueryPlans.Of(query, app.Now)[0]));

        Assert.EndsWith("steps are more than the 1,000,000 values of an answer; take a longer step or a shorter span, or name what is compared.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Few_that_pass_among_many_that_do_not_are_found_by_one_search()
    {
        var stage = await StageAsync();
        var projects = ProjectsOf(stage);
        var sent = 0;
        using var app = await StartAsync(stage, () => Interlocked.Increment(ref sent));

        // The search for the newest of all reads what there is, as each of many would.
        await RequestsAsync("audit changes limit 1");
        var once = await RequestsAsync("audit changes limit 1");
        Assert.Equal(once, await RequestsAsync($"audit changes where project != {string.Join(", ", projects.SkipLast(1).Select(Quoted))} limit 1"));
        Assert.Equal(once, await RequestsAsync("audit changes where task = \"T-1\", \"T-2\" limit 1"));
        Assert.Equal(once, await RequestsAsync($"audit changes where project = {Quoted(projects[^1])} limit 1"));

        async Task<int> RequestsAsync(string line)
        {
            sent = 0;
            var query = QueryText.Parse(line);
            Assert.Equal(1, JsonDocument.Parse(await app.RowsOfAsync(query, QueryPlans.Of(query, app.Now).First(plan => plan.Reach == PlanReach.All))).RootElement.GetArrayLength());
            return sent;
        }
    }

    [Fact]
    public async Task A_count_stops_at_the_first_project_that_has_too_many()
    {
        var stage = await StageAsync();
        var projects = ProjectsOf(stage).Take(3).ToList();
        var sent = 0;
        using var app = await StartAsync(stage);
        var audit = stage.Audit(new FaultyTransport(_ => Fault.None, _ => Interlocked.Increment(ref sent)));

        await RequestsAsync(projects.Take(1));
        var once = await RequestsAsync(projects.Take(1));
        Assert.Equal(once, await RequestsAsync(projects));

        async Task<int> RequestsAsync(IEnumerable<string> names)
        {
            sent = 0;
            var query = QueryText.Parse($"audit changes count where project = {string.Join(", ", names.Select(Quoted))}");
            var plan = QueryPlans.Of(query, app.Now).First(one => one.Reach == PlanReach.Listed) with { Concurrency = 1 };
            var answers = new ChangeAnswers(audit, query, plan, await AskedFor.OfAsync(query, app.Rows.Names, default), app.Now) { MostCounted = 5 };
            var fault = await Assert.ThrowsAsync<QuerySpanException>(() => answers.RowsAsync(_ => Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>()), default));
            Assert.Equal("To answer this is too much: there are more than 5 changes. Name a project or a task, or ask for a shorter time.", fault.Message);
            return sent;
        }
    }

    private static string Day(int days) => Some.Time.AddDays(days).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private static string Quoted(string name) => JsonSerializer.Serialize(name, new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The projects of an archive, that of the most events first.</summary>
    private static List<string> ProjectsOf(ArchiveStage stage) =>
        [.. stage.Rows.Values.SelectMany(all => all).CountBy(row => row.Project, StringComparer.Ordinal).OrderByDescending(one => one.Value).Select(one => one.Key)];

    private async Task<ArchiveStage> StageAsync()
    {
        var stage = await ArchiveStage.OpenAsync(azurite, seed: 4);
        await stage.AppendAsync(partitions: 2, segments: 6, rows: 80);
        return stage;
    }

    private async Task<AskApp> StartAsync(ArchiveStage stage, Action? sent = null)
    {
        var started = await RowsApp.StartAsync(kafka, azurite);
        started.Time.Advance(stage.Rows.Values.SelectMany(all => all).Max(row => row.Time).AddDays(1) - started.Time.GetUtcNow());
        return new AskApp(started, stage.Audit(new FaultyTransport(_ => Fault.None, _ => sent?.Invoke())));
    }
}
