using FsCheck.Xunit;
using ShitOps.Scaling;

namespace ShitOps.Tests.Scaling;

/// <summary>The simulation against runs worked out by hand.</summary>
public sealed class ScalingSimulationTests
{
    /// <summary>Stays with what it is told.</summary>
    private sealed class Planned(params (int From, int Instances)[] plan) : IAutoscaler
    {
        public List<Backlog> Seen { get; } = [];

        public TimeSpan Interval { get; } = TimeSpan.FromSeconds(1);

        public int Decide(TimeSpan now, int instances, Backlog backlog)
        {
            Seen.Add(backlog);
            return plan.Last(one => one.From <= now.TotalSeconds).Instances;
        }
    }

    [Fact]
    public void A_backlog_grows_by_what_one_instance_cannot_do_and_drains_by_what_it_can()
    {
        var simulation = new ScalingSimulation([1]) { EventsPerSecond = 100, InHand = TimeSpan.Zero };

        var run = simulation.Run([300, 300, 0, 0, 0, 0, 0], new Planned((0, 1)));

        Assert.Equal([200, 400, 300, 200, 100, 0, 0], run.Lag);
        // At the end of second 2 the 300 of second 1 wait, at the end of second 4 a third of them.
        Assert.Equal([0, 1, 1, 2, 3, 0, 0], run.BehindSeconds);
        Assert.Equal(7 / 3600.0, run.InstanceHours);
    }

    [Fact]
    public void An_instance_works_after_its_cold_start_and_all_pause_for_the_rebalance()
    {
        var simulation = new ScalingSimulation([0.5, 0.5]) { EventsPerSecond = 100, ColdStart = TimeSpan.FromSeconds(3), Rebalance = TimeSpan.FromSeconds(2), InHand = TimeSpan.Zero };

        var run = simulation.Run([1000, 0, 0, 0, 0, 0, 0], new Planned((0, 2)));

        // One works in 0 to 2; from 3 on there are two, which pause in 3 and 4.
        Assert.Equal([900, 800, 700, 700, 700, 500, 300], run.Lag.Select(lag => Math.Round(lag, 6)));
        Assert.Equal([1, 2, 2, 2, 2, 2, 2], run.Instances);
    }

    [Fact]
    public void A_partition_is_one_instances_work_however_many_there_are()
    {
        var simulation = new ScalingSimulation([0.9, 0.1]) { EventsPerSecond = 100, ColdStart = TimeSpan.Zero, Rebalance = TimeSpan.Zero, InHand = TimeSpan.Zero };

        var run = simulation.Run([1000, 0, 0, 0], new Planned((0, 2)));

        // The first instance has both partitions in second 0; then each has its own, and the small one is done in second 1.
        Assert.Equal([900, 710, 610, 510], run.Lag.Select(lag => Math.Round(lag, 6)));
    }

    [Fact]
    public void Who_is_taken_away_while_starting_disturbs_nobody()
    {
        var simulation = new ScalingSimulation([0.5, 0.5]) { EventsPerSecond = 100, ColdStart = TimeSpan.FromSeconds(5), Rebalance = TimeSpan.FromSeconds(2), InHand = TimeSpan.Zero };

        var run = simulation.Run([100, 100, 100, 100], new Planned((0, 2), (1, 1)));

        Assert.Equal([0, 0, 0, 0], run.Lag);
        Assert.Equal([1, 2, 1, 1], run.Instances);
        Assert.Equal((2, 1), (run.Changes, run.Turns));
    }

    [Fact]
    public void The_autoscaler_sees_what_is_in_hand_as_lag_and_the_arrivals_of_a_minute()
    {
        var autoscaler = new Planned((0, 1));
        var simulation = new ScalingSimulation([1]) { EventsPerSecond = 1000, InHand = TimeSpan.FromSeconds(2) };

        simulation.Run([.. Enumerable.Repeat(60.0, 60), .. Enumerable.Repeat(120.0, 30)], autoscaler);

        Assert.Equal(new Backlog(120, 60), autoscaler.Seen[59]);
        Assert.Equal(new Backlog(240, 90), autoscaler.Seen[89]);
    }

    [Fact]
    public void A_run_says_when_it_has_caught_up_for_good()
    {
        double[] behind = [.. Enumerable.Repeat(9.0, 10), .. Enumerable.Repeat(0.0, 30), 9, .. Enumerable.Repeat(1.0, 60)];
        var run = new ScalingRun(new int[behind.Length], behind, behind);

        Assert.Equal(36, run.SecondsUntil(5, behind: 5));
        Assert.Null(run.SecondsUntil(5, behind: 0.5));
        Assert.Equal((1, 9), (run.BehindQuantile(0.85), run.BehindQuantile(0.95)));
    }

    [Property(MaxTest = 50)]
    public bool Nothing_is_lost_or_made_up(byte[] arrivals, byte partitions, byte rate)
    {
        var count = Math.Max(1, (int)partitions);
        var simulation = new ScalingSimulation([.. Enumerable.Repeat(1.0 / count, count)]) { EventsPerSecond = rate + 1 };
        double[] load = [.. arrivals.Select(arrival => (double)arrival), .. new double[600 + arrivals.Length * 260]];
        var run = simulation.Run(load, new KedaScaling(100, count));
        double came = 0;
        return run.Lag.Zip(load).All(second => second.First >= 0 && second.First <= (came += second.Second) + 1e-6) && run.Lag[^1] < 1e-6;
    }

    [Theory]
    [InlineData(1_000, 1, 1, 1, 1, 2)]
    [InlineData(10_000, 10, 1, 3, 1, 16)]
    [InlineData(1_000_000, 1_000, 58, 223, 64, 2048)]
    public void A_rate_needs_what_the_limits_say(double rate, int throughputUnits, int processingUnits, int instances, int accounts, int slices) =>
        Assert.Equal(new CapacityNeed(throughputUnits, processingUnits, instances, accounts, slices), CapacityNeed.Of(rate, EventFootprint.Greatest, InstanceRate.Aggregation));

    [Theory]
    [InlineData()]
    [InlineData(0.5, 0.4)]
    [InlineData(1.5, -0.5)]
    [InlineData(double.NaN, 1.0)]
    public void Shares_that_are_none_are_refused(params double[] shares) =>
        Assert.Contains("expected shares from 0 that add up to 1", Assert.Throws<ArgumentException>(() => new ScalingSimulation(shares) { EventsPerSecond = 1 }).Message, StringComparison.Ordinal);
}
