using ShitOps.Forecasting;

namespace ShitOps.Tests.Forecasting;

public class StayTimesTests
{
    [Fact]
    public void Odds_are_those_computed_by_hand()
    {
        // 20 tasks: ends at 1, 2, …, 10 hours; ten more were still open after 5 hours, and tell nothing of what came later.
        var stays = new StayTimes([.. Enumerable.Range(1, 10), .. Enumerable.Repeat(-1 - 5, 10)]);
        Assert.Equal(20, stays.AtRisk(0));
        Assert.Equal(5, stays.AtRisk(5));

        // At 1, 2, 3, 4 hours 20, 19, 18, 17 are at risk, and count as one more each.
        Assert.Equal(20 / 21.0 * 19 / 20 * 18 / 19 * 17 / 18, stays.StillOpen(0, 4)!.Value, 12);
        Assert.Equal(18 / 19.0 * 17 / 18, stays.StillOpen(2, 2)!.Value, 12);

        // At 5 hours 16 are, of which one ends and ten are seen no longer; then 5, 4, 3 …
        Assert.Equal(20 / 21.0 * 19 / 20 * 18 / 19 * 17 / 18 * 16 / 17 * 5 / 6, stays.StillOpen(0, 6)!.Value, 12);
    }

    [Fact]
    public void Nothing_is_said_of_ages_that_few_tasks_reached()
    {
        var stays = new StayTimes([.. Enumerable.Range(1, 30)]);
        Assert.NotNull(stays.StillOpen(20, 5));
        Assert.Null(stays.StillOpen(21, 5));
        Assert.Null(stays.ClosedWithin(21, 0.5));
        Assert.Null(new StayTimes([]).StillOpen(0, 1));
    }

    [Fact]
    public void When_a_task_is_closed_follows_from_the_same_odds()
    {
        var random = new Random(2);
        var stays = new StayTimes([.. Enumerable.Range(0, 300).Select(_ => (int)(-100 * Math.Log(1 - random.NextDouble())))]);
        foreach (var age in (double[])[0, 20, 90])
        {
            var hours = stays.ClosedWithin(age, 0.85)!.Value;
            Assert.True(stays.StillOpen(age, hours) <= 0.15);
            Assert.True(stays.StillOpen(age, hours - 1) > 0.15);

            // The past was without memory: whatever the age, it takes as long again.
            Assert.InRange(stays.ClosedWithin(age, 0.5)!.Value, 50, 95);
        }
    }
}
