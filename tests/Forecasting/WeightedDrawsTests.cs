using FsCheck.Xunit;
using ShitOps.Forecasting;

namespace ShitOps.Tests.Forecasting;

public class WeightedDrawsTests
{
    [Fact]
    public void The_CRPS_of_two_draws_is_the_one_computed_by_hand()
    {
        // Draws 0 and 4, actual 2: E|X − y| = 2, ½ E|X − X′| = ½ · 2 = 1. With 0 three times as likely: ½ E|X − X′| = ½ · 2 · ¾ · ¼ · 4 = ¾.
        Assert.Equal(1, new WeightedDraws([4, 0], [0.5, 0.5]).Crps(2), 12);
        Assert.Equal(1.25, new WeightedDraws([0, 4], [0.75, 0.25]).Crps(2), 12);
        Assert.Equal(3, new WeightedDraws([5], [1]).Crps(2), 12);
        Assert.Equal(0, new WeightedDraws([2, 2], [0.3, 0.7]).Crps(2), 12);
    }

    [Property]
    public void The_CRPS_is_the_mean_over_pairs_and_the_integral_of_the_squared_distance(int seed)
    {
        var random = new Random(seed);
        var (draws, weights) = Some(random);
        var actual = random.Next(0, 35);
        var pairs = 0.0;
        for (var i = 0; i < draws.Length; i++)
            for (var j = 0; j < draws.Length; j++) pairs += weights[i] * weights[j] * Math.Abs(draws[i] - draws[j]);
        var byPairs = draws.Zip(weights).Sum(one => one.Second * Math.Abs(one.First - actual)) - (pairs / 2);

        // All values are whole numbers, so the distribution is flat between them, and the integral is a sum.
        var integral = Enumerable.Range(0, 40).Sum(z => Math.Pow(draws.Zip(weights).Where(one => one.First <= z).Sum(one => one.Second) - (actual <= z ? 1 : 0), 2));
        var found = new WeightedDraws([.. draws], [.. weights]).Crps(actual);

        Assert.Equal(byPairs, found, 9);
        Assert.Equal(integral, found, 9);
    }

    [Property]
    public void A_quantile_is_the_least_draw_up_to_which_the_weights_reach_the_level(int seed)
    {
        var random = new Random(seed);
        var (draws, weights) = Some(random);
        var level = random.NextDouble();
        var found = new WeightedDraws([.. draws], [.. weights]);

        Assert.Equal(draws.Order().First(value => UpTo(value) >= level - 1e-9), found.Quantile(level));
        Assert.All(Enumerable.Range(-1, 35), value => Assert.Equal(UpTo(value), found.UpTo(value), 9));

        double UpTo(double value) => draws.Zip(weights).Where(one => one.First <= value).Sum(one => one.Second);
    }

    private static (double[] Draws, double[] Weights) Some(Random random)
    {
        double[] draws = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => (double)random.Next(0, 30))];
        var weights = draws.Select(_ => random.NextDouble()).ToArray();
        return (draws, [.. weights.Select(weight => weight / weights.Sum())]);
    }
}
