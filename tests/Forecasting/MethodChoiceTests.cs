using ShitOps.Forecasting;

namespace ShitOps.Tests.Forecasting;

public sealed class MethodChoiceTests
{
    [Fact]
    public void The_best_choice_has_the_least_mean_of_scores_relative_to_naive()
    {
        // Projects count alike, a large one and a small one; one without origins does not count.
        IReadOnlyList<IReadOnlyList<Origin>> first = [[Of(crps: 20, naive: 10)], [Of(crps: 0.1, naive: 1)], []];
        IReadOnlyList<IReadOnlyList<Origin>> second = [[Of(crps: 10, naive: 10)], [Of(crps: 1, naive: 1)], []];
        Assert.Equal(1, MethodChoice.Best([first, second]));
        Assert.Equal(0, MethodChoice.Best([second, first]));
        Assert.Equal(0, MethodChoice.Best([second, second]));
        Assert.Equal(0, MethodChoice.Best([[[]], [[]]]));
    }

    [Fact]
    public void Choices_differ_and_begin_with_what_is_shipped()
    {
        Assert.Same(FlowMethod.Combined, MethodChoice.All[0].Methods);
        Assert.Distinct(MethodChoice.All.Select(choice => choice.Name));
        foreach (var (i, choice) in MethodChoice.All.Index())
            Assert.All(MethodChoice.All.Take(i), other => Assert.NotEqual(other.Methods, choice.Methods));
    }

    private static Origin Of(double crps, double naive) => new("P", Some.Time, Actual: 0, Naive: naive, new OriginForecast(0, 0, 0, crps), default);
}
