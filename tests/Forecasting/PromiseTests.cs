using System.Text.Json;
using ShitOps.Events;
using ShitOps.Flow;
using ShitOps.Forecasting;

namespace ShitOps.Tests.Forecasting;

public class PromiseTests
{
    private static readonly DateTimeOffset Cutoff = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    private static readonly CompletionForecast Dates = new(Cutoff.AddDays(10), Cutoff.AddDays(20), Cutoff.AddDays(30), null);

    [Fact]
    public void A_completion_is_settled_date_by_date_whether_the_work_is_done_or_not()
    {
        // Done on the fifth day: no promise is settled before its date, so that kept ones do not come before broken ones.
        var (early, late) = (History(doneAfter: 5), History(doneAfter: 15));
        Assert.Equal([(10, true, null, null), (20, null, true, null), (30, null, null, true)], Settled(early, Dates));
        Assert.Equal([(10, false, null, null), (20, null, true, null), (30, null, null, true)], Settled(late, Dates));
        Assert.Equal([(10, false, null, null), (20, null, false, null), (30, null, null, false)], Settled(History(doneAfter: 400), Dates));
    }

    [Fact]
    public void Of_a_completion_with_a_date_beyond_the_horizon_the_others_are_settled()
    {
        Assert.Equal([(10, false, null, null), (20, null, true, null)], Settled(History(doneAfter: 15), Dates with { P95 = null }));
        Assert.Equal([(10, false, null, null)], Settled(History(doneAfter: 15), Dates with { P85 = null, P95 = null }));
        Assert.Empty(Settled(History(doneAfter: 15), new CompletionForecast(null, null, null, null)));
    }

    [Fact]
    public void With_the_last_date_it_is_told_how_long_it_took()
    {
        var promise = new Promise(Cutoff, 3, [], Dates);
        var (settled, rest) = promise.Settle(History(doneAfter: 15), Cutoff.AddDays(50));
        Assert.Equal(new SettledPromise(Cutoff, 0, 15, false, true, true, 5), Assert.Single(settled));
        Assert.Null(rest);
        Assert.Null(Assert.Single(promise.Settle(History(doneAfter: 400), Cutoff.AddDays(50)).Settled).Error);
    }

    [Fact]
    public void What_is_open_again_at_a_date_was_not_done_by_it()
    {
        var history = new ProjectHistory("P", [.. History(doneAfter: 5).Tasks.SkipLast(1), new TaskHistory("again", [new(Cutoff.AddDays(-1), StatusCategory.Todo), new(Cutoff.AddDays(2), StatusCategory.Done), new(Cutoff.AddDays(8), StatusCategory.Todo), new(Cutoff.AddDays(12), StatusCategory.Done)])]);
        Assert.Equal([(10, false, null, null), (20, null, true, null), (30, null, null, true)], Settled(history, Dates));
    }

    [Fact]
    public void Tallies_count_each_odds_by_what_is_settled_of_it()
    {
        var tally = PromiseTally.Of(0).With(new SettledPromise(Cutoff, 0, null, false, null, null, null)).With(new SettledPromise(Cutoff, 0, null, true, true, null, null)).With(new SettledPromise(Cutoff, 0, 15, null, null, true, 5));
        Assert.Equal((2, 1, 1, 1, 1, 1, 5.0, 1), (tally.Settled, tally.Held50, tally.Settled85, tally.Held85, tally.Settled95, tally.Held95, tally.Errors, tally.Known));
        Assert.Equal(tally, JsonSerializer.Deserialize<PromiseTally>(JsonSerializer.Serialize(tally)));
        Assert.Equal((4, 2), (tally.With(tally).Settled, tally.With(tally).Settled95));

        // As tallies were written that knew one count only.
        var old = JsonSerializer.Deserialize<PromiseTally>("""{"Weeks":4,"Settled":9,"Held50":5,"Held85":8,"Held95":9,"Errors":1,"Known":9}""")!;
        Assert.Equal((9, 9), (old.Settled85, old.Settled95));
    }

    /// <summary>Goes day by day: when something was settled, and what.</summary>
    private static List<(int Day, bool?, bool?, bool?)> Settled(ProjectHistory history, CompletionForecast dates)
    {
        List<(int, bool?, bool?, bool?)> found = [];
        for (var (day, promise) = (1, (Promise?)new Promise(Cutoff, 3, [], dates)); day <= 60 && promise is not null; day++)
        {
            (var settled, promise) = promise.Settle(history, Cutoff.AddDays(day));
            found.AddRange(settled.Select(one => (day, one.Held50, one.Held85, one.Held95)));
        }

        return found;
    }

    private static ProjectHistory History(int doneAfter) =>
        new("P", Enumerable.Range(0, 3).Select(i => new TaskHistory($"T-{i}", [new(Cutoff.AddDays(-1), StatusCategory.Todo), new(Cutoff.AddDays(i == 2 ? doneAfter : 1), StatusCategory.Done)])));
}
