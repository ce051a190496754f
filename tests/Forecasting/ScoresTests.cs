using ShitOps.Forecasting;

namespace ShitOps.Tests.Forecasting;

public class ScoresTests
{
    [Fact]
    public void The_CRPS_of_two_draws_is_the_one_computed_by_hand()
    {
        // Draws 0 and 4, actual 2: E|X − y| = 2, ½ E|X − X′| = ½ · 2 = 1.
        Assert.Equal(1, Scores.Crps([0, 4], 2), 12);
        Assert.Equal(3, Scores.Crps([5], 2), 12);
        Assert.Equal(0, Scores.Crps([2, 2, 2], 2), 12);
    }

    [Fact]
    public void The_CRPS_is_the_mean_over_pairs_and_the_integral_of_the_squared_distance()
    {
        var random = new Random(1);
        for (var round = 0; round < 200; round++)
        {
            double[] draws = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => (double)random.Next(0, 30)).Order()];
            var actual = random.Next(0, 35);
            var byPairs = draws.Average(x => Math.Abs(x - actual)) - (draws.Average(x => draws.Average(y => Math.Abs(x - y))) / 2);

            // All values are whole numbers, so the distribution is flat between them, and the integral is a sum.
            var integral = Enumerable.Range(0, 40).Sum(z =>
            {
                var distance = draws.Count(x => x <= z) / (double)draws.Length;
                return Math.Pow(distance - (actual <= z ? 1 : 0), 2);
            });
            Assert.Equal(byPairs, Scores.Crps(draws, actual), 9);
            Assert.Equal(integral, Scores.Crps(draws, actual), 9);
        }
    }

    [Fact]
    public void The_pinball_loss_weighs_both_sides_by_the_level()
    {
        Assert.Equal(0.3, Scores.Pinball(10, 0.15, 12), 12);
        Assert.Equal(1.7, Scores.Pinball(10, 0.15, 8), 12);
        Assert.Equal(0, Scores.Pinball(10, 0.15, 10), 12);
    }

    [Fact]
    public void A_quantile_is_the_least_draw_that_the_level_does_not_exceed()
    {
        double[] draws = [1, 2, 3, 4];
        Assert.Equal(1, Scores.Quantile(draws, 0));
        Assert.Equal(1, Scores.Quantile(draws, 0.25));
        Assert.Equal(2, Scores.Quantile(draws, 0.26));
        Assert.Equal(4, Scores.Quantile(draws, 1));
    }
}
