using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using ShitOps.Asking;
using ShitOps.Events;
using ShitOps.History;
using ShitOps.People;
using ShitOps.PromQL;
using ShitOps.PromQL.Evaluation;
using ShitOps.PromQL.Parsing;
using ShitOps.Rows;
using ShitOps.Security;
using ShitOps.Tests.Archive;
using ShitOps.Tests.Datasource;
using ShitOps.Tests.Rows;

namespace ShitOps.Tests.Security;

/// <summary>Whoever sees one team is answered as if there were no other.</summary>
[Collection(nameof(ArchiveCollection))]
public sealed class ScopeTests(ArchiveAzurite archive, BrokerFixture kafka, AzuriteFixture azurite)
{
    private static readonly Scope Blue = Scope.OfTeams("blue");

    private static readonly string[] Addresses =
    [
        "projects", "projects?limit=2", "projects?team=red", "projects?team=red&team=blue", "projects?project=RED-1&project=BLUE-1", "projects?status=red%20doing", "projects?owner=Red%20Owner",
        "projects/RED-1", "projects/BLUE-1", "projects/LOST-1",
        "tasks", "tasks?limit=3", "tasks?project=RED-1", "tasks?project=BLUE-2", "tasks?team=red", "tasks?status=red%20doing", "tasks?assignee=Red%20Ann", "tasks?assignee=Both%20Bob", "tasks?milestone=red%20M1", "tasks?blocked=true&limit=1",
        "resources", "resources?limit=1", "resources?project=RED-1", "resources?resource=Red%20Ann", "resources?resource=Both%20Bob",
        "forecasts", "forecasts?limit=1", "forecasts?project=RED-1", "forecasts?project=BLUE-1&from=2026-01-01", "forecasts?project=RED-1&from=2026-01-01", "task-forecasts?project=RED-1", "task-forecasts?project=BLUE-1", "milestone-forecasts", "bottlenecks", "bottlenecks?kind=allocation", "bottlenecks?person=Red%20Ann", "bottlenecks?team=red", "calibration",
        "teams", "teams?team=red", "teams?team=blue", "history?project=RED-1", "history?project=BLUE-1&step=1d",
    ];

