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

        var expected = BackTest.Origins(original, 4, seed: 1).Where(origin => origin.Cutoff.AddDays(28) <= planted).ToArray();
        var found = BackTest.Origins(changed, 4, seed: 1).Where(origin => origin.Cutoff.AddDays(28) <= planted).ToArray();

        Assert.NotEmpty(expected);
        Assert.Equal(expected, found);
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
