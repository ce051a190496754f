using System.Text.Json;
using ShitOps.Events;
using ShitOps.Flow;
using ShitOps.Forecasting;

namespace ShitOps.Tests.Forecasting;

public class ProjectForecastTests
{
    private const int Weeks = 150;

    private static readonly DateTimeOffset Cutoff = World.Start.AddDays(7 * 110);

    [Fact]
    public void On_a_steady_project_the_odds_are_those_of_the_truth()
    {
        // 10 a week for 60 open tasks: about six weeks.
        var forecast = ForecastOf(Steady(1, backlog: 1110), new DateOnly(2022, 12, 31));
        var weeks = forecast.Backlog / 10.0;
        Assert.InRange((forecast.Completion!.P50!.Value - Cutoff).TotalDays / 7, 0.8 * weeks, 1.3 * weeks);
        Assert.InRange(forecast.Items[2].P50, 34, 46);
        Assert.Null(forecast.Shortage);
        Assert.Equal(10, forecast.Pace, 2.0);
    }

    [Fact]
    public void Promises_and_trajectories_never_cross_and_items_grow_with_the_horizon()
    {
        for (var seed = 0; seed < 12; seed++)
        {
            var random = new Random(seed);
            var forecast = ForecastOf(World.Project(seed, Weeks, week => random.Next(12), _ => random.Next(10), 200), new DateOnly(2022, 6, 30));
            Assert.All(forecast.Items, items => Assert.True(items.P95 <= items.P85 && items.P85 <= items.P50));
            foreach (var completion in (CompletionForecast[])[forecast.Completion!, forecast.CompletionWithGrowth!])
                Assert.True((completion.P50 ?? DateTimeOffset.MaxValue) <= (completion.P85 ?? DateTimeOffset.MaxValue) && (completion.P85 ?? DateTimeOffset.MaxValue) <= (completion.P95 ?? DateTimeOffset.MaxValue));
            Assert.All(forecast.Remaining.Concat(forecast.Open), point => Assert.True(0 <= point.P05 && point.P05 <= point.P15 && point.P15 <= point.P50 && point.P50 <= point.P85 && point.P85 <= point.P95));
            Assert.All(forecast.Remaining.Zip(forecast.Remaining.Skip(1)), two => Assert.True(two.First.P85 >= two.Second.P85 && two.First.P50 >= two.Second.P50));
            Assert.True((forecast.CompletionWithGrowth!.OnTime ?? 0) <= (forecast.Completion!.OnTime ?? 0) + 1e-9);
        }
    }

    [Fact]
    public void The_odds_of_the_due_date_and_the_dates_agree()
    {
        var history = Steady(2, backlog: 1200);
        var forecast = ForecastOf(history, null);
        foreach (var (date, odds) in ((DateTimeOffset?, double)[])[(forecast.Completion!.P50, 0.5), (forecast.Completion.P85, 0.85), (forecast.Completion.P95, 0.95)])
        {
            // A day's end lies up to a day behind the date.
            var due = DateOnly.FromDateTime(date!.Value.UtcDateTime);
            Assert.InRange(ForecastOf(history, due).Completion!.OnTime!.Value, odds - 0.02, odds + 0.12);
            Assert.True(ForecastOf(history, due.AddDays(-60)).Completion!.OnTime < odds);
        }

        Assert.Equal(0, ForecastOf(history, DateOnly.FromDateTime(Cutoff.UtcDateTime).AddDays(-1)).Completion!.OnTime);
    }

    [Fact]
    public void A_project_that_died_is_promised_nothing()
    {
        var forecast = ForecastOf(World.Project(1, Weeks, week => week < 60 ? 10 : 0, week => week < 60 ? 11 : 0, 100), new DateOnly(2023, 6, 30));
        Assert.All(forecast.Items, items => Assert.Equal(0, items.P85));
        Assert.Null(forecast.Completion!.P85);
        Assert.InRange(forecast.Completion.OnTime!.Value, 0, 0.2);
    }

    [Fact]
    public void What_happens_after_the_cutoff_changes_nothing()
    {
        var history = Steady(3, backlog: 1100);
        var planted = history.Tasks.Select((task, i) => (i % 3) switch
        {
            0 => task with { Transitions = [.. task.Transitions, new(Cutoff.AddDays(1 + (i % 20)), StatusCategory.InProgress, "Planted"), new(Cutoff.AddDays(40), StatusCategory.Cancelled, "Planted")] },
            1 when task.Transitions[^1].Time >= Cutoff => task with { Transitions = [.. task.Transitions.Where(one => one.Time < Cutoff)] },
            _ => task,
        }).Append(new TaskHistory("planted", [new(Cutoff, StatusCategory.Todo), new(Cutoff.AddDays(1), StatusCategory.Done)]));

        var (expected, found) = (InputOf(history, null), InputOf(new ProjectHistory(history.Project, planted), null));
        Assert.Equal(Json(expected), Json(found));
        Assert.Equal(Json(ProjectForecast.Of(expected)), Json(ProjectForecast.Of(found)));

        // An hour earlier the same does change it.
        var known = new ProjectHistory(history.Project, history.Tasks.Append(new TaskHistory("planted", [new(Cutoff.AddHours(-1), StatusCategory.Todo)])));
        Assert.NotEqual(Json(expected), Json(InputOf(known, null)));
    }

