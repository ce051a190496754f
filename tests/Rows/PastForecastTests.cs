using System.Text.Json;
using ShitOps.Events;
using ShitOps.Forecasting;
using ShitOps.PromQL.Evaluation;
using ShitOps.Security;

namespace ShitOps.Tests.Rows;

/// <summary>Forecasts of past cutoffs that are made after their time, over a real store.</summary>
[Collection(nameof(AppCollection))]
public class PastForecastTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    private static readonly Status Todo = new("To Do", StatusCategory.Todo);
    private static readonly Status Doing = new("Doing", StatusCategory.InProgress);
    private static readonly Status Done = new("Done", StatusCategory.Done);
    private static readonly Milestone Release = new("1.0", MilestoneKind.Version, null, new DateOnly(2025, 12, 26));

    private static readonly DateTimeOffset Now = Some.Time;
    private static readonly DateTimeOffset Begin = Now.AddDays(-70);

    [Fact]
    public async Task What_happened_after_a_past_cutoff_does_not_change_its_forecast()
    {
        // From ten days after the third cutoff on all kinds of things happen.
        var (cutoffs, planted) = (Weekly(5), Begin.AddDays(38));
        Event[] known = [.. Project(until: Now).Where(one => one.Time < planted)];
        using var original = await StartAsync(known);
        using var changed = await StartAsync(
        [
            .. known,
            .. Enumerable.Range(0, 10).Select(i => At(planted.AddHours(i), new TaskStatusChanged($"open-{i}", i % 2 == 0 ? Done : Doing))),
            .. Enumerable.Range(0, 20).Select(i => At(planted.AddHours(i), new TaskStatusChanged($"done-{10 + i}-0", Todo))),
            .. Enumerable.Range(0, 30).Select(i => At(planted.AddHours(i), new TaskCreated($"late-{i}", new TaskFields { Status = Todo, Milestone = Release }))),
            At(planted, new TaskBlocked("open-11", "waits")),
            At(planted, new TaskStatusChanged("planned-4", Done)),
        ]);
        Assert.Equal(5, await original.PastForecaster.RunAsync("APOLLO", cutoffs, _ => { }, default));
        Assert.Equal(5, await changed.PastForecaster.RunAsync("APOLLO", cutoffs, _ => { }, default));

        foreach (var cutoff in cutoffs)
        {
            var (expected, found) = ((await original.Forecasts.AsOfAsync("APOLLO", cutoff, default))!.Value, (await changed.Forecasts.AsOfAsync("APOLLO", cutoff, default))!.Value);
            Assert.Equal(cutoff, found.Forecast.Forecast.Cutoff);
            Assert.Equal(cutoff >= cutoffs[3] ? 1 : 0, found.Forecast.Forecast.Milestones.Count);
            Assert.Equal(JsonSerializer.Serialize(expected.Source.Input), JsonSerializer.Serialize(found.Source.Input));
            Assert.Equal(JsonSerializer.Serialize(expected.Forecast), JsonSerializer.Serialize(found.Forecast));
        }

        // A day after it they do.
        var after = (DateTimeOffset[])[planted.AddDays(1)];
        foreach (var app in (RowsApp[])[original, changed]) Assert.Equal(1, await app.PastForecaster.RunAsync("APOLLO", after, _ => { }, default));
        Assert.NotEqual(JsonSerializer.Serialize((await original.Forecasts.AsOfAsync("APOLLO", after[0], default))!.Value.Forecast), JsonSerializer.Serialize((await changed.Forecasts.AsOfAsync("APOLLO", after[0], default))!.Value.Forecast));
    }

    [Fact]
    public async Task A_milestone_can_be_followed_over_its_life_with_what_moved_it()
    {
        using var app = await StartAsync(Project(until: Now));
        await app.Forecaster.RunAsync(default);
        var cutoffs = PastForecaster.Cutoffs(Begin, Now, TimeSpan.FromDays(7), Now);
        Assert.Equal(11, cutoffs.Count);
        List<int> told = [];

        // The present one, of the timer, is there and stays.
        Assert.Equal(10, await app.PastForecaster.RunAsync("APOLLO", cutoffs, told.Add, default));
        Assert.Equal(Enumerable.Range(1, 11), told);
        Assert.Equal(0, await app.PastForecaster.RunAsync("APOLLO", cutoffs, _ => { }, default));
        Assert.Null(await app.PastForecaster.RunAsync("NOWHERE", cutoffs, _ => { }, default));

        // One task is planned in the third week and five in the fourth; three are done in the fifth, and the others when the last day is over.
        var engine = new QueryEngine(app.ForecastsIn(Scope.All));
        var remaining = (await RangeAsync("shitops_forecast_milestone_remaining_tasks")).Single();
        Assert.Equal("1.0", remaining.Labels["milestone"]);
        Assert.Equal([1, 6, 3, 3, 3, 3, 0, 0], Weekly(11).Skip(3).Select(cutoff => ValueAt(remaining, cutoff)));
        Assert.Equal(new DateTimeOffset(2025, 12, 27, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds(), (await RangeAsync("shitops_forecast_milestone_due_timestamp_seconds")).Single().Values.Span[0]);

        var odds = (await RangeAsync("shitops_forecast_milestone_on_time_probability")).Single();
        Assert.True(ValueAt(odds, cutoffs[4]) < ValueAt(odds, cutoffs[3]) - 0.1);
        Assert.Equal(0, ValueAt(odds, cutoffs[5]));
        var ratio = (await RangeAsync("shitops_forecast_milestone_done_ratio{quantile=\"0.85\"}")).Single();
        Assert.Equal(3.0 / 6, ValueAt(ratio, cutoffs[9]), 6);

        // Moves are told at the cutoff of the forecast that moved, and nowhere else.
        var moves = await RangeAsync("shitops_forecast_milestone_moved_probability", step: TimeSpan.FromHours(6));
        var grown = moves.Single(move => move.Labels["cause"] == "5 tasks were added; 6 of 6 open");
        Assert.Equal(cutoffs[4].ToUnixTimeMilliseconds(), Assert.Single(grown.Times.ToArray()));
        Assert.InRange(grown.Values.Span[0], -1, -0.1);

        async Task<IReadOnlyList<MatrixSeries>> RangeAsync(string query, TimeSpan? step = null) =>
            (await engine.RangeAsync(query, Begin.ToUnixTimeMilliseconds(), Now.ToUnixTimeMilliseconds(), (long)(step ?? TimeSpan.FromHours(1)).TotalMilliseconds, default)).Series;
    }

    [Fact]
    public async Task A_past_forecast_tells_of_two_weeks_and_is_no_promise()
    {
        using var app = await StartAsync(Project(until: Now));
        await app.PastForecaster.RunAsync("APOLLO", [Begin], _ => { }, default);
        await app.Forecaster.RunAsync(default);
        var samples = (await new QueryEngine(app.ForecastsIn(Scope.All)).RangeAsync("shitops_forecast_items{weeks=\"4\", quantile=\"0.5\"}", Begin.ToUnixTimeMilliseconds(), Now.ToUnixTimeMilliseconds(), 3_600_000, default)).Series.Single().Times.ToArray();
        Assert.Equal(Begin.AddDays(14).ToUnixTimeMilliseconds(), samples.Where(ms => ms < Now.ToUnixTimeMilliseconds()).Max(), 2 * 3_600_000.0);
        Assert.Contains(Now.ToUnixTimeMilliseconds(), samples);
        Assert.Empty((await app.GetAsync("calibration")).Rows);
    }

    [Fact]
    public async Task Retention_counts_from_when_a_past_forecast_was_made()
    {
        using var app = await StartAsync(Project(until: Now));
        app.ForecastsKept = TimeSpan.FromDays(30);
        await app.PastForecaster.RunAsync("APOLLO", Weekly(3), _ => { }, default);
        await app.Forecaster.RunAsync(default);
        app.Time.Advance(TimeSpan.FromDays(28));
        await app.Forecaster.RunAsync(default);
        Assert.Equal(5, await app.ForecastRows("f:APOLLO").CountAsync());
        app.Time.Advance(TimeSpan.FromDays(7));
        await app.Forecaster.RunAsync(default);
        Assert.Equal([Now.AddDays(28), Now.AddDays(35)], await app.Forecasts.CutoffsAsync("APOLLO", DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, default).ToListAsync());
        Assert.Equal(2, await app.ForecastRows("i:APOLLO").CountAsync());
    }

    [Fact]
    public void Cutoffs_are_those_of_the_timer_and_none_is_in_the_future()
    {
        var now = new DateTimeOffset(2026, 1, 20, 7, 0, 0, TimeSpan.Zero);
        Assert.Equal(
            [new(2026, 1, 5, 6, 0, 0, TimeSpan.Zero), new(2026, 1, 12, 6, 0, 0, TimeSpan.Zero), new(2026, 1, 19, 6, 0, 0, TimeSpan.Zero)],
            PastForecaster.Cutoffs(new DateTimeOffset(2026, 1, 5, 0, 0, 1, TimeSpan.Zero), DateTimeOffset.MaxValue, TimeSpan.FromDays(7), now));
        Assert.Empty(PastForecaster.Cutoffs(now, DateTimeOffset.MaxValue, TimeSpan.FromDays(7), now));
        Assert.Single(PastForecaster.Cutoffs(now.AddHours(-1), now.AddHours(-1), TimeSpan.FromDays(7), now));
    }

    private static DateTimeOffset[] Weekly(int count) => [.. Enumerable.Range(0, count).Select(week => Begin.AddDays(7 * week))];

    private static double ValueAt(MatrixSeries series, DateTimeOffset time) => series.Values.Span[series.Times.Span.IndexOf(time.ToUnixTimeMilliseconds())];

    /// <summary>Four tasks a week that take two weeks each, some that wait, and a milestone.</summary>
    private static IEnumerable<Event> Project(DateTimeOffset until)
    {
        var start = until.AddDays(-7 * 40);
        for (var week = 0; week < 40; week++)
            for (var i = 0; i < 4; i++)
            {
                var done = until.AddDays(-(7 * week) - 1 - i);
                yield return At(done.AddDays(-14) < start ? start : done.AddDays(-14), new TaskCreated($"done-{week}-{i}", new TaskFields { Status = Todo }));
                yield return At(done, new TaskStatusChanged($"done-{week}-{i}", Done));
            }

        for (var i = 0; i < 20; i++) yield return At(start.AddMinutes(i), new TaskCreated($"open-{i}", new TaskFields { Status = Todo }));
        for (var i = 0; i < 6; i++)
        {
            yield return At(i == 0 ? Begin.AddDays(15) : Begin.AddDays(23), new TaskCreated($"planned-{i}", new TaskFields { Status = Todo, Milestone = Release }));
            yield return At(i < 3 ? Begin.AddDays(30) : Begin.AddDays(62), new TaskStatusChanged($"planned-{i}", Done));
        }
    }

    private static Event At(DateTimeOffset time, EventData data) => Some.Event(Some.Name("e"), "APOLLO", data) with { Time = time };

    private async Task<RowsApp> StartAsync(IEnumerable<Event> events) => await (await RowsApp.StartAsync(kafka, azurite)).StateAsync(events);
}
