using System.Globalization;
using System.Text.Json;
using ShitOps.Events;
using ShitOps.PromQL;
using ShitOps.PromQL.Evaluation;
using ShitOps.PromQL.Parsing;
using ShitOps.Security;
using ShitOps.Tests.Rows;

namespace ShitOps.Tests.Datasource;

/// <summary>The series of projects say the same as the rows, at every hour.</summary>
[Collection(nameof(AppCollection))]
public sealed class ProjectSeriesTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    private static readonly Status[] Words =
        [new("To Do", StatusCategory.Todo), new("Doing", StatusCategory.InProgress), new("In Review", StatusCategory.InProgress), new("Stuck", StatusCategory.Blocked), new("Done", StatusCategory.Done), new("Dropped", StatusCategory.Cancelled)];

    private static readonly (string Query, string Column)[] Levels =
    [
        ("shitops_tasks{category=\"todo\"}", "todo"), ("shitops_tasks{category=\"in-progress\"}", "inProgress"), ("shitops_tasks{category=\"blocked\"}", "blockedStatus"),
        ("shitops_tasks{category=\"done\"}", "done"), ("shitops_tasks{category=\"cancelled\"}", "cancelled"), ("shitops_tasks_blocked", "blocked"),
        ("shitops_effort_hours{kind=\"estimate\"}", "estimateHours"), ("shitops_effort_hours{kind=\"spent\"}", "spentHours"),
        ("sum(shitops_tasks{category!~\"done|cancelled\"})", "open"),
    ];

    private static readonly (string Query, string Column)[] Counts =
        [("shitops_tasks_created_total", "created"), ("shitops_tasks_completed_total", "completed"), ("shitops_tasks_reopened_total", "reopened"), ("shitops_tasks_dropped_total", "dropped"), ("shitops_lead_time_seconds_count", "completed")];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Levels_and_counters_are_those_of_the_history_at_the_end_of_each_hour(int seed)
    {
        using var app = await StartAsync(seed);
        var engine = new QueryEngine(app.Series);
        foreach (var project in (string[])["APOLLO", "GEMINI"])
        {
            var rows = (await app.GetAsync($"history?project={project}&step=1h")).Rows;
            Assert.InRange(rows.Length, 50, 200);
            foreach (var (query, column) in Levels) Assert.Equal(rows.Select(row => row.GetProperty(column).GetDouble()), await AtEndsAsync(query));
            foreach (var (query, column) in Counts)
            {
                var sum = 0.0;
                Assert.Equal(rows.Select(row => sum += row.GetProperty(column).GetDouble()), await AtEndsAsync(query));
            }

            var all = await AtEndsAsync("sum(shitops_tasks)");
            Assert.Equal(all, await AtEndsAsync("sum(shitops_tasks_by_status)"));

            // Before the first hour there is nothing.
            var first = rows[0].GetProperty("time").GetDateTimeOffset().ToUnixTimeMilliseconds();
            Assert.Empty(((VectorResult)await engine.InstantAsync("shitops_tasks{project=\"" + project + "\"}", first, default)).Samples);

            // The last hour is still running, so its end is now.
            async Task<List<double>> AtEndsAsync(string query)
            {
                var ends = rows.Select(row => row.GetProperty("until").GetDateTimeOffset().ToUnixTimeMilliseconds()).ToList();
                var range = await engine.RangeAsync(Of(query, project), ends[0], ends[^2], 3_600_000, default);
                Assert.Equal(ends[..^1], range.Series.Single().Times.ToArray());
                var last = (VectorResult)await engine.InstantAsync(Of(query, project), app.Time.GetUtcNow().ToUnixTimeMilliseconds(), default);
                return [.. range.Series.Single().Values.ToArray(), last.Samples.Single().Value];
            }
        }
    }

    [Fact]
    public async Task A_range_has_a_sample_for_each_step_and_ends_now()
    {
        using var app = await StartAsync(seed: 3);
        var (now, engine) = (app.Time.GetUtcNow().ToUnixTimeMilliseconds(), new QueryEngine(app.Series));
        var day = await engine.RangeAsync("sum(shitops_tasks)", now - 86_400_000, now + 3_600_000, 300_000, default);

        // Every five minutes of the day; of the future nothing but what the lookback still reaches.
        Assert.Equal(Enumerable.Range(0, 289).Select(step => now - 86_400_000 + (step * 300_000L)), day.Series.Single().Times.ToArray().Where(time => time <= now));
        Assert.Equal(
            ((VectorResult)await engine.InstantAsync("sum(shitops_tasks)", now, default)).Samples.Single().Value,
            (await app.GetAsync("projects")).Rows.Sum(row => row.GetProperty("tasksTodo").GetDouble() + row.GetProperty("tasksInProgress").GetDouble() + row.GetProperty("tasksBlockedStatus").GetDouble() + row.GetProperty("tasksDone").GetDouble() + row.GetProperty("tasksCancelled").GetDouble()));
    }

    [Fact]
    public async Task Who_asks_for_a_moment_ago_is_answered_with_what_is_known_now()
    {
        using var app = await StartAsync(seed: 3);
        await app.StateAsync(At(0, "last", new TaskCreated("T-100", new TaskFields { Status = Words[0] })) with { Time = app.Time.GetUtcNow() });
        var created = (await Now(app, "shitops_tasks_created_total{project=\"APOLLO\"}"))!.Value;
        var at = app.Time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var secondsAgo in (int[])[1, 30, 300])
            Assert.Equal(created, ((VectorResult)await new QueryEngine(app.Series).InstantAsync("shitops_tasks_created_total{project=\"APOLLO\"}", at - (secondsAgo * 1000), default)).Samples.Single().Value);

        // Of an earlier moment of the running hour nothing is known but how the hour began, nor is it then that anything changed.
        Assert.Equal(created - 1, ((VectorResult)await new QueryEngine(app.Series).InstantAsync("shitops_tasks_created_total{project=\"APOLLO\"}", at - 900_000, default)).Samples.Single().Value);
        Assert.Equal(1, ((VectorResult)await new QueryEngine(app.Series).InstantAsync("shitops_tasks_created_total{project=\"APOLLO\"} - shitops_tasks_created_total{project=\"APOLLO\"} offset 15m", at, default)).Samples.Single().Value);

        // The hour before has ended as it was, once it is no moment ago any more.
        Assert.Equal(created - 1, ((VectorResult)await new QueryEngine(app.Series).InstantAsync("shitops_tasks_created_total{project=\"APOLLO\"}", at - (17 * 60_000) - 1, default)).Samples.Single().Value);
        app.Time.Advance(TimeSpan.FromMinutes(45));
        Assert.Equal(created, ((VectorResult)await new QueryEngine(app.Series).InstantAsync("shitops_tasks_created_total{project=\"APOLLO\"}", app.Time.GetUtcNow().AddMinutes(-4).ToUnixTimeMilliseconds(), default)).Samples.Single().Value);
    }

    [Fact]
    public async Task Of_a_time_before_all_times_there_is_nothing()
    {
        using var app = await StartAsync(seed: 3);
        Assert.Null(await Now(app, "shitops_tasks offset 290y"));
        Assert.Empty((await new QueryEngine(app.Series).RangeAsync("shitops_tasks", -100_000_000_000_000, -99_999_999_990_000, 1000, default)).Series);
    }

    [Theory]
    [InlineData(40, int.MaxValue, QueryErrorKind.TooManySeries)]
    [InlineData(int.MaxValue, 500, QueryErrorKind.TooManySamples)]
    public async Task No_more_is_made_than_the_query_may_hold(int series, int samples, QueryErrorKind expected)
    {
        using var app = await StartAsync(seed: 3);
        var now = app.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var all = new SeriesSelector(Parser.ParseSelector("{project=~\".+\"}").Matchers, now - 86_400_000, now);
        var found = await app.Series.SelectAsync(all, default);
        Assert.True(found.Count > 40 && found.Sum(one => one.Times.Length) > 500);

        Assert.Equal(found.Count, (await app.Series.SelectAsync(all with { MostSeries = found.Count, MostSamples = found.Sum(one => one.Times.Length) }, default)).Count);
        Assert.Equal(expected, (await Assert.ThrowsAsync<QueryException>(() => app.Series.SelectAsync(all with { MostSeries = series, MostSamples = samples }, default).AsTask())).Kind);
    }

    [Fact]
    public async Task Quantiles_and_means_of_lead_times_are_those_of_the_rows()
    {
        using var app = await StartAsync(seed: 4);
        var row = (await app.GetAsync("projects/APOLLO")).Rows.Single();
        foreach (var (metric, column) in ((string, string)[])[("lead", "leadTime"), ("cycle", "cycleTime")])
        {
            var (quantile, mean) = ($"histogram_quantile(0.5, sum by (le) (shitops_{metric}_time_seconds_bucket{{project=\"APOLLO\"}}))", $"shitops_{metric}_time_seconds_sum{{project=\"APOLLO\"}} / shitops_{metric}_time_seconds_count");
            Equal(row.GetProperty($"{column}P50Seconds"), await Now(app, quantile));
            Equal(row.GetProperty($"{column}MeanSeconds"), await Now(app, mean));
        }

        static void Equal(JsonElement expected, double? actual) => Assert.Equal(expected.GetDouble(), actual!.Value, expected.GetDouble() * 1e-9 + 1e-3);
    }

    [Fact]
    public async Task What_is_known_of_a_project_itself_is_there_from_when_it_was_first_stated()
    {
        using var app = await RowsApp.StartAsync(kafka, azurite);
        await app.StateAsync(
            At(-48, "a", new ProjectCreated(new ProjectFields { Name = "To the moon", Team = "red", Status = Words[1], Due = new DateOnly(2026, 3, 31) })),
            At(-47, "b", new ResourceAllocated("r-1", "Ann", 20, new DateOnly(2026, 1, 30), new DateOnly(2026, 1, 30), null)),
            At(-46, "c", new ResourceAllocated("r-2", "Ann", 8, new DateOnly(2026, 1, 30), null, null)));

        Assert.Equal(1, await Now(app, "shitops_project_info{name=\"To the moon\", status=\"Doing\", category=\"in-progress\", team=\"red\"}"));
        Assert.Equal(1, await Now(app, "shitops_project_info offset 47h"));
        Assert.Null(await Now(app, "shitops_project_info offset 49h"));
        Assert.Equal(new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds(), await Now(app, "shitops_project_due_timestamp_seconds"));

        // The first allocation was over at the end of yesterday.
        Assert.Equal(8, await Now(app, "shitops_resource_allocation_hours{resource=\"Ann\"}"));
        Assert.Equal(28, await Now(app, "shitops_resource_allocation_hours{resource=\"Ann\"} offset 20h"));
        Assert.Null(await Now(app, "shitops_resource_allocation_hours{resource=\"Ann\"} offset 40h"));
    }

    [Fact]
    public async Task Label_sets_are_those_of_the_series_that_there_are()
    {
        using var app = await StartAsync(seed: 5);
        foreach (var selector in (string[])["{__name__=~\"shitops_tasks.*\"}", "{project=\"APOLLO\"}", "{team=\"red\", __name__!~\".*bucket\"}", "shitops_tasks{category=~\"d.*\"}", "{project=~\"APOLLO|NOWHERE\", le=\"+Inf\"}", "{project=\"NOWHERE\"}"])
        {
            var matchers = Parser.ParseSelector(selector).Matchers;
            var now = app.Time.GetUtcNow().ToUnixTimeMilliseconds();
            var present = new SeriesSelector(matchers, now - 300_000, now) { LookbackMs = 300_000 };
            var series = await app.Series.SelectAsync(present, default);

            // Of words that no task is in any more, only the past has series.
            var expected = series.Where(one => one.Labels["status"].Length == 0 || one.Values.Span[^1] > 0).Select(one => one.Labels.ToString()).Order(StringComparer.Ordinal);
            Assert.Equal(expected, await app.LabelsAsync(present).Select(labels => labels.ToString()).Order(StringComparer.Ordinal).ToListAsync());
        }
    }

    [Fact]
    public async Task Allocations_are_listed_for_every_span_in_which_they_have_a_sample()
    {
        using var app = await RowsApp.StartAsync(kafka, azurite);
        var today = DateOnly.FromDateTime(Some.Time.UtcDateTime);
        await app.StateAsync(
            At(-240, "a", new ProjectCreated(new ProjectFields { Name = "To the moon" })),
            At(-239, "b", new ResourceAllocated("r-1", "Over", 20, today.AddDays(-8), today.AddDays(-5), null)),
            At(-238, "c", new ResourceAllocated("r-2", "Released", 20, today.AddDays(-8), null, null)),
            At(-100.5, "d", new ResourceReleased("r-2")),
            At(-99, "e", new ResourceAllocated("r-3", "Released", 8, today.AddDays(-2), today.AddDays(-2), null)),
            At(-99, "f", new ResourceAllocated("r-4", "To come", 8, today.AddDays(3), null, null)),
            At(-99, "g", new ResourceAllocated("r-5", "Before all", 8, today.AddDays(-30), today.AddDays(-11), null)),
            At(-99, "h", new ResourceAllocated("r-6", "None", 0, today.AddDays(-30), null, null)));
        app.Time.Advance(TimeSpan.FromMinutes(17));
        var now = app.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var matchers = Parser.ParseSelector("shitops_resource_allocation_hours").Matchers;
        var listed = new HashSet<string>(StringComparer.Ordinal);
        var random = new Random(1);
        for (var i = 0; i < 300; i++)
        {
            var from = now - random.Next(300 * 60) * 60_000L;
            var span = new SeriesSelector(matchers, from - 300_000, from + (random.Next(2) == 0 ? 0 : random.Next(100 * 60) * 60_000L)) { LookbackMs = 300_000 };

            var found = await app.LabelsAsync(span).Select(labels => labels["resource"]).Order(StringComparer.Ordinal).ToListAsync();

            Assert.Equal((await app.Series.SelectAsync(span, default)).Select(one => one.Labels["resource"]).Order(StringComparer.Ordinal), found);
            listed.UnionWith(found);
        }

        Assert.Equal(["Over", "Released"], listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_has_no_sample_in_a_span_is_left_out_of_the_lists_as_far_as_the_present_tells()
    {
        using var app = await RowsApp.StartAsync(kafka, azurite);
        app.History = app.History with { RetentionDays = 10 };
        await app.StateAsync(
            At(-48, "a", new ProjectCreated(new ProjectFields { Name = "To the moon", Due = new DateOnly(2026, 3, 31) })),
            At(-47, "b", new TaskCreated("T-1", new TaskFields { Status = Words[1] })),
            At(-46, "c", new ResourceAllocated("r-1", "Ann", 8, DateOnly.FromDateTime(Some.Time.UtcDateTime), null, null)));
        app.Time.Advance(TimeSpan.FromMinutes(17));
        using var datasource = new DatasourceApp(app);
        string[] ofItself = ["shitops_project_info", "shitops_project_due_timestamp_seconds"], ofHistory = ["shitops_tasks_blocked"], ofToday = ["shitops_resource_allocation_hours"];
        string[] ofNow = ["shitops_task_age_seconds", "shitops_pipeline_dead_letters_total"], all = [.. ofItself, .. ofHistory, .. ofToday, .. ofNow];

        // Of now, of a moment ago, and of whatever holds it.
        foreach (var span in (string[])["", Span(-1, 0), Span(-1_000, 1_000), $"&end={Seconds(-0.05)}", $"&start={Seconds(0)}"]) await AssertListedAsync(span, all);

        // Of the past what was there at its end.
        await AssertListedAsync(Span(-3, -2), [.. ofItself, .. ofHistory, .. ofToday]);
        await AssertListedAsync(Span(-40, -30), [.. ofItself, .. ofHistory]);
        await AssertListedAsync(Span(-1_000, -46.5), [.. ofItself, .. ofHistory]);
        await AssertListedAsync(Span(-100, -49), ofHistory);

        // Of what is kept no longer, or is to come, or ends before it begins, there is nothing.
        foreach (var span in (string[])[Span(-1_000, -24 * 12), Span(2, 3), $"&start={Seconds(2)}", "&end=-500000", Span(0, -1)]) await AssertListedAsync(span, []);
        foreach (var (span, names) in ((string, string)[])[(Span(-40, -30), "\"To the moon\""), (Span(-60, -50), "")])
            Assert.Equal($$"""{"status":"success","data":[{{names}}]}""", (await datasource.GetAsync($"label/name/values?{span}", Scope.All)).Body);

        async Task AssertListedAsync(string span, string[] expected)
        {
            var selectors = string.Join('&', all.Select(name => $"match[]={name}"));
            var listed = JsonDocument.Parse((await datasource.GetAsync($"series?{selectors}&match[]=shitops_task_age_seconds{{project=\"APOLLO\"}}{span}", Scope.All)).Body).RootElement.GetProperty("data");
            Assert.Equal(expected.Order(), listed.EnumerateArray().Select(labels => labels.GetProperty("__name__").GetString()!).Order());
        }

        string Span(double from, double to) => $"&start={Seconds(from)}&end={Seconds(to)}";

        string Seconds(double hours) => app.Time.GetUtcNow().AddHours(hours).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
    }

    private static string Of(string query, string project) => query.Contains('{', StringComparison.Ordinal)
        ? query.Replace("{", $"{{project=\"{project}\", ", StringComparison.Ordinal)
        : query.EndsWith(')') ? query.Replace(")", $"{{project=\"{project}\"}})", StringComparison.Ordinal) : $"{query}{{project=\"{project}\"}}";

    private static async Task<double?> Now(RowsApp app, string query) =>
        ((VectorResult)await new QueryEngine(app.Series).InstantAsync(query, app.Time.GetUtcNow().ToUnixTimeMilliseconds(), default)).Samples is [var only] ? only.Value : null;

    private static Event At(double hours, string id, EventData data) => Some.Event(id, "APOLLO", data) with { Time = Some.Time.AddHours(hours) };

    /// <summary>Two projects over four days, whose events come in any order.</summary>
    private async Task<RowsApp> StartAsync(int seed)
    {
        var random = new Random(seed);
        List<Event> events = [];
        foreach (var project in (string[])["APOLLO", "GEMINI"])
        {
            State(project, 0, new ProjectUpdated(new ProjectFields { Team = project == "APOLLO" ? "red" : "blue" }));
            for (var task = 0; task < 12; task++)
            {
                var at = random.NextDouble() * 60;
                State(project, at, new TaskCreated($"T-{task}", new TaskFields { Status = Words[0] }));
                for (var change = random.Next(8); change > 0; change--)
                {
                    at += random.NextDouble() * 12;
                    State(project, at, random.Next(5) switch
                    {
                        0 => new TaskEstimated($"T-{task}", random.Next(40), default, random.Next(20)),
                        1 => new TaskBlocked($"T-{task}", null),
                        _ => new TaskStatusChanged($"T-{task}", Words[random.Next(Words.Length)]),
                    });
                }
            }
        }

        var app = await RowsApp.StartAsync(kafka, azurite);
        app.Time.Advance(TimeSpan.FromMinutes(17));
        var shuffled = events.Where(one => one.Time <= app.Time.GetUtcNow()).ToArray();
        random.Shuffle(shuffled);
        return await app.StateAsync(shuffled);

        void State(string project, double hours, EventData data) =>
            events.Add(Some.Event(string.Create(CultureInfo.InvariantCulture, $"e-{events.Count:D4}"), project, data) with { Time = Some.Time.AddHours(hours - 96) });
    }
}
