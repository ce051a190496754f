using FsCheck.Xunit;
using ShitOps.Forecasting;

namespace ShitOps.Tests.Forecasting;

public class HorizonRecordTests
{
    [Fact]
    public void Without_a_past_promises_are_read_as_they_are()
    {
        var record = new HorizonRecord(4, RankPool.None);
        Assert.All((double[])[0.05, 0.15, 0.5, 0.9], level => Assert.Equal(level, record.Level(level), 9));
        Assert.Equal(FlowMethod.Combined.Select(_ => 1.0 / FlowMethod.Combined.Count), record.Weights);
    }

    [Fact]
    public void Promises_that_failed_are_made_more_carefully()
    {
        // 15 outcomes at rank 0.1: of 15 · (1 + 0.98 + …) and a prior of 15, hand-computed: below 0.2 lie Σw + 0.2 · 15 of Σw + 15.
        var weight = (1 - Math.Pow(0.98, 15)) / 0.02;
        var record = Record(Enumerable.Repeat(0.1, 15));
        Assert.Equal((weight + 3) / (weight + 15), record.Below(0.2), 9);
        Assert.Equal(1.5 / (weight + 15), record.Below(0.1), 9);

        // The level for 0.5 is where the jump is.
        Assert.Equal(0.1, record.Level(0.5), 6);
    }

    [Property]
    public void Levels_are_in_order_and_undo_what_probabilities_are_worth(int seed)
    {
        var random = new Random(seed);
        var record = new HorizonRecord(
            new HorizonState(4, new double[FlowMethod.Combined.Count], [.. Enumerable.Range(0, random.Next(60)).Select(_ => Math.Pow(random.NextDouble(), 2))]),
            RankPool.Of(Enumerable.Range(0, random.Next(300)).Select(_ => Math.Sqrt(random.NextDouble()))));
        double[] targets = [.. Enumerable.Range(1, 19).Select(i => i / 20.0)];
        var levels = targets.Select(record.Level).ToArray();

        Assert.Equal(levels.Order(), levels);
        Assert.All(targets.Zip(levels), one =>
        {
            Assert.True(record.Below(one.Second - 1e-6) <= one.First + 1e-9);
            Assert.True(record.Below(one.Second + 1e-6) >= one.First - 1e-9);
        });
    }

    [Fact]
    public void The_pool_of_other_projects_counts_less_the_more_is_known_of_the_own()
    {
        var pool = RankPool.Of(Enumerable.Repeat(0.02, 1000));
        var (young, old) = (new HorizonRecord(4, pool), new HorizonRecord(Record(Enumerable.Range(0, 100).Select(i => (i + 0.5) / 100)).State, pool));

        // Half of the prior, but for 50 of 1,050 parts, says that 95% of outcomes are below 0.05.
        Assert.Equal(0.05 + (0.95 * 0.5 * 1000 / 1050), young.Below(0.05), 9);
        Assert.InRange(old.Below(0.05), 0.05, 0.25);
    }

    [Fact]
    public void The_method_that_scores_better_gains_weight_and_none_is_ever_lost()
    {
        var record = new HorizonRecord(1, RankPool.None);
        var zeros = FlowPaths.Of([.. FlowMethod.Combined.Select((method, i) => i == 2 ? method : (FlowMethod)new RecentWeeks("far off", 1, 1) { LevelVariance = 0, LevelDrift = 0 })], new FlowPast([.. Enumerable.Repeat(10, 30), 100], Monday), 1, 400, 1);
        for (var i = 0; i < 20; i++) record.Settle(zeros, 10, 10);

        Assert.Equal(1, record.Weights.Sum(), 9);
        Assert.InRange(record.Weights[2], 0.9, 0.95);
        Assert.All(record.Weights, weight => Assert.True(weight >= 0.1 / 4));
    }

    [Fact]
    public void What_is_stored_goes_on_as_it_was()
    {
        var record = Record(Enumerable.Range(0, 40).Select(i => i / 41.0));
        var again = new HorizonRecord(record.State, RankPool.None);
        Assert.Equal(record.Level(0.15), again.Level(0.15));
        Assert.Equal(record.Weights, again.Weights);
    }

    private static readonly DateTimeOffset Monday = new(2024, 3, 4, 0, 0, 0, TimeSpan.Zero);

    private static HorizonRecord Record(IEnumerable<double> ranks) => new(new HorizonState(4, new double[FlowMethod.Combined.Count], [.. ranks]), RankPool.None);
}
