using System.Text.Json;
using Azure.Data.Tables;
using ShitOps.Events;
using ShitOps.Forecasting;
using ShitOps.PromQL;
using ShitOps.PromQL.Evaluation;
using ShitOps.PromQL.Parsing;
using ShitOps.Security;

namespace ShitOps.Tests.Rows;

/// <summary>Forecasts from events to rows and series, over a real store.</summary>
[Collection(nameof(AppCollection))]
public class ForecastRowsTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    private static readonly Status Todo = new("To Do", StatusCategory.Todo);
    private static readonly Status Done = new("Done", StatusCategory.Done);

    /// <summary>The cutoff of forecasts that are made when the app starts: a quarter of a day begins at noon.</summary>
    private static readonly DateTimeOffset Cutoff = Some.Time;

    [Fact]
    public async Task A_project_is_forecast_once_a_cutoff_and_the_rows_say_it()
    {
        using var app = await StartAsync(Steady("APOLLO", perWeek: 4, open: 20, due: new DateOnly(2026, 4, 30)), Steady("YOUNG", perWeek: 4, open: 5, weeks: 3));
        Assert.Equal(2, await app.Forecaster.RunAsync(default));
        Assert.Equal(0, await app.Forecaster.RunAsync(default));

        var row = (await app.GetAsync("forecasts?project=APOLLO")).Rows.Single();
        Assert.Equal(Cutoff, row.GetProperty("cutoff").GetDateTimeOffset());
        Assert.Equal((20, 4.0, "red", "2026-04-30"), (row.GetProperty("open").GetInt32(), row.GetProperty("leftPerWeek").GetDouble(), row.GetProperty("team").GetString(), row.GetProperty("due").GetString()));
        Assert.Equal(JsonValueKind.Null, row.GetProperty("shortage").ValueKind);

        // 20 tasks at 4 a week are five weeks, and the day is thirteen weeks ahead.
        Assert.InRange((row.GetProperty("completionP50").GetDateTimeOffset() - Cutoff).TotalDays, 28, 45);
        Assert.True(row.GetProperty("completionP85").GetDateTimeOffset() > row.GetProperty("completionP50").GetDateTimeOffset());
        Assert.InRange(row.GetProperty("onTimeProbability").GetDouble(), 0.9, 0.99);
        Assert.InRange(row.GetProperty("itemsIn4WeeksP50").GetDouble(), 13, 19);

        var young = (await app.GetAsync("forecasts?project=YOUNG")).Rows.Single();
        Assert.StartsWith("not enough history: 3 weeks", young.GetProperty("shortage").GetString());
        Assert.Equal(JsonValueKind.Null, young.GetProperty("completionP85").ValueKind);
        Assert.Equal(["APOLLO", "YOUNG"], (await app.PagesAsync("forecasts", limit: 1)).Select(one => one.GetProperty("project").GetString()).Order());
        Assert.Equal(["APOLLO"], (await app.GetAsync("forecasts?team=red")).Texts("project"));
    }

    [Fact]
    public async Task A_first_forecast_is_made_anew_while_the_past_comes_in()
    {
        var events = Steady("APOLLO", perWeek: 4, open: 20, due: new DateOnly(2026, 4, 30)).ToList();
        using var app = await StartAsync(events.Take(events.Count / 4));
        await app.Forecaster.RunAsync(default);
        var half = await ForecastAsync();
        await app.StateAsync(events.Skip(events.Count / 4));
        app.Time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(0, await app.Forecaster.RunAsync(default));
        app.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, await app.Forecaster.RunAsync(default));

        // As if there had been no other.
        using var whole = await StartAsync(events);
        await whole.Forecaster.RunAsync(default);
        Assert.Equal(JsonSerializer.Serialize((await whole.Forecasts.AsOfAsync("APOLLO", Cutoff, default))!.Value.Forecast.Forecast), JsonSerializer.Serialize((await ForecastAsync()).Forecast));
        Assert.NotEqual(half.Forecast.Backlog, (await ForecastAsync()).Forecast.Backlog);
        Assert.Single((await app.GetAsync("forecasts?project=APOLLO&from=2026-01-01")).Rows);

        async Task<StoredForecast> ForecastAsync() => (await app.Forecasts.AsOfAsync("APOLLO", Cutoff, default))!.Value.Forecast;
    }

    [Theory]
    [InlineData(3, 3, false)]
    [InlineData(5, 5, true)]
    [InlineData(5, 8, false)]
    [InlineData(5, 10, true)]
    [InlineData(10, 15, false)]
    [InlineData(10, 20, true)]
    public void A_first_forecast_is_made_anew_after_as_long_again_as_its_past_takes(int computed, int now, bool isOver)
    {
        var first = Cutoff.AddHours(1);
        var age = new ForecastAge(Cutoff, computed == now ? first : first.AddMinutes(computed), first);
        Assert.Equal(isOver, age.IsOver(first.AddMinutes(now), Cutoff, first.AddMinutes(now)));
        Assert.False(age.IsOver(first.AddMinutes(-1), Cutoff, first.AddMinutes(now)));
        Assert.False((age with { First = null }).IsOver(first.AddMinutes(now), Cutoff, first.AddMinutes(now)));
    }

    [Fact]
    public async Task A_stored_forecast_is_reproduced_exactly()
    {
        using var app = await StartAsync(Steady("APOLLO", perWeek: 3, open: 12, due: new DateOnly(2026, 3, 31)));
        await app.Forecaster.RunAsync(default);
        var (stored, source) = (await app.Forecasts.AsOfAsync("APOLLO", Cutoff.AddHours(3), default))!.Value;

        Assert.Equal(JsonSerializer.Serialize(stored.Forecast), JsonSerializer.Serialize(ProjectForecast.Of(source.Input) with { Tasks = [] }));
        Assert.NotEmpty(source.Checkpoints);
        Assert.Null(await app.Forecasts.AsOfAsync("APOLLO", Cutoff.AddHours(-1), default));
    }

    [Fact]
    public async Task Of_several_instances_one_stores_each_forecast()
    {
        using var app = await StartAsync(Steady("A", 3, 10), Steady("B", 3, 10), Steady("C", 3, 10));
        var counts = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => app.Forecaster.RunAsync(default)));

        Assert.Equal(3, counts.Sum());
        foreach (var project in (string[])["A", "B", "C"]) Assert.Single((await app.GetAsync($"forecasts?project={project}&from=2026-01-01")).Rows);
    }

    [Fact]
    public async Task Series_are_those_of_the_rows_and_go_on_into_the_future()
    {
        using var app = await StartAsync(Steady("APOLLO", perWeek: 4, open: 20, due: new DateOnly(2026, 4, 30)), Steady("YOUNG", perWeek: 4, open: 5, weeks: 3));
        await app.Forecaster.RunAsync(default);
        app.Time.Advance(TimeSpan.FromMinutes(100));
        var (engine, now, row) = (new QueryEngine(app.ForecastsIn(Scope.All)), app.Time.GetUtcNow().ToUnixTimeMilliseconds(), (await app.GetAsync("forecasts?project=APOLLO")).Rows.Single());

        Assert.Equal(row.GetProperty("completionP85").GetDateTimeOffset().ToUnixTimeSeconds(), await NowAsync("shitops_forecast_completion_timestamp_seconds{quantile=\"0.85\"}"));
        Assert.Equal(row.GetProperty("onTimeProbability").GetDouble(), await NowAsync("shitops_forecast_on_time_probability"), 0.0001);
        Assert.Equal(row.GetProperty("itemsIn8WeeksP95").GetDouble(), await NowAsync("shitops_forecast_items{weeks=\"8\", quantile=\"0.95\"}"));

        // The trajectory begins with what is open, never rises, and is done at about the date that is promised.
        var future = (await engine.RangeAsync("shitops_forecast_remaining_tasks{quantile=\"0.85\"}", Cutoff.ToUnixTimeMilliseconds(), now + (120L * 86_400_000), 86_400_000, default)).Series.Single();
        Assert.Equal(20, future.Values.Span[0]);
        Assert.Equal(future.Values.ToArray().OrderDescending(), future.Values.ToArray());
        Assert.Equal(121, future.Values.Length);
        var done = Cutoff.AddDays(future.Values.ToArray().TakeWhile(remaining => remaining > 0.5).Count());
        Assert.InRange((done - row.GetProperty("completionP85").GetDateTimeOffset()).TotalDays, -8, 8);

        // In between there is none in the past of the first forecast, and a project without enough history has none.
        Assert.Empty(((VectorResult)await engine.InstantAsync("shitops_forecast_remaining_tasks", Cutoff.AddHours(-1).ToUnixTimeMilliseconds(), default)).Samples);
        Assert.Empty(((VectorResult)await engine.InstantAsync("{project=\"YOUNG\", __name__!~\"shitops_forecast_promises_.*\"}", now, default)).Samples);

        // Of either nothing was promised whose time is over; there are as many counts as horizons, completion among them, and odds.
        Assert.Equal(0, await NowAsync("sum(shitops_forecast_promises_settled_total)"));
        Assert.Equal(18, await NowAsync("count(shitops_forecast_promises_held_total{project=\"YOUNG\"})"));

        // Listed are they by what is known now, but for what has no sample in the span: of trajectories after they end, ahead all others, and counts but now.
        const long Day = 86_400_000;
        foreach (var (name, from, to, count) in ((string, long, long, int)[])
            [
                ("shitops_forecast_open_tasks", 0, 0, 5), ("shitops_forecast_open_tasks", -2, -1, 5), ("shitops_forecast_open_tasks", 300, 400, 5), ("shitops_forecast_open_tasks", 370, 400, 0),
                ("shitops_forecast_items", 0, 0, 15), ("shitops_forecast_items", -1, 1, 15), ("shitops_forecast_items", 1, 400, 0),
                ("shitops_forecast_promises_held_total", 0, 0, 36), ("shitops_forecast_promises_held_total", -1, 1, 36), ("shitops_forecast_promises_held_total", -2, -1, 0),
            ])
        {
            var selector = new SeriesSelector(Parser.ParseSelector(name).Matchers, now + (from * Day), now + (to * Day));
            foreach (var few in (int[])[0, 32])
                Assert.Equal((name, from, to, few, count), (name, from, to, few, await app.ForecastSeriesOf(few).LabelsAsync(Scope.All, selector, default).CountAsync()));
        }

        async Task<double> NowAsync(string query) => ((VectorResult)await engine.InstantAsync(query, now, default)).Samples.Single().Value;
    }

    [Fact]
    public async Task Promises_are_settled_and_a_forecast_that_moves_says_why()
    {
        using var app = await StartAsync(Steady("APOLLO", perWeek: 4, open: 20));
        await app.Forecaster.RunAsync(default);
        Assert.Empty((await app.GetAsync("calibration")).Rows);

        // In the week that follows 4 tasks are done, and 60 come in.
        await app.StateAsync(
        [
            .. Enumerable.Range(0, 4).Select(i => At("APOLLO", Cutoff.AddDays(1 + i), new TaskStatusChanged($"open-{i}", Done))),
            .. Enumerable.Range(0, 60).Select(i => At("APOLLO", Cutoff.AddDays(2).AddMinutes(i), new TaskCreated($"new-{i}", new TaskFields { Status = Todo }))),
        ]);
        app.Time.Advance(TimeSpan.FromDays(7));
        Assert.Equal(1, await app.Forecaster.RunAsync(default));

        var first = (await app.GetAsync("forecasts?project=APOLLO&from=2026-01-01")).Rows[0];
        var settled = (await app.GetAsync("calibration")).Rows;
        Assert.Equal([null, "APOLLO"], settled.Select(row => row.GetProperty("project").GetString()));
        Assert.All(settled, row => Assert.Equal(
            ("items", 1, 1, first.GetProperty("itemsIn1WeekP50").GetDouble() <= 4 ? 1.0 : 0, first.GetProperty("itemsIn1WeekP95").GetDouble() <= 4 ? 1.0 : 0, Math.Abs(4 - first.GetProperty("itemsIn1WeekP50").GetDouble())),
            (row.GetProperty("promise").GetString(), row.GetProperty("weeks").GetInt32(), row.GetProperty("settled").GetInt32(), row.GetProperty("heldP50").GetDouble(), row.GetProperty("heldP95").GetDouble(), row.GetProperty("meanError").GetDouble())));

        var rows = (await app.GetAsync("forecasts?project=APOLLO&from=2026-01-01&to=2026-12-31")).Rows;
        Assert.Equal([Cutoff, Cutoff.AddDays(7)], rows.Select(row => row.GetProperty("cutoff").GetDateTimeOffset()));
        Assert.InRange(rows[1].GetProperty("movedDays").GetDouble(), 60, 400);
        Assert.StartsWith("76 tasks are open, 60 more than at the pace before", rows[1].GetProperty("cause").GetString());

        var moved = (await new QueryEngine(app.ForecastsIn(Scope.All)).RangeAsync("shitops_forecast_moved_seconds", Cutoff.ToUnixTimeMilliseconds(), app.Time.GetUtcNow().ToUnixTimeMilliseconds(), 6 * 3_600_000, default)).Series.Single();
        Assert.Equal([rows[1].GetProperty("movedDays").GetDouble() * 86_400], moved.Values.ToArray());
        Assert.Equal(rows[1].GetProperty("cause").GetString(), moved.Labels["cause"]);
        Assert.Equal(rows.Select(row => row.GetRawText()), (await app.PagesAsync("forecasts?project=APOLLO&from=2026-01-01", limit: 1)).Select(row => row.GetRawText()));
    }

    [Fact]
    public async Task Tasks_and_milestones_have_odds_of_their_own()
    {
        var sprint = new Milestone("Sprint 9", MilestoneKind.Sprint, null, new DateOnly(2026, 2, 6));
        using var app = await StartAsync(
            Steady("APOLLO", perWeek: 4, open: 20),
            [
                At("APOLLO", Cutoff.AddDays(-3), new TaskCreated("over", new TaskFields { Status = Todo, Due = new DateOnly(2026, 1, 30) })),
                At("APOLLO", Cutoff.AddDays(-3), new TaskCreated("planned", new TaskFields { Status = Todo, Milestone = sprint })),
                At("APOLLO", Cutoff.AddDays(-3), new TaskCreated("finished", new TaskFields { Status = Done, Milestone = sprint })),
            ]);
        await app.Forecaster.RunAsync(default);

        var tasks = (await app.GetAsync("task-forecasts?project=APOLLO")).Rows;
        Assert.Equal(("over", 1.0), (tasks[0].GetProperty("task").GetString(), tasks[0].GetProperty("lateProbability").GetDouble()));
        Assert.Equal("planned", tasks[1].GetProperty("task").GetString());
        Assert.Equal(22, tasks.Length);
        Assert.Equal(tasks.Select(row => row.GetRawText()), (await app.PagesAsync("task-forecasts?project=APOLLO", limit: 5)).Select(row => row.GetRawText()));

        var milestone = (await app.GetAsync("milestone-forecasts")).Rows.Single();
        Assert.Equal(("Sprint 9", 2, 1), (milestone.GetProperty("milestone").GetString(), milestone.GetProperty("tasks").GetInt32(), milestone.GetProperty("done").GetInt32()));
        Assert.Equal(1 - tasks[1].GetProperty("lateProbability").GetDouble(), milestone.GetProperty("allDoneProbability").GetDouble(), 0.06);

        var (engine, now) = (new QueryEngine(app.ForecastsIn(Scope.All)), app.Time.GetUtcNow().ToUnixTimeMilliseconds());
        foreach (var (query, column) in ((string, string)[])[("shitops_forecast_milestone_on_time_probability{milestone=\"Sprint 9\"}", "allDoneProbability"), ("shitops_forecast_milestone_done_ratio{quantile=\"0.85\"}", "doneShareP85")])
            Assert.Equal(milestone.GetProperty(column).GetDouble(), ((VectorResult)await engine.InstantAsync(query, now, default)).Samples.Single().Value, 0.0001);
    }

    [Fact]
    public async Task Bottlenecks_are_ranked_over_all_projects_with_people_by_name()
    {
        var (ann, bob) = (Some.Name("Ann"), Some.Name("Bob"));
        using var app = await StartAsync(
            Steady("APOLLO", perWeek: 4, open: 40),
            [
                .. Enumerable.Range(0, 40).Select(i => At("APOLLO", Cutoff.AddDays(-100), new TaskAssigned($"open-{i}", i < 35 ? ann : bob))),
                .. Enumerable.Range(0, 120).Select(i => At("APOLLO", Cutoff.AddDays(-100), new TaskAssigned($"done-{i / 4}-{i % 4}", i % 4 < 2 ? ann : bob))),
                At("APOLLO", Cutoff.AddDays(-9), new ResourceAllocated("a-1", ann, 30, new DateOnly(2026, 1, 1), null, null)),
                At("GEMINI", Cutoff.AddDays(-9), new ResourceAllocated("a-2", ann, 20.5, new DateOnly(2026, 1, 1), null, null)),
                At("GEMINI", Cutoff.AddDays(-9), new ResourceAllocated("a-3", bob, 40, new DateOnly(2026, 1, 1), null, null)),
            ]);
        await app.Forecaster.RunAsync(default);

        var rows = (await app.GetAsync("bottlenecks")).Rows;
        Assert.Equal(rows.Select(row => row.GetProperty("score").GetDouble()).OrderDescending(), rows.Select(row => row.GetProperty("score").GetDouble()));
        var load = rows.Single(row => row.GetProperty("kind").GetString() == "allocation");
        Assert.Equal((ann, 1.262, JsonValueKind.Null), (load.GetProperty("name").GetString(), load.GetProperty("utilisation").GetDouble(), load.GetProperty("project").ValueKind));
        Assert.Equal($"{ann}: 50.5 hours a week are allocated in 2 projects (APOLLO 30, GEMINI 20.5), 10.5 more than the 40 of a week.", load.GetProperty("why").GetString());

        var person = rows.First(row => row.GetProperty("kind").GetString() == "resource");
        Assert.Equal((ann, 35), (person.GetProperty("name").GetString(), person.GetProperty("tasks").GetInt32()));
        Assert.StartsWith($"{ann}: 35 open tasks are waiting for it", person.GetProperty("why").GetString());
        Assert.Equal([person.GetRawText()], (await app.GetAsync($"bottlenecks?person={ann}&kind=resource")).Rows.Select(row => row.GetRawText()));
        Assert.Equal(["To Do"], (await app.GetAsync("bottlenecks?project=APOLLO&status=To+Do")).Texts("name"));
        Assert.Equal(rows.Select(row => row.GetRawText()), (await app.PagesAsync("bottlenecks", limit: 1)).Select(row => row.GetRawText()));

        var score = (VectorResult)await new QueryEngine(app.ForecastsIn(Scope.All)).InstantAsync($"shitops_bottleneck_score{{resource=\"{ann}\"}}", app.Time.GetUtcNow().ToUnixTimeMilliseconds(), default);
        Assert.Equal(person.GetProperty("score").GetDouble(), score.Samples.Single().Value);
    }

    [Fact]
    public async Task Milestones_are_paged_within_and_over_projects()
    {
        using var app = await StartAsync(
        [
            .. ((string[])["A", "B", "C"]).SelectMany(project => Steady(project, perWeek: 4, open: 1)),
            .. ((string[])["A", "B", "C"]).SelectMany(project => Enumerable.Range(0, 5).Select(i => At(
                project, Cutoff.AddDays(-3), new TaskCreated($"planned-{i}", new TaskFields { Status = Todo, Milestone = new Milestone($"M{(i * 3) % 5}", MilestoneKind.Sprint, null, new DateOnly(2026, 2, 6 + (i % 2))) })))),
        ]);
        await app.Forecaster.RunAsync(default);

        var rows = (await app.GetAsync("milestone-forecasts")).Rows;
        Assert.Equal(15, rows.Length);
        foreach (var limit in (int[])[1, 4, 7]) Assert.Equal(rows.Select(row => row.GetRawText()), (await app.PagesAsync("milestone-forecasts", limit)).Select(row => row.GetRawText()));
        Assert.Equal(rows.Where(row => row.GetProperty("project").GetString() != "B").Select(row => row.GetRawText()).Order(), (await app.PagesAsync("milestone-forecasts?project=A&project=C", limit: 3)).Select(row => row.GetRawText()).Order());
    }

    [Fact]
    public async Task Forecasts_are_for_those_who_see_the_team_that_a_project_has_now()
    {
        using var app = await StartAsync(
            Steady("APOLLO", perWeek: 4, open: 20), Steady("BLUE", perWeek: 4, open: 20), Steady("MOVING", perWeek: 4, open: 20),
            [.. ((string[])["APOLLO", "BLUE", "MOVING"]).Select(project => At(project, Cutoff.AddDays(-3), new TaskCreated("planned", new TaskFields { Status = Todo, Milestone = new Milestone($"of {project}", MilestoneKind.Sprint, null, new DateOnly(2026, 2, 6)) })))]);
        await app.Forecaster.RunAsync(default);
        await app.StateAsync(At("MOVING", Cutoff, new ProjectUpdated(new ProjectFields { Team = "red" })));
        app.Time.Advance(TimeSpan.FromMinutes(1));

        foreach (var (team, projects) in ((string, string[])[])[("red", ["APOLLO", "MOVING"]), ("blue", ["BLUE"])])
        {
            var scope = Scope.OfTeams(team);
            foreach (var address in (string[])["forecasts", "milestone-forecasts", "bottlenecks", "calibration"])
            {
                var seen = (await app.GetAsync(address, scope: scope)).Rows.Where(row => row.GetProperty("project").ValueKind != JsonValueKind.Null).Select(row => row.GetRawText());
                Assert.Equal((await app.GetAsync(address)).Rows.Where(row => projects.Contains(row.GetProperty("project").GetString())).Select(row => row.GetRawText()), seen);
                if (address is not "calibration") Assert.NotEmpty(seen);
            }

            foreach (var project in (string[])["APOLLO", "BLUE", "MOVING"])
            {
                foreach (var address in (string[])[$"forecasts?project={project}", $"forecasts?project={project}&from=2026-01-01", $"task-forecasts?project={project}", $"milestone-forecasts?project={project}"])
                    Assert.Equal(projects.Contains(project), (await app.GetAsync(address, scope: scope)).Rows.Length > 0);
            }
        }
    }

    [Fact]
    public async Task A_row_that_cannot_be_read_holds_up_no_other_project()
    {
        using var app = await StartAsync(Steady("A", perWeek: 4, open: 20), Steady("B", perWeek: 4, open: 20));
        await app.Forecaster.RunAsync(default);
        await foreach (var row in app.ForecastRows("n:A")) await app.ReplaceForecastRowAsync(new TableEntity(row.PartitionKey, row.RowKey) { ["Outlook"] = new byte[] { 1, 2, 3 }, ["Cutoff"] = row["Cutoff"] });
        app.Time.Advance(TimeSpan.FromDays(8));

        Assert.StartsWith("1 of 2 projects cannot be forecast", (await Assert.ThrowsAsync<ForecastException>(() => app.Forecaster.RunAsync(default))).Message);
        Assert.Equal(Cutoff.AddDays(8), (await app.GetAsync("forecasts?project=B")).Rows.Single().GetProperty("cutoff").GetDateTimeOffset());
    }

    [Fact]
    public async Task A_project_that_cannot_be_computed_holds_up_no_other_whatever_is_wrong_with_it()
    {
        using var app = await StartAsync(Steady("A", perWeek: 4, open: 20), Steady("B", perWeek: 4, open: 20));
        await app.Forecaster.RunAsync(default);

        // Its standing is JSON, but there is nothing in it; it is the oldest, and so the first.
        var (outlook, _, _) = (await app.Forecasts.StandingAsync("A", default))!.Value;
        await foreach (var row in app.ForecastRows("n:A"))
            await app.ReplaceForecastRowAsync(new TableEntity(row.PartitionKey, row.RowKey) { ["Outlook"] = ForecastBytes.Of(new { outlook.Tallies }), ["Calibration"] = row["Calibration"], ["Cutoff"] = Cutoff.AddDays(-1) });
        app.Time.Advance(TimeSpan.FromDays(8));

        Assert.StartsWith("1 of 2 projects cannot be forecast", (await Assert.ThrowsAsync<ForecastException>(() => app.Forecaster.RunAsync(default))).Message);
        Assert.Equal(Cutoff.AddDays(8), (await app.Forecasts.AsOfAsync("B", DateTimeOffset.MaxValue, default))!.Value.Forecast.Forecast.Cutoff);
    }

    [Fact]
    public async Task More_promises_are_settled_at_once_than_a_transaction_holds()
    {
        using var app = await StartAsync(Steady("A", perWeek: 4, open: 20));
        await app.Forecaster.RunAsync(default);
        var (outlook, _, version) = (await app.Forecasts.StandingAsync("A", default))!.Value;
        var (_, source) = (await app.Forecasts.AsOfAsync("A", Cutoff, default))!.Value;
        SettledPromise[] settled = [.. Enumerable.Range(0, 250).Select(i => new SettledPromise(Cutoff.AddDays(-i), 4, i, true, true, true, 0))];
        var later = outlook with { Latest = outlook.Latest with { Forecast = outlook.Latest.Forecast with { Cutoff = Cutoff.AddDays(1) } } };

        Assert.True(await app.Forecasts.StoreAsync(later, source, settled, first: null, version, default));
        Assert.False(await app.Forecasts.StoreAsync(later, source, settled, first: null, version, default));
        Assert.Equal(250, await app.ForecastRows("s:A:").CountAsync());
    }

    [Fact]
    public async Task Forecasts_go_when_their_retention_is_over()
    {
        using var app = await StartAsync(Steady("A", perWeek: 4, open: 20));
        app.ForecastsKept = TimeSpan.FromDays(30);
        for (var week = 0; week < 8; week++, app.Time.Advance(TimeSpan.FromDays(7))) Assert.Equal(1, await app.Forecaster.RunAsync(default));

        var last = Cutoff.AddDays(49);
        Assert.Equal(Enumerable.Range(0, 5).Select(week => last.AddDays(-28 + (7 * week))), (await app.GetAsync("forecasts?project=A&from=2026-01-01")).Rows.Select(row => row.GetProperty("cutoff").GetDateTimeOffset()));
        Assert.Equal(5, await app.ForecastRows("i:A:").CountAsync());
        Assert.Equal(7, (await app.GetAsync("calibration?project=A")).Rows.First(row => row.GetProperty("weeks").ValueKind == JsonValueKind.Number && row.GetProperty("weeks").GetInt32() == 1).GetProperty("settled").GetInt32());
        Assert.DoesNotContain(await app.ForecastRows("s:A:").Select(row => row.RowKey).ToListAsync(), key => string.CompareOrdinal(key, $"s:A:{last.AddDays(-30):yyyyMMddHH}") < 0);
    }

    [Fact]
    public async Task What_is_asked_wrongly_is_said()
    {
        using var app = await RowsApp.StartAsync(kafka, azurite);
        Assert.Equal("from and to want one project, but there are 0; expected project=NAME.", (await app.GetAsync("forecasts?from=2026-01-01")).Detail);
        Assert.Equal("project is missing: name the one whose tasks are wanted.", (await app.GetAsync("task-forecasts")).Detail);
        Assert.Empty((await app.GetAsync("forecasts?project=NOWHERE")).Rows);
    }

    private async Task<RowsApp> StartAsync(params IEnumerable<Event>[] projects) => await (await RowsApp.StartAsync(kafka, azurite)).StateAsync(projects.SelectMany(events => events));

    /// <summary>Tasks that take two weeks each, so many of them done every week up to the cutoff, and some that wait.</summary>
    private static IEnumerable<Event> Steady(string project, int perWeek, int open, int weeks = 30, DateOnly? due = null)
    {
        yield return At(project, Cutoff.AddDays(-7 * weeks), new ProjectCreated(new ProjectFields { Team = project == "APOLLO" ? "red" : "blue", Due = due }));
        for (var week = 0; week < weeks; week++)
            for (var i = 0; i < perWeek; i++)
            {
                var done = Cutoff.AddDays(-(7 * week) - 1 - i);
                var created = done.AddDays(-14) < Cutoff.AddDays(-7 * weeks) ? Cutoff.AddDays(-7 * weeks) : done.AddDays(-14);
                yield return At(project, created, new TaskCreated($"done-{week}-{i}", new TaskFields { Status = Todo }));
                yield return At(project, done, new TaskStatusChanged($"done-{week}-{i}", Done));
            }

        for (var i = 0; i < open; i++) yield return At(project, Cutoff.AddDays(-7 * weeks).AddMinutes(i), new TaskCreated($"open-{i}", new TaskFields { Status = Todo }));
    }

    private static Event At(string project, DateTimeOffset time, EventData data) => Some.Event(Some.Name("e"), project, data) with { Time = time };
}
