using ShitOps.Forecasting;

namespace ShitOps.Tests.Forecasting;

public class FlowMethodTests
{
    private static readonly DateTimeOffset Summer = new(2024, 7, 1, 0, 0, 0, TimeSpan.Zero);

    public static TheoryData<int> Methods() => [.. Enumerable.Range(0, FlowMethod.Combined.Count)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void On_a_steady_past_the_mean_goes_on_and_the_spread_grows_with_the_horizon(int number)
    {
        var random = new Random(3);
        int[] weeks = [.. Enumerable.Range(0, 60).Select(_ => 8 + random.Next(-2, 3))];
        var paths = FlowPaths.Of([FlowMethod.Combined[number]], new FlowPast(weeks, Summer), 12, 4000, 7);
        foreach (var week in (int[])[1, 4, 12])
        {
            var mean = paths.At(week - 1).ToArray().Average();
            Assert.InRange(mean / (8 * week), 0.93, 1.07);
        }

        double Spread(int week) => (paths.Counts(week - 1, [1]).Quantile(0.85) - paths.Counts(week - 1, [1]).Quantile(0.15)) / (8 * week);
        Assert.True(Spread(12) > 0.15, $"{Spread(12)}");

        // Single weeks of a steady past differ by chance; sums of weeks differ less by it, and more by the level.
        double Level(int week) => paths.At(week - 1).ToArray() is var sums && sums.Average() is var mean ? sums.Select(sum => (sum - mean) * (sum - mean)).Average() / week : 0;
        Assert.True(Level(12) > Level(4) && Level(4) > Level(1), $"{Level(1)} {Level(4)} {Level(12)}");
        Assert.Equal(paths.At(11).ToArray(), FlowPaths.Of([FlowMethod.Combined[number]], new FlowPast(weeks, Summer), 12, 4000, 7).At(11).ToArray());
        Assert.NotEqual(paths.At(11).ToArray(), FlowPaths.Of([FlowMethod.Combined[number]], new FlowPast(weeks, Summer), 12, 4000, 8).At(11).ToArray());
    }

    [Fact]
    public void The_baseline_is_the_bootstrap_of_the_last_twelve_weeks()
    {
        // Only the last twelve count; the sum of two draws of 0 or 6, equally likely, is 0, 6 or 12 with ¼, ½ and ¼.
        int[] weeks = [1000, .. Enumerable.Repeat((int[])[0, 6], 6).SelectMany(two => two)];
        var counts = FlowPaths.Of([FlowMethod.Bootstrap12], new FlowPast(weeks, Summer), 2, 40_000, 1).Counts(1, [1]);
        Assert.Equal(0.25, counts.UpTo(0), 0.01);
        Assert.Equal(0.25, counts.UpTo(5), 0.01);
        Assert.Equal(0.75, counts.UpTo(6), 0.01);
        Assert.Equal(1, counts.UpTo(12), 9);
    }

    [Fact]
    public void A_later_week_is_likelier_by_the_decay()
    {
        // Of weeks with 1 and, a week later, 0 the latter has the odds 1 : 0.5.
        var method = new RecentWeeks("", 2, 0.5) { LevelVariance = 0, LevelDrift = 0 };
        Assert.Equal(2.0 / 3, FlowPaths.Of([method], new FlowPast([1, 0], Summer), 1, 40_000, 1).Counts(0, [1]).UpTo(0), 0.01);
    }

    [Fact]
    public void Weeks_drawn_together_followed_each_other()
    {
        // 0, 1, 2, … : four weeks that follow each other differ by 1, so that their sum is 4 · first + 6.
        var method = new RecentWeeks("", 40, 1) { Stretch = 4, LevelVariance = 0, LevelDrift = 0, HasCalendar = false };
        var sums = FlowPaths.Of([method], new FlowPast([.. Enumerable.Range(0, 40)], Summer), 4, 1000, 1).At(3).ToArray();
        Assert.True(sums.Count(sum => (sum - 6) % 4 == 0) > 900);
    }

    [Fact]
    public void After_a_shift_the_weeks_before_it_count_less()
    {
        int[] weeks = [.. Enumerable.Repeat(20, 40), .. Enumerable.Repeat(5, 8)];
        double Mean(FlowMethod method) => FlowPaths.Of([method], new FlowPast(weeks, Summer), 1, 4000, 1).At(0).ToArray().Average();
        var (shifted, recent) = (Mean(FlowMethod.Combined[2]), Mean(FlowMethod.Combined[0]));
        Assert.True(shifted < recent - 1.5, $"{shifted} {recent}");

        // Nothing has shifted in a steady past.
        weeks = [.. Enumerable.Range(0, 48).Select(i => 10 + (i % 3))];
        Assert.Equal(Mean(FlowMethod.Combined[0]), Mean(FlowMethod.Combined[2]), 0.3);
    }

    [Fact]
    public void Days_off_are_neither_a_trend_nor_a_shift()
    {
        // To 30 December 2024 and on: in the last week 60 of 100 could be held, and that much was done; then 70, with which the year begins.
        int[] usual = [.. Enumerable.Repeat(100, 60)];
        int[] quiet = [.. usual.SkipLast(2), 60, 70];
        var cutoff = new DateTimeOffset(2025, 1, 6, 0, 0, 0, TimeSpan.Zero);
        foreach (var method in (RecentWeeks[])[new("", 52, 1) { Trend = 1 }, new("", 52, 1) { ShiftEvidence = 1 }])
        {
            var still = method with { LevelVariance = 0, LevelDrift = 0 };
            Assert.All(FlowPaths.Of([still], new FlowPast(quiet, cutoff), 1, 100, 1).At(0).ToArray(), done => Assert.Equal(100, done, 0.01));
        }
    }

    [Fact]
    public void The_median_of_a_local_level_stays_where_it_was_for_years()
    {
        // Its deviation comes back: by drift without end the median of a level of mean 1 would be at exp(−0.78), 46%, after three years.
        int[] weeks = [.. Enumerable.Range(0, 100).Select(i => 40 + (i % 3))];
        var paths = FlowPaths.Of([FlowMethod.Combined[3]], new FlowPast(weeks, Summer), 156, 2000, 1);
        double[] last = [.. paths.At(155).ToArray().Zip(paths.At(151).ToArray(), (to, from) => (double)(to - from) / 4).Order()];
        Assert.InRange(last[1000], 0.85 * 41, 41);
        Assert.InRange(last.Average(), 0.95 * 41, 1.05 * 41);
    }

    [Fact]
    public void Half_of_a_working_day_is_done_on_days_off_at_the_end_of_the_year()
    {
        int[] weeks = [.. Enumerable.Repeat(100, 40)];
        var method = new RecentWeeks("", 52, 1) { LevelVariance = 0, LevelDrift = 0 };

        // From Monday 23 December 2024: the 24th to 27th are off, 4 of 5 days, so 60 of 100 are left; then 30, 31 December and 1 January, so 70.
        var paths = FlowPaths.Of([method], new FlowPast(weeks, new DateTimeOffset(2024, 12, 23, 0, 0, 0, TimeSpan.Zero)), 3, 4, 1);
        Assert.Equal([60, 130, 230], ((int[])[0, 1, 2]).Select(week => Math.Round(paths.At(week)[0], 3)));

        // A quiet week at the end of the year says no more than a busy one: after 60 in such a week 100 are expected of others.
        weeks[^1] = 60;
        Assert.All(FlowPaths.Of([method], new FlowPast(weeks, new DateTimeOffset(2024, 12, 30, 0, 0, 0, TimeSpan.Zero)), 2, 100, 1).At(1).ToArray(), sum => Assert.Equal(170, sum, 0.01));
    }
}
