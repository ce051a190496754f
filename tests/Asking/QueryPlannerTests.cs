using System.Text.Json;
using ShitOps.Events;
using ShitOps.History;
using ShitOps.Planning;
using ShitOps.Rows;
using ShitOps.Tests.Rows;

namespace ShitOps.Tests.Asking;

/// <summary>What is chosen, kept and noted around answers.</summary>
[Collection(nameof(AppCollection))]
public sealed class QueryPlannerTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    private static readonly Query Settled = QueryText.Parse("report open-tasks by project from 2026-01-28 to 2026-01-29");

    [Fact]
    public async Task What_series_gave_from_memory_is_not_kept_as_of_now()
    {
        using var app = await StartAsync(trust: TimeSpan.FromHours(1));
        var fleet = (await app.Names.GetAsync(default)).Fleet;

        var planner = app.OpenPlanner(app.Preferring(PlanSource.Series, Settled, fleet), TimeSpan.FromMinutes(2));
        for (var i = 0; i < 4; i++) Assert.Equal(PlanSource.Series, (await planner.AnswerAsync(Settled, fleet, app.Now, default)).Taken.Plan.Source);
        await app.Rows.StateAsync(Task("L-2", DayOf(28)));
        await planner.AnswerAsync(Settled, fleet, app.Now, default);

        var version = await app.Settled.VersionAsync(Settled, default);
        if (app.Settled.At(Settled, version) is { } kept) Assert.Equal(await app.RowsOfAsync(Settled, QueryPlan.Parse("tasks/all/1")!), System.Text.Encoding.UTF8.GetString(JsonRows.Write(kept)));
        Assert.False(app.Settled.Has(Settled));
    }

    [Theory]
    [InlineData(null, null, "from 2026-01-28 to 2026-01-29", true)]
    [InlineData(null, null, "to 2026-01-29", true)]
    [InlineData(2, null, "from 2026-01-28 to 2026-01-29", false)]
    [InlineData(2, null, "to 2026-01-30", false)]
    [InlineData(2, null, "on 2026-01-30", true)]
    [InlineData(null, 2, "from 2026-01-28 to 2026-01-29", false)]
    [InlineData(null, 2, "on 2026-01-30", true)]
    public async Task Series_are_read_only_of_days_that_they_have_by_the_hour(int? retention, int? hourly, string span, bool hasSeries)
    {
        using var app = await StartAsync(history: new HistorySettings(retention, hourly, CacheBytes: 1 << 20));
        var query = QueryText.Parse($"report open-tasks by project {span}");

        var plans = app.Planner.Explain(query, (await app.Names.GetAsync(default)).Fleet, app.Now);

        Assert.Equal(hasSeries, plans.Any(plan => plan.Candidate.Plan.Source == PlanSource.Series));
        var expected = await app.RowsOfAsync(query, QueryPlan.Parse("tasks/all/1")!);
        foreach (var plan in plans) Assert.Equal(expected, await app.RowsOfAsync(query, plan.Candidate.Plan));
    }

    [Fact]
    public async Task In_the_place_of_a_kept_answer_that_is_out_of_date_is_said_what_was_read()
    {
        using var app = await StartAsync();
        var fleet = (await app.Names.GetAsync(default)).Fleet;
        await KeepAsync(app);
        var planner = app.OpenPlanner(app.Preferring(PlanSource.Kept, Settled, fleet), TimeSpan.FromMinutes(2));
        Assert.Equal(PlanSource.Kept, (await planner.AnswerAsync(Settled, fleet, app.Now, default)).Taken.Plan.Source);
        await app.Rows.StateAsync(Task("L-2", DayOf(28)));

        var (page, taken) = await planner.AnswerAsync(Settled, fleet, app.Now, default);

        Assert.Contains(taken.Candidates, plan => plan.Source == PlanSource.Kept);
        Assert.NotEqual(PlanSource.Kept, taken.Plan.Source);
        Assert.Equal(await app.RowsOfAsync(Settled, QueryPlan.Parse("tasks/all/1")!), System.Text.Encoding.UTF8.GetString(JsonRows.Write(page)));
    }

    [Fact]
    public async Task What_is_explained_and_run_is_the_plan_that_was_read()
    {
        using var app = await StartAsync();
        await KeepAsync(app);
        for (var i = 0; i < 6; i++)
        {
            if (i % 2 == 1) await app.Rows.StateAsync(Task($"L-{i}", DayOf(28)));
            var answer = await app.ExplainAsync($"?run=true&query={Uri.EscapeDataString(Settled.ToString())}");

            Assert.True(answer.Status == 200, answer.Body);
            var json = JsonDocument.Parse(answer.Body).RootElement;
            Assert.Equal(json.GetProperty("spent").GetProperty("plan").GetString(), json.GetProperty("nodes").EnumerateArray().Single(node => node.GetProperty("id").GetString() == "plan").GetProperty("title").GetString());
        }
    }

    [Fact]
    public async Task What_was_broken_off_is_noted_and_others_learn_from_it()
    {
        using var app = await StartAsync();
        var fleet = (await app.Names.GetAsync(default)).Fleet;
        var hasty = app.OpenPlanner(new CostModel(new Random(1)), mostTime: TimeSpan.Zero);
        await Assert.ThrowsAsync<TimeoutException>(() => hasty.AnswerAsync(Settled, fleet, app.Now, default));
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => app.Planner.AnswerAsync(Settled, fleet, app.Now, gone.Token));
        await app.Planner.AnswerAsync(Settled, fleet, app.Now, default);
        await app.Log.FlushAsync(default);

        Assert.Equal([QueryOutcome.Answered, QueryOutcome.TimedOut, QueryOutcome.GivenUp], (await app.Log.LatestAsync(10, default)).Select(one => one.Outcome).Order());
        app.Rows.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(0.05, (await app.Log.LoadAsync(default)).PerSecond);
    }

    [Fact]
    public async Task Kept_answers_take_no_more_memory_than_they_may()
    {
        using var app = await StartAsync();
        const int Characters = 200_000;
        var column = new Column<string>("value", CellKind.Text, "a text", text => text);
        var queries = Enumerable.Range(0, 400).Select(i => QueryText.Parse($"report open-tasks where project = \"P-{i}\" from 2026-01-28 to 2026-01-29")).ToArray();
        foreach (var query in queries) app.Settled.Keep(query, "v", RowPage.Of([column], [new string('x', Characters)], continuation: null));

        // What is beyond is dropped in the background, so the first counts may be of different moments.
        var (kept, bytes) = (0, 0L);
        await Eventually.TrueAsync(() =>
        {
            (kept, bytes) = (queries.Count(app.Settled.Has), app.Settled.Bytes);
            return bytes >= (long)kept * 2 * Characters;
        });
        Assert.InRange(kept, 10, (int)(SettledAnswers.MostBytes / (2 * Characters)));
        Assert.InRange(bytes, 0, SettledAnswers.MostBytes);
    }

    [Fact]
    public async Task An_answer_that_nobody_asks_for_is_dropped()
    {
        using var app = await StartAsync();
        using var settled = new SettledAnswers(app.Rows.Aggregates) { Idle = TimeSpan.FromSeconds(1) };
        settled.Keep(Settled, "v", RowPage.Of(new Column<string>[] { new("value", CellKind.Text, "a text", text => text) }, ["x"], continuation: null));
        Assert.NotNull(settled.At(Settled, "v"));
        await System.Threading.Tasks.Task.Delay(2_500);
        Assert.Null(settled.At(Settled, "v"));
    }

    private static DateTimeOffset DayOf(int day) => new(2026, 1, day, 12, 0, 0, TimeSpan.Zero);

    private static Event Task(string key, DateTimeOffset at) =>
        Some.Event($"t-{key}", "LEDGER", new TaskCreated(key, new TaskFields { Status = new Status("To Do", StatusCategory.Todo) })) with { Time = at };

    /// <summary>Asks until the answer is kept.</summary>
    private static async System.Threading.Tasks.Task KeepAsync(AskApp app)
    {
        var fleet = (await app.Names.GetAsync(default)).Fleet;
        for (var i = 0; !app.Settled.Has(Settled); i++)
        {
            Assert.True(i < 100, "it is never kept");
            await app.Planner.AnswerAsync(Settled, fleet, app.Now, default);
        }
    }

    private async Task<AskApp> StartAsync(TimeSpan trust = default, HistorySettings? history = null)
    {
        var rows = await RowsApp.StartAsync(kafka, azurite, trust: trust);
        rows.History = history ?? rows.History;
        return new AskApp(await rows.StateAsync(
            Some.Event("p-1", "LEDGER", new ProjectCreated(new ProjectFields { Team = "payments" })) with { Time = DayOf(20) }, Task("L-1", DayOf(21)), Task("L-0", DayOf(29)), Task("L-9", DayOf(30))));
    }
}