    [Fact]
    public void The_input_as_it_is_stored_gives_the_same_forecast()
    {
        var input = InputOf(Steady(4, backlog: 900), new DateOnly(2022, 4, 1));
        var again = JsonSerializer.Deserialize<ForecastInput>(Json(input))!;
        Assert.Equal(Json(input), Json(again));
        Assert.Equal(Json(ProjectForecast.Of(input)), Json(ProjectForecast.Of(again)));
    }

    [Fact]
    public void Too_little_history_is_said_and_what_is_promised_is_wide()
    {
        var young = World.Project(1, 5, _ => 4, _ => 2, 40);
        var forecast = ProjectForecast.Of(ForecastInput.Of(young, new DateOnly(2021, 1, 1), World.Start.AddDays(35).AddMinutes(1), [], 1));
        Assert.StartsWith("not enough history: 5 weeks, with ", forecast.Shortage);
        Assert.Null(forecast.Completion);
        Assert.Empty(forecast.Remaining);
        var four = forecast.Items.Single(items => items.Weeks == 4);
        Assert.True(four.P95 < 0.35 * four.P50, $"{four}");
    }

    [Fact]
    public void Degenerate_histories_give_sane_answers()
    {
        Transition[] never = [new(World.Start, StatusCategory.Todo)];
        var odd = new Dictionary<string, TaskHistory[]>
        {
            ["empty"] = [],
            ["one item"] = [new("T", [new(World.Start, StatusCategory.Todo), new(World.Start.AddDays(1), StatusCategory.Done)])],
            ["all on one day"] = [.. Enumerable.Range(0, 300).Select(i => new TaskHistory($"T-{i}", [new(World.Start, StatusCategory.Todo), new(World.Start.AddHours(1), StatusCategory.Done)])), new("open", never)],
            ["years of silence"] = [.. Enumerable.Range(0, 300).Select(i => new TaskHistory($"T-{i}", [new(World.Start.AddYears(-12), StatusCategory.Todo), new(World.Start.AddYears(-12).AddDays(i), StatusCategory.Done)])), new("open", never)],
            ["clocks that jump"] = [.. Enumerable.Range(0, 300).Select(i => new TaskHistory($"T-{i}", [new(World.Start.AddDays(i), StatusCategory.Todo), new(i % 7 == 0 ? World.Start.AddYears(900) : World.Start.AddDays(i), StatusCategory.Done)])), new("old", [new(DateTimeOffset.MinValue, StatusCategory.Todo)])],
            ["nothing open"] = [.. Enumerable.Range(0, 300).Select(i => new TaskHistory($"T-{i}", [new(World.Start.AddDays(2 * i), StatusCategory.Todo), new(World.Start.AddDays(2 * i), StatusCategory.Done)]))],
        };
        foreach (var (name, tasks) in odd)
        {
            var forecast = ForecastOf(new ProjectHistory(name, tasks), DateOnly.MaxValue);
            Assert.All(forecast.Items, items => Assert.True(double.IsFinite(items.P50) && items.P95 >= 0, name));

            // Nothing was done in the year before the cutoff, whatever clocks say that will be.
            if (name is "years of silence" or "clocks that jump") Assert.All(forecast.Items, items => Assert.InRange(items.P50, 0, 2));
            Assert.All(forecast.Tasks, task => Assert.InRange(task.Late ?? 0, 0, 1));
            Assert.InRange(forecast.Completion?.OnTime ?? 0, 0, 1);
            if (name is "empty" or "one item") Assert.NotNull(forecast.Shortage);
            if (name == "nothing open") Assert.Equal(Cutoff, forecast.Completion!.P95);
        }
    }

