using ShitOps.Events;
using ShitOps.Flow;
using ShitOps.Forecasting;

namespace ShitOps.Tests.Forecasting;

public class BackTestTests
{
    private static readonly DateTimeOffset Start = new(2020, 1, 6, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_happens_after_a_cutoff_changes_no_forecast_made_there()
    {
        var tasks = Tasks(weeks: 120);
        var planted = Start.AddDays(7 * 90);
        var (original, changed) = (History(tasks), History([.. tasks.Select((task, i) => i % 2 == 0 ? Reopened(task, planted) : task), .. Tasks(120).Where(task => task[0].Time >= planted)]));

        // Up to the very cutoff with which it was planted: what is forecast is the same, even where what came is not.
        var (expected, found) = (Made(original), Made(changed));
        Assert.Contains(expected, one => one.Cutoff == planted);
        Assert.Equal(expected, found);

        (DateTimeOffset Cutoff, double Naive, double, double, double, double, double, double)[] Made(ProjectHistory history) =>
        [
            .. BackTest.Origins(history, 4, seed: 1).Where(one => one.Cutoff <= planted)
                .Select(one => (one.Cutoff, one.Naive, one.Model.P50, one.Model.P85, one.Model.P95, one.Bootstrap.P50, one.Bootstrap.P85, one.Bootstrap.P95)),
        ];
    }

    [Fact]
    public void Scores_are_those_that_are_worked_out_by_hand()
    {
        // Naive errors: 4, 2, 0, 4, together 10. Of the model: errors of medians 1, 2, 1, 2; scores 1, 2, 0.5, 1.5.
        Origin[] first = [Of(actual: 10, naive: 6, p50: 9, p85: 5, p95: 2, crps: 1), Of(6, 8, 8, 7, 6, 2)];
        Origin[] second = [Of(5, 5, 4, 2, 1, 0.5), Of(0, 4, 2, 1, 1, 1.5)];
        var score = BackTest.Score([first, second, []], 4, seed: 1)!;

        Assert.Equal((4, 4), (score.Weeks, score.Origins));
        Assert.Equal(new PromiseShares(0.5, 0.5, 0.75), score.Model.Coverage);
        Assert.Equal((0.5, 0.6), (score.Model.CrpsRelative, score.Model.MaeRelative));

        // 0.15 of what is above, 0.85 of what is below: 0.75, 0.85, 0.45, 0.85; and 0.05 and 0.95: 0.4, 0, 0.2, 0.95.
        Assert.Equal((0.75 + 0.85 + 0.45 + 0.85) / 4, score.Model.Pinball15, 12);
        Assert.Equal((0.4 + 0 + 0.2 + 0.95) / 4, score.Model.Pinball05, 12);
        Assert.Equal((1.0, 1.0, 0.5), (score.Naive.CrpsRelative, score.Naive.MaeRelative, score.Naive.Coverage.P85));
    }

    [Fact]
    public void The_standard_error_is_that_of_blocks_of_a_year()
    {
        // A year in which promises hold and one in which they do not, 26 origins each. A block that begins anywhere in the circle has a mean of
        // k/26, each k from 1 to 25 twice, 0 and 26 once: variance 0.0836; of two blocks half of that, its root 0.2044.
        Origin[] two = [.. Enumerable.Range(0, 52).Select(i => Of(actual: i < 26 ? 1 : 0, naive: 0, p50: 1, p85: 1, p95: 0, crps: 0))];
        var error = BackTest.Score([two], 4, seed: 1)!.Model.CoverageSe;
        Assert.InRange(error.P50, 0.19, 0.22);
        Assert.Equal((error.P50, 0.0), (error.P85, error.P95));

        // Over four such projects it is half as much.
        Assert.InRange(BackTest.Score([two, two, two, two], 4, seed: 1)!.Model.CoverageSe.P50, 0.094, 0.111);
    }

    [Fact]
    public void A_planted_change_does_change_the_forecasts_after_it()
    {
        var tasks = Tasks(weeks: 120);
        var planted = Start.AddDays(7 * 60);
        var changed = History([.. tasks.Select((task, i) => i % 2 == 0 ? Reopened(task, planted) : task)]);

        Assert.NotEqual(BackTest.Origins(History(tasks), 4, 1).Select(origin => origin.Model), BackTest.Origins(changed, 4, 1).Select(origin => origin.Model));
    }

    [Fact]
    public void A_task_counts_in_the_week_in_which_it_became_done_until_it_is_open_again()
    {
        var history = History([[new(Start, StatusCategory.Todo), new(Start.AddDays(7), StatusCategory.Done), new(Start.AddDays(21), StatusCategory.Todo)]]);

        Assert.Equal([0, 0], history.Throughput(Start.AddDays(7), 2));
        Assert.Equal([0, 1], history.Throughput(Start.AddDays(14), 2));
        Assert.Equal([1, 0], history.Throughput(Start.AddDays(21), 2));
        Assert.Equal([0, 0, 0, 0], history.Throughput(Start.AddDays(28), 4));
    }

    [Fact]
    public void Too_short_a_history_has_no_origins_and_no_scores()
    {
        Assert.Empty(BackTest.Origins(History([]), 4, 1));
        Assert.Empty(BackTest.Origins(History(Tasks(weeks: 60)), 4, 1));
        Assert.Null(BackTest.Score([[]], 4, 1));
    }

    private static Origin Of(double actual, double naive, double p50, double p85, double p95, double crps) =>
        new("P", Start, actual, naive, new OriginForecast(p50, p85, p95, crps), new OriginForecast(p50, p85, p95, crps));

    private static ProjectHistory History(IEnumerable<Transition[]> tasks) => new("P", tasks.Select((task, i) => new TaskHistory($"T-{i}", task)));

    private static Transition[] Reopened(Transition[] task, DateTimeOffset time) =>
        task[^1].Time < time ? [.. task, new(time, StatusCategory.Todo)] : task;

    /// <summary>Each week some 2 to 9 tasks, created and done within it.</summary>
    private static List<Transition[]> Tasks(int weeks)
    {
        var random = new Random(5);
        List<Transition[]> tasks = [];
        for (var week = 0; week < weeks; week++)
        {
            for (var count = random.Next(2, 10); count > 0; count--)
            {
                var created = Start.AddDays((7 * week) + random.Next(0, 3));
                tasks.Add([new(created, StatusCategory.Todo), new(created.AddDays(random.Next(1, 3)), StatusCategory.Done)]);
            }
        }

        return tasks;
    }
}
