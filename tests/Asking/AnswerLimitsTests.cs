using ShitOps.Events;
using ShitOps.Planning;
using ShitOps.PromQL.Evaluation;
using ShitOps.Tests.Rows;

namespace ShitOps.Tests.Asking;

/// <summary>What an answer may take.</summary>
[Collection(nameof(AppCollection))]
public sealed class AnswerLimitsTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    private static readonly Query OfSeries = QueryText.Parse("report open-tasks by project from 2026-01-28 to 2026-01-29");

    [Fact]
    public async Task A_trend_of_allocations_has_no_more_values_than_an_answer_may_have()
    {
        using var app = new AskApp(await (await RowsApp.StartAsync(kafka, azurite)).StateAsync(
            Enumerable.Range(0, 110).Select(i => Some.Event($"r-{i}", "LEDGER", new ResourceAllocated($"a-{i}", $"person {i}", 8, new DateOnly(2026, 1, 1), null, null)))));

        var answer = await app.GetAsync($"?query={Uri.EscapeDataString("trend allocated-hours by person from 2024-12-01 to 2026-01-15 step 1h")}");

        Assert.Equal((400, "110 groups over 9,864 steps are more than the 1,000,000 values of an answer; take a longer step or a shorter span, or name what is compared."), (answer.Status, answer.Detail));
    }

    [Fact]
    public async Task A_forecast_of_too_many_steps_is_a_question_that_asks_for_too_much()
    {
        using var app = new AskApp(await RowsApp.StartAsync(kafka, azurite));
        var query = $"?query={Uri.EscapeDataString("forecast expected-tasks from 0001-01-01 to 9999-12-30 step 1h")}";

        foreach (var answer in (RowsAnswer[])[await app.GetAsync(query), await app.ExplainAsync(query)])
        {
            Assert.Equal(400, answer.Status);
            Assert.Contains("expected at most 400: take a longer step or a shorter span.", answer.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Series_that_an_answer_is_made_of_are_limited_like_those_of_a_query()
    {
        using var app = await StartAsync(new QueryLimits(MaxSeries: 1));

        var fault = await Assert.ThrowsAsync<QuerySpanException>(() => app.RowsOfAsync(OfSeries, PlanOf(app)));

        Assert.Equal("To answer this, more series would have to be held in memory than one query may. Name a project or a team, or ask for a shorter time.", fault.Message);
    }

    [Fact]
    public async Task What_is_too_much_for_series_is_answered_by_another_plan()
    {
        using var app = await StartAsync(new QueryLimits(MaxSeries: 1));
        var fleet = (await app.Names.GetAsync(default)).Fleet;

        var (page, taken) = await app.OpenPlanner(app.Preferring(PlanSource.Series, OfSeries, fleet), TimeSpan.FromMinutes(2)).AnswerAsync(OfSeries, fleet, app.Now, default);

        Assert.Equal((2, false), (page.Rows.Count, taken.Plan.Source == PlanSource.Series));
        Assert.Contains(taken.Candidates, plan => plan.Source == PlanSource.Series);
    }

    [Fact]
    public async Task Waiting_for_a_turn_is_no_part_of_what_a_plan_takes()
    {
        using var app = await StartAsync(limits: null);
        var fleet = (await app.Names.GetAsync(default)).Fleet;
        var planner = app.OpenPlanner(app.Preferring(PlanSource.Series, OfSeries, fleet), TimeSpan.FromMinutes(2));
        await app.Turns.WaitAsync(default);
        var all = System.Diagnostics.Stopwatch.StartNew();
        var answering = planner.AnswerAsync(OfSeries, fleet, app.Now, default);
        await Task.Delay(TimeSpan.FromSeconds(3));
        app.Turns.Release();

        var taken = (await answering).Taken;
        Assert.Equal(PlanSource.Series, taken.Plan.Source);
        Assert.InRange(taken.SpentMs, 0, all.Elapsed.TotalMilliseconds - 2_000);
    }

    [Fact]
    public async Task An_answer_made_of_series_waits_for_its_turn()
    {
        using var app = await StartAsync(limits: null);
        await app.Turns.WaitAsync(default);
        using var stopping = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => app.Executor.RunAsync(OfSeries, PlanOf(app), app.Now, stopping.Token));

        app.Turns.Release();
        Assert.Equal(2, (await app.Executor.RunAsync(OfSeries, PlanOf(app), app.Now, default)).Rows.Count);
    }

    private static QueryPlan PlanOf(AskApp app) => QueryPlans.Of(OfSeries, app.Now).First(plan => plan.Source == PlanSource.Series);

    private async Task<AskApp> StartAsync(QueryLimits? limits)
    {
        var rows = await RowsApp.StartAsync(kafka, azurite);
        return new AskApp(
            await rows.StateAsync(((string[])["LEDGER", "SEARCH"]).Select(project =>
                Some.Event($"t-{project}", project, new TaskCreated("T-1", new TaskFields { Status = new Status("To Do", StatusCategory.Todo) })) with { Time = Some.Time.AddDays(-9) })),
            limits: limits);
    }
}
