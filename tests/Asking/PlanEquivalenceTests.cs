using System.Globalization;
using System.Text.Json;
using ShitOps.Events;
using ShitOps.Planning;
using ShitOps.Rows;
using ShitOps.Tests.Planning;
using ShitOps.Tests.Projects;
using ShitOps.Tests.Rows;

namespace ShitOps.Tests.Asking;

/// <summary>Whatever plan is taken for a query, the answer is the same.</summary>
[Collection(nameof(AppCollection))]
public sealed class PlanEquivalenceTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    private const int Queries = 60;

    private static readonly string[] Projects = ["P-0", "P-1", "P-2", "P-3", "many teams", "Zürich"];

    private static readonly Dictionary<QueryField, string[]> Pool = new()
    {
        [QueryField.Project] = [.. Projects, "nowhere"],
        [QueryField.Team] = ["red", "blue", "green", "team 3", "nobodys"],
        [QueryField.Person] = ["ann", "bob", "eve", "nobody"],
        [QueryField.Status] = ["todo", "in-progress 0", "done 1", "blocked", "Doing, with a name that is longer than any label may be, so that it is cut"],
        [QueryField.Type] = ["bug", "story"],
        [QueryField.Milestone] = ["m-0", "m-1"],
        [QueryField.Task] = ["T-0", "T-1", "T-9"],
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task All_plans_of_a_query_give_the_same_rows(int seed)
    {
        using var app = await StartAsync(seed);
        var random = new Random(seed);
        var compared = new Dictionary<PlanSource, int>();
        var withValues = 0;
        for (var count = 0; count < Queries;)
        {
            var query = Draw(random);
            var plans = QueryPlans.Of(query, app.Now).GroupBy(plan => (plan.Source, plan.Reach)).Select(group => group.ElementAt(random.Next(group.Count()))).ToList();
            if (plans.Count < 2) continue;
            count++;
            var expected = await app.RowsOfAsync(query, plans[0]);
            if (expected.Any(c => c is >= '1' and <= '9')) withValues++;
            foreach (var plan in plans)
            {
                compared[plan.Source] = compared.GetValueOrDefault(plan.Source) + 1;
                var actual = await app.RowsOfAsync(query, plan);
                Assert.True(IsEqual(expected, actual), $"{query}\n{plans[0]}: {expected}\n{plan}: {actual}");
            }
        }

        // The property holds of something.
        Assert.True(withValues > Queries / 2, $"{withValues} answers have a value");
        foreach (var source in (PlanSource[])[PlanSource.Tasks, PlanSource.Sums, PlanSource.History, PlanSource.Series]) Assert.True(compared.GetValueOrDefault(source) > 2, $"{source}: {compared.GetValueOrDefault(source)}");
    }

    [Fact]
    public async Task Sums_of_teams_are_those_of_the_tasks()
    {
        using var app = await StartAsync(seed: 3, hasManyTeams: false);
        foreach (var line in (string[])["report tasks", "report open-tasks by team", "report tasks where team = \"red\", \"green\" by category", "report remaining-hours where team != \"red\" by team", "rank wip by team order desc limit 2"])
        {
            var query = QueryText.Parse(line);
            var plans = QueryPlans.Of(query, app.Now);
            Assert.Contains(plans, plan => plan.Source == PlanSource.TeamSums);
            var expected = await app.RowsOfAsync(query, plans.First(plan => plan.Source == PlanSource.Tasks));
            Assert.Contains("value", expected, StringComparison.Ordinal);
            foreach (var plan in plans) Assert.Equal(expected, await app.RowsOfAsync(query, plan));
        }
    }

    [Fact]
    public async Task A_kept_answer_is_the_one_that_would_be_read()
    {
        using var app = await StartAsync(seed: 4);
        var random = new Random(4);
        List<Query> queries = [];
        while (queries.Count < 30)
        {
            var query = Draw(random);
            if (QueryPlans.IsSettled(query, app.Now)) queries.Add(query);
        }

        var (held, changed) = (0, 0);
        var fleet = (await app.Names.GetAsync(default)).Fleet;
        for (var round = 0; round < 6; round++)
        {
            foreach (var query in queries)
            {
                var version = await app.Settled.VersionAsync(query, default);
                var plans = QueryPlans.Of(query, app.Now).Where(plan => plan.Source != PlanSource.Series).ToList();
                var found = await app.Executor.RunAsync(query, plans[random.Next(plans.Count)], app.Now, default);
                var wasKept = app.Settled.Has(query);
                if (app.Settled.At(query, version) is { } kept)
                {
                    held++;
                    Assert.True(IsEqual(TextOf(found), TextOf(kept)), query.ToString());
                }
                else if (wasKept)
                {
                    changed++;
                }

                app.Settled.Keep(query, version, found);

                // Whatever way is chosen, with answers that are kept and may be out of date.
                Assert.True(IsEqual(TextOf(found), TextOf((await app.Planner.AnswerAsync(query, fleet, app.Now, default)).Page)), query.ToString());
            }

            // Events of the past come to some projects, so that some slices move and others do not.
            var one = ProjectEvents.Of(1_000 + round)[0];
            if (round % 2 == 0) await app.Rows.StateAsync(one with { Project = Projects[random.Next(Projects.Length)] });
        }

        Assert.True(held > 40 && changed > 20, $"{held} held, {changed} changed");

        static string TextOf(RowPage page) => System.Text.Encoding.UTF8.GetString(JsonRows.Write(page));
    }

    [Fact]
    public async Task What_is_asked_again_is_kept_and_the_kept_answer_is_a_plan_like_others()
    {
        using var app = await StartAsync(seed: 5);
        var query = QueryText.Parse("trend open-tasks by project from 2026-03-28 to 2026-03-29 step 1h");
        var fleet = (await app.Names.GetAsync(default)).Fleet;
        var planner = app.OpenPlanner(app.Preferring(PlanSource.History, query, fleet), TimeSpan.FromMinutes(2));
        for (var i = 0; i < 2; i++) Assert.DoesNotContain((await planner.AnswerAsync(query, fleet, app.Now, default)).Taken.Candidates, plan => plan.Source == PlanSource.Kept);
        Assert.Contains((await planner.AnswerAsync(query, fleet, app.Now, default)).Taken.Candidates, plan => plan.Source == PlanSource.Kept);

        var keeping = app.OpenPlanner(app.Preferring(PlanSource.Kept, query, fleet), TimeSpan.FromMinutes(2));
        Assert.Equal(PlanSource.Kept, keeping.Explain(query, fleet, app.Now)[0].Candidate.Plan.Source);
        Assert.Equal(PlanSource.Kept, (await keeping.AnswerAsync(query, fleet, app.Now, default)).Taken.Plan.Source);
        Assert.DoesNotContain(app.Planner.Explain(QueryText.Parse("report open-tasks"), fleet, app.Now), way => way.Candidate.Plan.Source == PlanSource.Kept);
    }

    [Fact]
    public async Task Projects_and_ages_are_the_same_whether_projects_are_looked_up_or_all_are_read()
    {
        QueryMetric[] metrics = [.. QueryMetrics.All.Select(one => one.Metric).Where(metric => !MetricFormula.IsOfCounters(metric) && metric is not (QueryMetric.People or QueryMetric.Changes or QueryMetric.Bottleneck) && !QueryMetrics.Of(metric).IsForecast)];
        Assert.Contains(QueryMetric.AllocatedHours, metrics);
        using var app = await StartAsync(seed: 6);
        await app.Rows.StateAsync(Projects.SelectMany(DatesOf));
        var random = new Random(6);
        foreach (var metric in metrics)
        {
            var withRows = 0;
            for (var count = 0; count < 24;)
            {
                var query = Draw(random, drawn => drawn == metric);
                var plans = QueryPlans.Of(query, app.Now);
                if (plans.Select(plan => plan.Reach).Distinct().Count() < 2) continue;
                count++;
                var expected = await app.RowsOfAsync(query, plans[0]);
                if (expected.Any(c => c is >= '1' and <= '9')) withRows++;
                foreach (var plan in plans)
                {
                    var actual = await app.RowsOfAsync(query, plan);
                    Assert.True(IsEqual(expected, actual), $"{query}\n{plans[0]}: {expected}\n{plan}: {actual}");
                }
            }

            Assert.True(withRows > 1, $"{metric}: {withRows} answers have a value");
        }

        // A due day, a team, an owner, a task that is late and waits, and somebody who is allocated, for every project.
        IEnumerable<Event> DatesOf(string project, int i)
        {
            yield return new Event(
                $"dates-{i}", "https://tracker.example", EventTypes.ProjectUpdated, ProjectEvents.Start.AddDays(2), project, new ProjectUpdated(new ProjectFields { Due = new DateOnly(2026, 3, 24).AddDays(i), Status = new Status("in-progress 0", StatusCategory.InProgress), Team = i % 2 == 0 ? "red" : "blue", Owner = "ann" }));
            yield return new Event(
                $"late-{i}", "https://tracker.example", EventTypes.TaskCreated, ProjectEvents.Start.AddHours(i), project,
                new TaskCreated($"LATE-{i}", new TaskFields { Due = new DateOnly(2026, 3, 28), Assignee = i % 2 == 0 ? "ann" : "bob", Kind = "bug", Status = new Status("blocked", StatusCategory.Blocked) }));
            yield return new Event(
                $"hours-{i}", "https://tracker.example", EventTypes.ResourceAllocated, ProjectEvents.Start.AddDays(2), project, new ResourceAllocated($"a-{i}", i % 2 == 0 ? "ann" : "bob", 8 + i, new DateOnly(2026, 3, 26).AddDays(i), null, null));
        }
    }

    /// <summary>Equal but for the last digits of numbers that were added up in another order.</summary>
    private static bool IsEqual(string one, string other)
    {
        if (one == other) return true;
        var (rows, others) = (JsonDocument.Parse(one).RootElement, JsonDocument.Parse(other).RootElement);
        return rows.GetArrayLength() == others.GetArrayLength() && rows.EnumerateArray().Zip(others.EnumerateArray()).All(pair =>
            pair.First.EnumerateObject().Zip(pair.Second.EnumerateObject()).All(cells => cells.First.Name == cells.Second.Name && (cells.First.Value.ValueKind == JsonValueKind.Number && cells.Second.Value.ValueKind == JsonValueKind.Number
                ? Math.Abs(cells.First.Value.GetDouble() - cells.Second.Value.GetDouble()) <= 2e-6
                : cells.First.Value.GetRawText() == cells.Second.Value.GetRawText())));
    }

    private static Query Draw(Random random) => Draw(random, metric => MetricFormula.IsOfCounters(metric) || metric == QueryMetric.People);

    private static Query Draw(Random random, Func<QueryMetric, bool> isWanted)
    {
        while (true)
        {
            var drawn = SomeQueries.DrawAny(random);
            if (!isWanted(drawn.Metric)) continue;
            var query = drawn with
            {
                Filters = [.. drawn.Filters.Take(random.Next(3)).Select(filter => random.Next(2) == 0 ? filter.Field : QueryField.Project).Distinct().Select(field => new QueryFilter(field, Values(field), random.Next(4) == 0))],
                Span = drawn.Span is null ? null : Span(),
                Versus = drawn.Versus is null ? null : Span(),
                Limit = drawn.Limit is null ? null : random.Next(1, 4),
            };

            // A trend has to have begun.
            if (QueryRules.Fault(query) is null && (query.Step is null || query.Span?.From?.Instant is null || query.Span.Value.From.Value.Day < new DateOnly(2026, 3, 30))) return query;
        }

        IEnumerable<string> Values(QueryField field) => Pool.TryGetValue(field, out var values) ? Enumerable.Range(0, random.Next(1, 3)).Select(_ => values[random.Next(values.Length)]) : ["status"];

        QuerySpan? Span()
        {
            var (from, to) = (Bound(0), Bound(2));
            return random.Next(4) switch { 0 => QuerySpan.On(new DateOnly(2026, 3, 28).AddDays(random.Next(4))), 1 => new QuerySpan(from, null), 2 => new QuerySpan(null, to), _ => new QuerySpan(from, to) };
        }

        TimeBound Bound(int days)
        {
            var day = new DateOnly(2026, 3, 27).AddDays(days + random.Next(2));
            return random.Next(2) == 0 ? new TimeBound(day) : new TimeBound(day.ToDateTime(new TimeOnly(random.Next(24), random.Next(60))));
        }
    }

    /// <summary>Projects whose events get in each other's way; some of the events are of hours to come.</summary>
    private async Task<AskApp> StartAsync(int seed, bool hasManyTeams = true)
    {
        var rows = await RowsApp.StartAsync(kafka, azurite);
        rows.Time.Advance(new DateTimeOffset(2026, 3, 30, 22, 17, 0, TimeSpan.Zero) - rows.Time.GetUtcNow());
        List<Event> events = [];
        for (var i = 0; i < Projects.Length; i++)
            events.AddRange(ProjectEvents.Of((seed * 100) + i).Select(one => one with { Project = Projects[i] }));
        for (var i = 0; i < (hasManyTeams ? 80 : 3); i++)
        {
            events.Add(new Event(
                string.Create(CultureInfo.InvariantCulture, $"team-{i}"), "https://tracker.example", EventTypes.TaskCreated, ProjectEvents.Start.AddMinutes(i * 7), "many teams",
                new TaskCreated(string.Create(CultureInfo.InvariantCulture, $"M-{i}"), new TaskFields { Team = $"team {i}", Assignee = i % 3 == 0 ? "eve" : null, Status = new Status(Pool[QueryField.Status][4], StatusCategory.InProgress) })));
        }

        return new AskApp(await rows.StateAsync(events));
    }
}
