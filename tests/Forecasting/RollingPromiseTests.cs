using ShitOps.Flow;
using ShitOps.Forecasting;

namespace ShitOps.Tests.Forecasting;

/// <summary>How often promises hold in simulated worlds, of which the truth is known.</summary>
public class RollingPromiseTests
{
    private const int Weeks = 160;

    [Theory]
    [InlineData("stationary")]
    [InlineData("bursts")]
    [InlineData("level shift")]
    [InlineData("scope creep")]
    [InlineData("holiday")]
    public void Promises_hold_as_often_as_they_say(string world)
    {
        // 16 projects with some 65 origins each: a thousand outcomes, which overlap. A promise of whole items at even odds holds somewhat more often; and since no real
        // project is as steady as these, whose weeks differ by chance alone, promises are rather too careful in them than too bold.
        var origins = new IReadOnlyList<Origin>[16];
        Parallel.For(0, origins.Length, seed =>
        {
            var (done, arriving, backlog) = Of(world, seed);
            origins[seed] = BackTest.Origins(World.Project(seed, Weeks, done, arriving, backlog), 4, seed: 1);
        });
        var score = BackTest.Score(origins, 4, seed: 1)!;
        Assert.InRange(score.Origins, 900, 1200);
        var told = $"{world}: {score.Model.Coverage}, {score.Model.CoverageSe}, {score.Origins}";
        Assert.True(score.Model.Coverage.P50 is >= 0.44 and <= 0.62, told);
        Assert.True(score.Model.Coverage.P85 is >= 0.80 and <= 0.94, told);
        Assert.True(score.Model.Coverage.P95 is >= 0.91 and <= 0.995, told);
    }

    [Fact]
    public void With_growth_a_project_is_done_when_nothing_is_open()
    {
        // Eight a week are done and six come in, with some seventy open at the cutoff. It is done when no more are open than came in within the
        // week: a forecast counts in weeks, and of those that came in the last days some are always open.
        const int Projects = 30;
        var cutoff = World.Start.AddDays(7 * 110);
        var (held50, held85, known) = (0, 0, 0);
        Parallel.For(0, Projects, seed =>
        {
            var history = World.Project(seed, 320, _ => 8, _ => 6, 290);
            var forecast = ProjectForecast.Of(ForecastInput.Of(history, due: null, cutoff, [], seed: 1));
            var done = DoneAt(history, cutoff);
            if (done < DateTimeOffset.MaxValue) Interlocked.Increment(ref known);
            if (done <= forecast.CompletionWithGrowth!.P50) Interlocked.Increment(ref held50);
            if (forecast.CompletionWithGrowth.P85 is not { } late || done <= late) Interlocked.Increment(ref held85);
            Assert.True(forecast.CompletionWithGrowth.P50 >= forecast.Completion!.P50);
        });

        Assert.InRange(known, Projects - 2, Projects);
        Assert.True(held50 is >= 8 and <= 25 && held85 is >= 20, $"{held50} {held85} of {Projects}");

        static DateTimeOffset DoneAt(ProjectHistory history, DateTimeOffset cutoff)
        {
            for (var end = cutoff.AddDays(7); end < history.Last; end = end.AddDays(7))
                if (history.Tasks.Count(task => task.At(end) is { ClosedSince: null }) <= history.Arrivals(end, 1)[0]) return end;
            return DateTimeOffset.MaxValue;
        }
    }

    private static (Func<int, double> Done, Func<int, double> Arriving, int Backlog) Of(string world, int seed) => world switch
    {
        "bursts" => (week => (week + (3 * seed)) % 6 == 0 ? 30 : 2, _ => 6, 400),
        "level shift" => (week => week < 60 + (4 * seed) ? 12 : 6, _ => 8, 600),
        "scope creep" => (_ => 8, week => week < 60 ? 6 : 12, 400),
        "holiday" => (week => World.Start.AddDays(7 * week) is { Month: 12, Day: >= 21 } ? 4 : 8, _ => 7, 400),
        _ => (_ => 8, _ => 7, 300),
    };
}
