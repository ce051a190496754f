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
