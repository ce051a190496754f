using ShitOps.Forecasting;

namespace ShitOps.Tests.Forecasting;

public class ScoresTests
{
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
