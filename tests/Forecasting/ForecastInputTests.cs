using ShitOps.Events;
using ShitOps.Flow;
using ShitOps.Forecasting;

namespace ShitOps.Tests.Forecasting;

public class ForecastInputTests
{
    private static readonly DateTimeOffset Cutoff = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Of_too_many_milestones_those_that_come_next_are_kept()
    {
        // 60 with days 10, 20, … ahead, and 30 with days that are over.
        var tasks = Enumerable.Range(-30, 90).Select(i => Planned($"{i}", DateOnly.FromDateTime(Cutoff.UtcDateTime).AddDays((10 * i) + 5)));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), InputOf(tasks).Milestones.Select(one => one.Name));

        // With room left the latest of those that are over come too, all in the order of their days.
        tasks = Enumerable.Range(-60, 90).Select(i => Planned($"{i}", DateOnly.FromDateTime(Cutoff.UtcDateTime).AddDays((10 * i) + 5)));
        Assert.Equal(Enumerable.Range(-20, 50).Select(i => $"{i}"), InputOf(tasks).Milestones.Select(one => one.Name));
    }

    [Theory]
    [InlineData(20, -3, true)]
    [InlineData(-13, -30, true)]
    [InlineData(-15, -30, false)]
    [InlineData(-40, -3, true)]
    [InlineData(-40, -20, false)]
    public void A_milestone_that_is_complete_is_told_of_for_two_weeks_more(int due, int done, bool isTold)
    {
        var milestone = InputOf([Planned("M", DateOnly.FromDateTime(Cutoff.UtcDateTime).AddDays(due), done)]).Milestones;
        Assert.Equal(isTold, milestone.Count == 1);
        if (!isTold) return;
        Assert.Equal((1, 1, done < due + 1 ? 1 : 0), (milestone[0].Tasks, milestone[0].Done, milestone[0].InTime));
    }

    [Fact]
    public void A_task_with_a_wrong_date_gives_no_project_a_past()
    {
        var young = Enumerable.Range(0, 30).Select(i => new TaskHistory($"T-{i}", [new(Cutoff.AddDays(-30 + i), StatusCategory.Todo), new(Cutoff.AddDays(-29 + i), StatusCategory.Done)]));
        foreach (var wrong in (DateTimeOffset[])[DateTimeOffset.MinValue, new(1970, 1, 1, 0, 0, 0, TimeSpan.Zero), Cutoff.AddDays(-500)])
        {
            var forecast = ProjectForecast.Of(InputOf([.. young, new TaskHistory("wrong", [new(wrong, StatusCategory.Todo), new(Cutoff.AddDays(-3), StatusCategory.Done)])]));
            Assert.StartsWith("not enough history: 4 weeks", forecast.Shortage, StringComparison.Ordinal);
        }

        // Nor does a back-test go through the centuries.
        var old = World.Project(1, 120, _ => 8, _ => 8, 10);
        var with = new ProjectHistory(old.Project, [.. old.Tasks, new TaskHistory("wrong", [new(DateTimeOffset.MinValue, StatusCategory.Todo)])]);
        Assert.Equal(BackTest.Origins(old, 4, 1).Select(origin => origin.Cutoff), BackTest.Origins(with, 4, 1).Select(origin => origin.Cutoff));

        // A pause of a project does not end its past.
        Assert.Equal(114, new ProjectHistory("P", Enumerable.Range(0, 40).Select(i => new TaskHistory($"T-{i}", [new(Cutoff.AddDays(i < 20 ? -800 + i : -60 + i), StatusCategory.Todo)]))).WeeksUpTo(Cutoff, 156));
    }

    [Fact]
    public void Of_a_task_that_is_older_than_all_before_nothing_is_said()
    {
        var due = DateOnly.FromDateTime(Cutoff.UtcDateTime).AddDays(20);
        var tasks = Enumerable.Range(0, 40).Select(i => new TaskHistory($"T-{i}", [new(Cutoff.AddDays(-100 - i), StatusCategory.Todo, "To Do"), new(Cutoff.AddDays(-97 - i), StatusCategory.Done, "Done")]))
            .Append(new TaskHistory("old", [new(Cutoff.AddDays(-90), StatusCategory.Todo, "To Do")]) { Due = due, Milestone = new Milestone("M", MilestoneKind.Sprint, null, due) })
            .Append(new TaskHistory("young", [new(Cutoff.AddDays(-1), StatusCategory.Todo, "To Do")]) { Due = due });
        var forecast = ProjectForecast.Of(InputOf(tasks));
        Assert.Null(forecast.Tasks.Single(task => task.Key == "old").Late);
        Assert.InRange(forecast.Tasks.Single(task => task.Key == "young").Late!.Value, 0, 0.1);
    }

    [Fact]
    public void A_project_is_not_among_the_others_that_teach_it()
    {
        double[] own = [0.1, 0.1, 0.5];
        var pool = RankPool.Of([.. own, 0.9, 0.12]);
        Assert.Equal(RankPool.Of([0.9, 0.12]).Counts, pool.Without(own).Counts);
        Assert.Equal(RankPool.None, RankPool.Of(own).Without(own));
        Assert.Equal(RankPool.None, RankPool.None.Without(own));
        Assert.Equal(0.3, RankPool.Of(own).Without([.. own, 0.3]).Below(0.3), 9);
    }

    private static TaskHistory Planned(string milestone, DateOnly due, int? done = null) =>
        new($"of {milestone}", [new(Cutoff.AddDays(-200), StatusCategory.Todo), .. done is { } days ? [new Transition(Cutoff.AddDays(days), StatusCategory.Done)] : (Transition[])[]]) { Milestone = new Milestone(milestone, MilestoneKind.Version, null, due) };

    private static ForecastInput InputOf(IEnumerable<TaskHistory> tasks) => ForecastInput.Of(new ProjectHistory("P", tasks), due: null, Cutoff, [], 1);
}
