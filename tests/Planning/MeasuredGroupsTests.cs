using System.Diagnostics;
using System.Globalization;
using FsCheck.Xunit;
using ShitOps.Planning;
using ShitOps.Projects;

namespace ShitOps.Tests.Planning;

/// <summary>Values over time of what was measured.</summary>
public sealed class MeasuredGroupsTests
{
    private static readonly DateTime Begin = new(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime Now = Begin.AddDays(30);

    /// <summary>What the metrics that are drawn are the sum of, and how much one of it counts.</summary>
    private static readonly Dictionary<string, (Measure[] Measures, double One)> Metrics = new(StringComparer.Ordinal)
    {
        ["tasks"] = ([Measure.Todo, Measure.InProgress, Measure.BlockedStatus, Measure.Done, Measure.Cancelled], 1),
        ["wip"] = ([Measure.InProgress, Measure.BlockedStatus], 1),
        ["blocked-tasks"] = ([Measure.Blocked], 1),
        ["estimated-hours"] = ([Measure.EstimateMilliHours], 0.001),
    };

    [Property(MaxTest = 2_000)]
    public void What_is_over_time_is_of_the_ends_of_all_hours(int seed)
    {
        var random = new Random(seed);
        var changes = new HistoryChanges();
        for (var i = random.Next(12); i > 0; i--) changes.Add(Begin.AddHours(random.Next(60)).Ticks, (Measure)random.Next((int)Measure.EstimateMilliHours + 1), random.Next(-3, 9));
        var (metric, aggregation) = (Metrics.Keys.ElementAt(random.Next(Metrics.Count)), ((string[])["mean", "min", "max"])[random.Next(3)]);
        var from = Begin.AddMinutes(random.Next(-600, 3_600));
        var to = from.AddMinutes(random.Next(2_000));
        var groups = new MeasuredGroups();
        groups.Add("", changes);

        var value = Assert.Single(groups.Values(QueryText.Parse($"report {metric} {aggregation} from {Text(from)} to {Text(to)}"), Now)).Value;

        var hourly = Hourly(changes, metric, from, to);
        double? expected = hourly.Count == 0 ? null : aggregation switch { "min" => hourly.Min(), "max" => hourly.Max(), _ => hourly.Average() };
        Assert.Equal(expected is null, value is null);
        Assert.Equal(expected ?? 0, value ?? 0, tolerance: 1e-9);

        static string Text(DateTime at) => at.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Millions_of_hours_without_a_change_are_not_gone_through_one_by_one()
    {
        var groups = new MeasuredGroups();
        for (var i = 0; i < 2_000; i++)
        {
            var changes = new HistoryChanges();
            changes.Add(0, Measure.Todo, 1);
            changes.Add(Begin.Ticks, Measure.Todo, i);
            groups.Add($"{i}", changes);
        }

        var values = await Task.Run(() => groups.Values(QueryText.Parse("report tasks max by project from 0001-01-01 to 2026-03-20"), Now)).WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(Enumerable.Range(1, 2_000).Select(most => (double?)most), values.Select(value => value.Value).Order());
    }

    [Property(MaxTest = 1_000)]
    public void A_trend_has_the_values_of_each_step_by_itself(int seed)
    {
        var random = new Random(seed);
        var all = Enumerable.Range(0, random.Next(4)).ToDictionary(group => $"{group}", _ => SomeChanges(random, random.Next(60)), StringComparer.Ordinal);
        var groups = new MeasuredGroups();
        foreach (var (group, changes) in all) groups.Add(group, changes);
        string[] asked = [.. Metrics.Keys.SelectMany(metric => (string[])[metric, $"{metric} mean", $"{metric} min", $"{metric} max"]), "created", "completed", "reopened", "lead-time", "lead-time p85", "cycle-time"];
        var from = Begin.AddMinutes(random.Next(-12_000, 40_000));
        var to = random.Next(4) == 0 ? Now.AddDays(2) : from.AddMinutes(random.Next(1, 8_000));
        var trend = QueryText.Parse($"trend {asked[random.Next(asked.Length)]} by project from {Text(from)} to {Text(to)} step {((string[])["1h", "1d", "1w", "1mo"])[random.Next(4)]}");

        var values = groups.Values(trend, Now).ToLookup(value => value.Group, StringComparer.Ordinal);

        foreach (var (group, changes) in all)
        {
            var expected = StepByStep.Of(trend, changes, Now);
            if (!values.Contains(group)) Assert.All(expected, one => Assert.True(one.Value is null or 0));
            else Assert.Equal(expected.Select(one => (one.From, one.Until, Rounded(one.Value))), values[group].Select(one => (one.From!.Value, one.Until, Rounded(one.Value))));
        }

        static string Text(DateTime at) => at.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture);

        static double? Rounded(double? value) => value is { } known ? Math.Round(known, 6) : null;
    }

    [Fact]
    public void A_trend_goes_through_the_changes_once_for_all_steps()
    {
        var changes = SomeChanges(new Random(1), 60_000, days: 3_000);
        var groups = new MeasuredGroups();
        groups.Add("", changes);
        foreach (var asked in (string[])["tasks mean", "completed"])
        {
            var trend = QueryText.Parse($"trend {asked} from 2018-02-01 to 2026-03-30 step 1d");
            var once = Lasting(() => groups.Values(trend, Now));
            var anew = Lasting(() => StepByStep.Of(trend, changes, Now));
            Assert.True(once * 4 < anew, $"{asked}: {once} and {anew}");
        }

        static TimeSpan Lasting<T>(Func<T> work)
        {
            _ = work();
            var clock = Stopwatch.StartNew();
            _ = work();
            return clock.Elapsed;
        }
    }

    [Fact]
    public async Task A_trend_that_is_given_up_ends_soon()
    {
        var groups = new MeasuredGroups();
        for (var i = 0; i < 400; i++) groups.Add($"{i}", SomeChanges(new Random(i), 1_000));
        var trend = QueryText.Parse("trend tasks mean by project from 2025-12-01 to 2026-03-13 step 1h");
        using var stopping = new CancellationTokenSource();
        var working = Task.Run(() => groups.Values(trend, Now, stopping.Token));
        await Task.Delay(30);

        var clock = Stopwatch.StartNew();
        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => working);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(1), $"{clock.Elapsed}");
    }

    /// <summary>Changes of so many days, the last of them a few days after <see cref="Now"/>.</summary>
    private static HistoryChanges SomeChanges(Random random, int count, int days = 42)
    {
        var changes = new HistoryChanges();
        for (; count > 0; count--) changes.Add(Now.AddDays(5).AddMinutes(-random.Next(days * 1_440)).Ticks, (Measure)random.Next(Measures.All), random.Next(-3, 9));
        return changes;
    }

    private static List<double> Hourly(HistoryChanges changes, string metric, DateTime from, DateTime to)
    {
        List<double> levels = [];
        var first = changes.Measures.Where(one => one.Measure <= Measure.Cancelled).Select(one => (long?)one.Hour).Min();
        var (measures, one) = Metrics[metric];
        for (var hour = Math.Max(from.Ticks / TimeSpan.TicksPerHour, first ?? long.MaxValue - 1) + 1; hour <= to.Ticks / TimeSpan.TicksPerHour; hour++)
            levels.Add(changes.Measures.Where(change => change.Hour < hour && measures.Contains(change.Measure)).Sum(change => change.Amount) * one);
        return levels;
    }
}
