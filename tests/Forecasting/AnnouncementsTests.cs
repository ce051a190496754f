using System.Text.Json;
using ShitOps.Forecasting;

namespace ShitOps.Tests.Forecasting;

/// <summary>What a forecast that moves is said to have moved by, and why.</summary>
public class AnnouncementsTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Due = new(2026, 6, 30);

    [Fact]
    public void A_slide_in_small_steps_is_told_once_it_has_become_material()
    {
        // Three days a week: a tenth of the way is ten days of 100 at first, and 8.4 of the 84 that are left when it was told.
        var told = Told(Enumerable.Range(0, 9).Select(week => Forecast(week, days: 100 + (3 * week))));
        Assert.Equal([4, 7], told.Index().Where(one => one.Item is not null).Select(one => one.Index));
        Assert.Equal([12.0, 9.0], told.OfType<ForecastMove>().Select(move => move.Days!.Value));
    }

    [Fact]
    public void Beyond_what_is_looked_ahead_is_told_and_so_is_the_way_back()
    {
        var told = Told([Forecast(0, 100), Forecast(1, days: null, pace: 0), Forecast(2, days: null, pace: 0), Forecast(3, 120)]);
        Assert.Equal([null, true, null, false], told.Select(move => move?.IsLost));
        Assert.All(told.OfType<ForecastMove>(), move => Assert.Null(move.Days));
        Assert.Equal("no longer within three years: the pace fell from 4 to 0 tasks a week", told[1]!.Cause);
        Assert.StartsWith("within three years again: ", told[3]!.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void A_due_day_moves_the_odds_and_never_a_date()
    {
        // The day moves by a month, and nothing else: odds only.
        var (announced, _, _) = Announcements.None.With(Forecast(0, 100, onTime: 0.5), Due);
        var (_, alone, _) = announced.With(Forecast(1, 100, onTime: 0.8), Due.AddDays(30));
        Assert.Equal(new ForecastMove(0, 0.3, "the due date moved from 2026-06-30 to 2026-07-30"), alone);

        // The day moves, but so does the date, for which it is no cause.
        var (_, both, _) = announced.With(Forecast(1, 160, pace: 2, onTime: 0.5), Due.AddDays(30));
        Assert.Equal((60.0, "the pace fell from 4 to 2 tasks a week; the due date moved from 2026-06-30 to 2026-07-30"), (both!.Days!.Value, both.Cause));

        // Five days less are too few to tell of, but the odds are not; the day moved by one only.
        var (_, odds, _) = announced.With(Forecast(1, 105, pace: 3.5, onTime: 0.35), Due.AddDays(-1));
        Assert.StartsWith("the pace fell from 4 to 3.5", odds!.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void Odds_of_a_day_that_there_was_not_begin_with_it()
    {
        var (announced, _, _) = Announcements.None.With(Forecast(0, 100), due: null);
        var (with, move, _) = announced.With(Forecast(1, 100, onTime: 0.3), Due);
        Assert.Null(move);
        Assert.Equal(-0.2, with.With(Forecast(2, 100, onTime: 0.1), Due).Move!.Odds!.Value, 9);
    }

    [Fact]
    public void Without_enough_history_what_was_announced_stays()
    {
        var (announced, _, _) = Announcements.None.With(Forecast(0, 100), Due);
        var (same, move, moves) = announced.With(Forecast(1, 100) with { Completion = null, Shortage = "not enough history" }, Due);
        Assert.Equal((announced, null), (same, move));
        Assert.Empty(moves);
        Assert.Equal(announced.Completion, JsonSerializer.Deserialize<Announcements>(JsonSerializer.Serialize(announced))!.Completion);
    }

    [Theory]
    [InlineData("the last day moved from 2026-03-31 to 2026-03-01", 10, 2, 0.2, -30)]
    [InlineData("the last day moved from 2026-03-31 to 2026-05-30", 10, 2, 0.9, 60)]
    [InlineData("6 tasks were added; 14 of 16 open", 16, 2, 0.3, 0)]
    [InlineData("5 tasks were taken out; 3 of 5 open", 5, 2, 0.85, 0)]
    [InlineData("5 tasks were done in 7 days; 3 of 10 open", 10, 7, 0.9, 0)]
    [InlineData("8 tasks were done in 7 days; none is open", 10, 10, 1.0, 0)]
    [InlineData("only 1 task was done in 7 days; 7 of 10 open", 10, 3, 0.3, 0)]
    [InlineData("none was done in 7 days; 8 of 10 open", 10, 2, 0.3, 0)]
    [InlineData("tasks such as those that are open are closed sooner than before; 8 of 10 open", 10, 2, 0.75, 0)]
    public void A_milestone_says_what_moved_its_odds_most(string cause, int tasks, int done, double odds, int dueDays)
    {
        var before = new MilestoneForecast("1.0", new DateOnly(2026, 3, 31), 10, 2, 0.9, 0.8, 0.7, 0.6);
        var (announced, _, _) = Announcements.None.With(Forecast(0, 100) with { Milestones = [before] }, Due);
        var now = before with { Due = before.Due.AddDays(dueDays), Tasks = tasks, Done = done, AllDone = odds, };
        var (next, _, moves) = announced.With(Forecast(1, 100) with { Milestones = [now] }, Due);
        Assert.Equal(new MilestoneMove("1.0", Math.Round(odds - 0.6, 4), cause), Assert.Single(moves));
        Assert.Equal(now, Assert.Single(next.Milestones).Milestone);
    }

    [Fact]
    public void A_milestone_whose_last_day_is_over_says_how_much_of_it_was_late()
    {
        // Done a day after it.
        var before = new MilestoneForecast("1.0", new DateOnly(2026, 1, 10), 10, 2, 0.9, 0.8, 0.7, 0.6);
        var (announced, _, _) = Announcements.None.With(Forecast(0, 100) with { Milestones = [before] }, Due);
        var (_, _, moves) = announced.With(Forecast(1, 100) with { Milestones = [before with { Done = 10, P50 = 0.7, P85 = 0.7, P95 = 0.7, AllDone = 0 }] }, Due);
        Assert.Equal(new MilestoneMove("1.0", -0.6, "the last day is over, and 3 of 10 were open then"), Assert.Single(moves));
    }

    [Fact]
    public void Milestones_that_hardly_move_or_begin_are_told_of_no_move()
    {
        MilestoneForecast Of(double odds) => new("1.0", Due, 10, 2, 0.9, 0.8, 0.7, odds);
        var announced = Announcements.None;
        List<int> told = [];
        foreach (var (week, odds) in ((double[])[0.9, 0.84, 0.79, 0.75, 0.71]).Index())
        {
            (announced, _, var moves) = announced.With(Forecast(week, 100) with { Milestones = [Of(odds)] }, Due);
            if (moves.Count > 0) told.Add(week);
        }

        Assert.Equal([2], told);
        Assert.Empty(announced.With(Forecast(9, 100), Due).Announced.Milestones);
    }

    private static List<ForecastMove?> Told(IEnumerable<ProjectForecast> forecasts)
    {
        var announced = Announcements.None;
        List<ForecastMove?> moves = [];
        foreach (var forecast in forecasts)
        {
            (announced, var move, _) = announced.With(forecast, due: null);
            moves.Add(move);
        }

        return moves;
    }

    /// <summary>A forecast some weeks after the start, whose 85% date is so many days after the start.</summary>
    private static ProjectForecast Forecast(int week, double? days, double pace = 4, double? onTime = null) => new()
    {
        Project = "P", Cutoff = Start.AddDays(7 * week), Backlog = 50, Pace = pace, Growth = 1, Items = [],
        Completion = new CompletionForecast(Start.AddDays(20), days is { } known ? Start.AddDays(known) : null, null, onTime),
    };
}