    [Fact]
    public void A_task_is_the_likelier_late_the_nearer_its_day_and_the_stage_that_it_is_in_counts()
    {
        // In review tasks are closed within days, in the backlog they wait for months.
        var random = new Random(9);
        List<TaskHistory> tasks = [];
        for (var i = 0; i < 400; i++)
        {
            var created = World.Start.AddDays(random.NextDouble() * 600);
            var review = created.AddDays(30 + (60 * random.NextDouble()));
            tasks.Add(new($"T-{i}", [new(created, StatusCategory.Todo, "To Do"), new(review, StatusCategory.InProgress, "Review"), new(review.AddDays(6 * random.NextDouble()), StatusCategory.Done, "Done")]));
        }

        var soon = DateOnly.FromDateTime(Cutoff.UtcDateTime).AddDays(5);
        tasks.Add(new("waits", [new(Cutoff.AddDays(-2), StatusCategory.Todo, "To Do")]) { Due = soon });
        tasks.Add(new("in review", [new(Cutoff.AddDays(-50), StatusCategory.Todo, "To Do"), new(Cutoff.AddDays(-1), StatusCategory.InProgress, "Review")]) { Due = soon });
        tasks.Add(new("over", [new(Cutoff.AddDays(-3), StatusCategory.Todo, "To Do")]) { Due = soon.AddDays(-10) });
        tasks.Add(new("far", [new(Cutoff.AddDays(-2), StatusCategory.Todo, "To Do")]) { Due = soon.AddDays(200) });
        var late = ForecastOf(new ProjectHistory("P", tasks), null).Tasks.ToDictionary(task => task.Key, task => task.Late);

        Assert.Equal(1, late["over"]);
        Assert.InRange(late["waits"]!.Value, 0.9, 1);
        Assert.InRange(late["in review"]!.Value, 0, 0.15);
        Assert.InRange(late["far"]!.Value, 0, 0.1);
    }

    [Fact]
    public void A_milestone_is_promised_the_share_that_its_tasks_odds_add_up_to()
    {
        var random = new Random(4);
        var milestone = new Milestone("2.0", MilestoneKind.Version, null, DateOnly.FromDateTime(Cutoff.UtcDateTime).AddDays(9));
        List<TaskHistory> tasks = [.. Enumerable.Range(0, 400).Select(i => World.Start.AddDays(random.NextDouble() * 700) is var at ? new TaskHistory($"T-{i}", [new(at, StatusCategory.Todo), new(at.AddDays(20 * random.NextDouble()), StatusCategory.Done)]) : null!)];
        for (var i = 0; i < 40; i++)
            tasks.Add(new TaskHistory($"M-{i}", [new(Cutoff.AddHours(-1), StatusCategory.Todo), .. i < 10 ? [new Transition(Cutoff.AddMinutes(-1), StatusCategory.Done)] : Array.Empty<Transition>()]) { Milestone = milestone });
        var found = Assert.Single(ForecastOf(new ProjectHistory("P", tasks), null).Milestones);

        // 10 of 40 are done, and half of the others will be: ten of the twenty days that a task takes.
        Assert.Equal(("2.0", 40, 10), (found.Name, found.Tasks, found.Done));
        Assert.InRange(found.P50, 0.52, 0.72);
        Assert.True(found.P95 < found.P85 && found.P85 < found.P50 && found.P95 >= 0.25);
        Assert.InRange(found.AllDone, 0, 0.05);
    }

    [Fact]
    public void A_milestone_has_all_its_tasks_whatever_day_each_has_heard_of_and_however_many_they_are()
    {
        var random = new Random(4);
        var day = DateOnly.FromDateTime(Cutoff.UtcDateTime).AddDays(9);
        List<TaskHistory> tasks = [.. Enumerable.Range(0, 400).Select(i => World.Start.AddDays(random.NextDouble() * 700) is var at ? new TaskHistory($"T-{i}", [new(at, StatusCategory.Todo), new(at.AddDays(20 * random.NextDouble()), StatusCategory.Done)]) : null!)];
        for (var i = 0; i < 4000; i++)
        {
            DateOnly? heard = (i % 4) switch { 0 => day, 1 => day.AddDays(-30), _ => null };
            var began = i < 1000 ? World.Start.AddDays(random.NextDouble() * 700) : Cutoff.AddHours(-1);
            tasks.Add(new TaskHistory($"M-{i}", [new(began, StatusCategory.Todo), .. i < 1000 ? [new Transition(began.AddDays(20 * random.NextDouble()), StatusCategory.Done)] : Array.Empty<Transition>()]) { Milestone = new Milestone("2.0", MilestoneKind.Version, null, heard) });
        }

        var input = InputOf(new ProjectHistory("P", tasks), null);
        var found = Assert.Single(ProjectForecast.Of(input).Milestones);

        Assert.Equal((day, 4000, 1000, 1000), (found.Due, found.Tasks, found.Done, input.Milestones.Single().Unlisted));
        Assert.InRange(found.P50, 0.52, 0.72);
        Assert.InRange(found.AllDone, 0, 0.05);
    }

    private static ProjectHistory Steady(int seed, int backlog) => World.Project(seed, Weeks, _ => 10, _ => 0.5, backlog);

    private static ForecastInput InputOf(ProjectHistory history, DateOnly? due) => ForecastInput.Of(history, due, Cutoff, [], seed: 1);

    private static ProjectForecast ForecastOf(ProjectHistory history, DateOnly? due) => ProjectForecast.Of(InputOf(history, due));

    private static string Json<T>(T value) => JsonSerializer.Serialize(value);
}