    private static readonly string[] Queries =
    [
        "{__name__=~\".+\"}", "shitops_tasks", "shitops_tasks{team=\"red\"}", "shitops_tasks{project=~\"RED-1|BLUE-1\"}", "shitops_tasks{project=\"RED-2\"}", "sum(shitops_tasks_created_total)", "sum by (status) (shitops_tasks_by_status)",
        "count by (team) (shitops_project_info)", "shitops_resource_allocation_hours", "sum(shitops_lead_time_seconds_count)", "sum by (le) (shitops_cycle_time_seconds_bucket)", "absent(shitops_project_info{team=\"red\"})",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Rows_metrics_and_blocks_are_those_of_an_app_that_has_only_what_the_scope_sees(int seed)
    {
        using var mixed = await RowsApp.StartAsync(kafka, azurite);
        using var only = await RowsApp.StartAsync(kafka, azurite);
        var random = new Random(seed);
        var all = Events(random);
        await mixed.StateAsync(all);
        await only.StateAsync(all.Where(one => one.Project.StartsWith("BLUE", StringComparison.Ordinal)));
        await mixed.Forecaster.RunAsync(default);
        await only.Forecaster.RunAsync(default);
        foreach (var address in Addresses)
        {
            var (seen, expected) = (await mixed.GetAsync(address, scope: Blue), await only.GetAsync(address));
            Assert.Equal((expected.Status, Plain(expected.Body)), (seen.Status, Plain(seen.Body)));
            AssertNothingOfRed(seen.Body + TokenOf(seen), address);
            Assert.Equal(expected.Continuation is null, seen.Continuation is null);

            // Whoever sees all has another ETag, even where the answer is the same.
            if (seen.Status == 200) Assert.NotEqual((await mixed.GetAsync(address)).Headers.ETag, seen.Headers.ETag);
        }

        // A page goes on only for whoever it was given to.
        var token = (await mixed.GetAsync("projects?limit=2")).Continuation;
        Assert.Equal(400, (await mixed.GetAsync($"projects?limit=2&continuation={token}", scope: Blue)).Status);

        // Whole pages, for a task list in which much is passed over.
        Assert.Equal(
            (await only.PagesAsync("tasks?open=true", 3)).Select(row => row.GetProperty("task").GetString()),
            await PagedAsync(mixed, "tasks?open=true", 3));
        foreach (var isBuilt in (bool[])[false, true])
        {
            if (isBuilt) Assert.True(await mixed.Builder.BuildAsync(null, false, default) > 0);
            using var blocks = new HistoryBlocks(mixed.Account, mixed.History, mixed.Time);
            foreach (var (day, build) in (await blocks.IndexAsync(await mixed.Aggregates.TableAsync(default), default)).Days) await blocks.BlockAsync(await mixed.Aggregates.TableAsync(default), day, build, default);
            var (ofBlue, ofOnly) = (new QueryEngine(mixed.SeriesOf(blocks, scope: Blue)), new QueryEngine(only.Series));
            var now = mixed.Time.GetUtcNow().ToUnixTimeMilliseconds();
            foreach (var query in Queries)
            {
                var (seen, expected) = (await TextOfAsync(ofBlue, query, now), await TextOfAsync(ofOnly, query, now));
                Assert.Equal(expected, seen);
                AssertNothingOfRed(string.Join('\n', seen), query.Contains("absent", StringComparison.Ordinal) ? "red" : "");
            }
        }

        foreach (var query in (string[])["{__name__=~\"shitops_forecast.+\"}", "sum(shitops_forecast_open_tasks)", "shitops_forecast_items{project=\"RED-1\"}"])
        {
            var now = mixed.Time.GetUtcNow().ToUnixTimeMilliseconds();
            Assert.Equal(await TextOfAsync(new QueryEngine(only.ForecastsIn(Scope.All)), query, now), await TextOfAsync(new QueryEngine(mixed.ForecastsIn(Blue)), query, now));
        }

        foreach (var selector in Queries[..5])
        {
            var now = mixed.Time.GetUtcNow().ToUnixTimeMilliseconds();
            var present = new SeriesSelector(Parser.ParseSelector(selector).Matchers, now, now);
            Assert.Equal(await only.LabelsAsync(present).Select(one => one.ToString()).Order().ToListAsync(), await mixed.LabelsAsync(present, Blue).Select(one => one.ToString()).Order().ToListAsync());
        }

        using (var datasource = new DatasourceApp(mixed))
        using (var ofOnly = new DatasourceApp(only))
        {
            foreach (var address in MetricAddresses(random, mixed.Time.GetUtcNow().ToUnixTimeSeconds()))
            {
                var (seen, expected) = (await datasource.GetAsync(address, Blue), await ofOnly.GetAsync(address, Blue));
                Assert.Equal((address, expected.Status, expected.Body), (address, seen.Status, seen.Body));
                AssertNothingOfRed(seen.Body, address);
                Assert.Equal(seen.Body, (await datasource.GetAsync(address, Blue, isBelow: true)).Body);

                // Who sees all is not answered with what is kept of whoever does not, nor the other way round.
                if (seen.Headers.ETag is not [{ } tag] || (await datasource.GetAsync(address, Scope.All)).Headers.ETag is not [{ } tagOfAll]) continue;
                Assert.NotEqual(tag, tagOfAll);
                Assert.Equal(304, (await datasource.GetAsync(address, Blue, ifNoneMatch: tag)).Status);
                Assert.Equal(200, (await datasource.GetAsync(address, Blue, ifNoneMatch: tagOfAll)).Status);
            }

            Assert.Equal("{\"status\":\"success\",\"data\":[]}", (await datasource.GetAsync("label/project/values", Scope.OfTeams())).Body);
        }

        Assert.Equal("[]", (await mixed.GetAsync("partitions", scope: Blue)).Body);
        Assert.Equal("[]", (await mixed.GetAsync("projects", scope: Scope.OfTeams())).Body);
        Assert.Empty((await new QueryEngine(mixed.SeriesOf(new HistoryBlocks(mixed.Account, mixed.History, mixed.Time), scope: Scope.OfTeams())).RangeAsync(Queries[0], 0, mixed.Time.GetUtcNow().ToUnixTimeMilliseconds(), 86_400_000, default)).Series);
    }

    [Fact]
    public async Task The_audit_shows_what_happened_in_the_projects_that_the_scope_sees()
    {
        using var app = await RowsApp.StartAsync(kafka, azurite);
        await app.StateAsync(Some.Event("b", "P-1", new ProjectUpdated(new ProjectFields { Team = "blue" })), Some.Event("r", "P-2", new ProjectUpdated(new ProjectFields { Team = "red" })));
        var stage = await ArchiveStage.OpenAsync(archive, seed: 4);
        for (var segment = 0; segment < 6; segment++)
        {
            await stage.AppendSegmentAsync(0, 20, row => row with { Project = $"P-{row.Offset % 4}" });
            if (segment == 3) await stage.Committer().CommitAsync(default);
        }

        var rows = stage.Rows[0].Where(row => row.Project == "P-1").ToList();
        Assert.Equal(rows.Count, (await AskAsync("audit?limit=1000", Blue)).Rows.Length);
        Assert.All((await AskAsync("audit?limit=1000", Blue)).Rows, row => Assert.Equal("P-1", row.GetProperty("project").GetString()));
        Assert.Empty((await AskAsync("audit?project=P-2", Blue)).Rows);
        Assert.Empty((await AskAsync("audit?project=P-3", Blue)).Rows);
        Assert.NotEmpty((await AskAsync("audit?project=P-2", Scope.All)).Rows);

        Task<RowsAnswer> AskAsync(string address, Scope scope) => RowsAnswer.OfAsync(
            address,
            request => new GetAuditRows(new AuditRows(stage.Audit(), app.Aggregates, new PersonNames(new PersonDirectory(Encoding.UTF8.GetBytes(Some.TenantKey), stage.Account()), TimeProvider.System))).RunAsync(request, default),
            scope: scope);
    }

    [Fact]
    public async Task Questions_are_only_for_those_who_see_all()
    {
        var context = new DefaultHttpContext();
        context.Features.Set(Blue);
        context.Request.QueryString = new QueryString("?question=how+many+tasks+are+open");
        var refused = await Assert.ThrowsAsync<RowProblemException>(() => AskRequest.OfAsync(context.Request, ["question"], default));
        Assert.Equal(403, refused.Problem.Status);
    }

    /// <summary>Requests to the datasource, of any selectors: of what there is, of what the other team has, and of patterns that may be either.</summary>
    private static IEnumerable<string> MetricAddresses(Random random, long now)
    {
        string[] metrics =
        [
            "shitops_tasks", "shitops_tasks_by_status", "shitops_tasks_completed_total", "shitops_lead_time_seconds_bucket", "shitops_project_info", "shitops_resource_allocation_hours", "shitops_task_transitions_total",
            "shitops_task_age_seconds", "shitops_forecast_open_tasks", "shitops_forecast_items", "shitops_bottleneck_score", "shitops_pipeline_lag_records",
        ];
        string[] names = ["project", "team", "status", "category", "resource", "name", "le", "task", "queue", "quantile"];
        string[] values = ["RED-1", "BLUE-1", "LOST-1", "red", "blue", "red todo", "blue doing", "done", "Red Ann", "Both Bob", "red-1-2", "blue-1-2", "red project", "0.5", "+Inf", ""];
        for (var i = 0; i < 40; i++)
        {
            var selector = Uri.EscapeDataString(Selector());
            yield return $"series?match[]={selector}";
            yield return $"labels?match[]={selector}&match[]={Uri.EscapeDataString(Selector())}";
            yield return $"label/{One([.. names, "__name__"])}/values?match[]={selector}";
            yield return $"query?time={now}&query={Uri.EscapeDataString(Expression())}";
            yield return $"query_range?start={now - (9 * 86_400)}&end={now}&step=21600&query={Uri.EscapeDataString(Expression())}";
        }

        foreach (var name in (string[])[.. names, "__name__"]) yield return $"label/{name}/values";
        yield return "labels";

        string Expression() => random.Next(8) switch
        {
            0 => Selector(),
            1 => $"sum by ({One(names)}) ({Selector()})",
            2 => $"count by (__name__) ({Selector()})",
            3 => $"absent({Selector()})",
            4 => $"increase({Selector()}[2d]) or {Selector()}",
            5 => $"{Selector()} * on (project) group_left (team, name) shitops_project_info",
            6 => $"count_values without ({One(names)}) (\"value\", {Selector()})",
            _ => $"max_over_time({Selector()}[1d:6h])",
        };

        string Selector()
        {
            var matchers = Enumerable.Range(0, random.Next(3)).Select(_ => $"{One(names)}{Matcher()}");
            return random.Next(4) == 0 ? $"{{__name__=~\"shitops_(tasks|project|forecast|task).*\",{string.Join(',', matchers)}}}" : $"{One(metrics)}{{{string.Join(',', matchers)}}}";
        }

        string Matcher() => random.Next(4) switch
        {
            0 => $"=\"{One(values)}\"",
            1 => $"!=\"{One(values)}\"",
            2 => $"=~\"{One(["(?i)red.*", ".*-1", "blue|red", "BLUE-1|RED-1", ".+", "Red Ann|Both Bob"])}\"",
            _ => $"!~\"{One(["(?i)blue.*", "blue.*|LOST.*", ".*-2", ".+"])}\"",
        };

        string One(string[] choices) => choices[random.Next(choices.Length)];
    }

    private static async Task<List<string?>> PagedAsync(RowsApp app, string address, int limit)
    {
        List<string?> tasks = [];
        for (string? token = null; ;)
        {
            var answer = await app.GetAsync($"{address}&limit={limit}{(token is null ? "" : $"&continuation={token}")}", scope: Blue);
            AssertNothingOfRed(TokenOf(answer), "");
            tasks.AddRange(answer.Rows.Select(row => row.GetProperty("task").GetString()));
            token = answer.Continuation;
            if (token is null) return tasks;
        }
    }

    private static async Task<List<string>> TextOfAsync(QueryEngine engine, string query, long now)
    {
        var series = (await engine.RangeAsync(query, now - (12 * 86_400_000L), now, 21_600_000, default)).Series;
        return [.. series.Select(one => $"{one.Labels}: {string.Join(' ', one.Times.ToArray().Zip(one.Values.ToArray()))}").Order(StringComparer.Ordinal)];
    }

    /// <summary>Nothing of the other team is in a text, but for what the request itself said.</summary>
    private static void AssertNothingOfRed(string text, string asked)
    {
        if (!asked.Contains("red", StringComparison.OrdinalIgnoreCase)) Assert.DoesNotMatch("(?i)red[ -]", text);
        Assert.DoesNotContain("LOST", asked.Contains("LOST", StringComparison.Ordinal) ? "" : text, StringComparison.Ordinal);
    }

    private static string TokenOf(RowsAnswer answer) => answer.Continuation is { } token ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)) : "";

    /// <summary>What does not tell of the app: when storage wrote a row.</summary>
    private static string Plain(string body) => System.Text.RegularExpressions.Regex.Replace(body, "\"lastWritten\":\"[^\"]*\"", "");

    /// <summary>Projects of two teams, and of none, over some weeks.</summary>
    private static Event[] Events(Random random)
    {
        List<Event> events = [];
        foreach (var (team, projects) in ((string?, int)[])[("red", 4), ("blue", 3), (null, 1)])
        {
            for (var number = 1; number <= projects; number++)
            {
                var project = $"{team?.ToUpperInvariant() ?? "LOST"}-{number}";
                State(project, -300, new ProjectCreated(new ProjectFields { Name = $"{team} project", Team = team, Owner = $"{(team == "red" ? "Red" : "Blue")} Owner", Status = new Status($"{team} doing", StatusCategory.InProgress) }));
                State(project, -290, new ResourceAllocated("a-1", $"{(team == "red" ? "Red" : "Blue")} Ann", 20, new DateOnly(2026, 1, 1), null, null));
                for (var task = 0; task < 120; task++)
                {
                    var at = -280 + (random.NextDouble() * 200);
                    State(project, at, new TaskCreated($"{team}-{number}-{task}", new TaskFields { Status = new Status($"{team} todo", StatusCategory.Todo), Assignee = task % 2 == 0 ? "Both Bob" : $"{(team == "red" ? "Red" : "Blue")} Ann", Title = $"{team} title" }));
                    for (var change = random.Next(7); change > 0; change--)
                    {
                        at += random.NextDouble() * 20;
                        State(project, at, random.Next(3) switch
                        {
                            0 => new TaskBlocked($"{team}-{number}-{task}", $"{team} reason"),
                            1 => new TaskStatusChanged($"{team}-{number}-{task}", new Status($"{team} doing", StatusCategory.InProgress)),
                            _ => new TaskStatusChanged($"{team}-{number}-{task}", new Status($"{team} done", StatusCategory.Done)),
                        });
                    }
                }
            }
        }

        return [.. events];

        void State(string project, double hours, EventData data) =>
            events.Add(Some.Event(string.Create(CultureInfo.InvariantCulture, $"e-{events.Count:D4}"), project, data) with { Time = Some.Time.AddHours(hours) });
    }
}
