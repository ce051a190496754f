using FsCheck.Xunit;
using ShitOps.Scaling;

namespace ShitOps.Tests.Scaling;

/// <summary>The formulas of target-based scaling, of KEDA and of the hybrid signal, against cases worked out by hand.</summary>
public sealed class AutoscalerTests
{
    [Theory]
    [InlineData(0, 1000, 8, 1)]
    [InlineData(1, 1000, 8, 1)]
    [InlineData(1000, 1000, 8, 1)]
    [InlineData(1001, 1000, 8, 2)]
    [InlineData(7_999, 1000, 8, 8)]
    [InlineData(1_000_000, 1000, 8, 8)]
    [InlineData(long.MaxValue, 1, 32, 32)]
    public void Functions_take_an_instance_for_each_threshold_of_lag_and_one_per_partition_at_most(long lag, long threshold, int partitions, int instances) =>
        Assert.Equal(instances, TargetScaling.Target(lag, threshold, partitions));

    [Fact]
    public void Functions_add_four_instances_at_a_time()
    {
        var scaling = new TargetScaling(1000, partitions: 32);

        Assert.Equal([5, 9, 10, 10], Play(scaling, [(0, 10_000), (30, 10_000), (60, 10_000), (90, 10_000)]));
    }

    [Fact]
    public void Functions_look_at_the_lag_once_a_minute()
    {
        var scaling = new TargetScaling(1000, partitions: 32);

        // What is measured at 0 holds until 60, and that of 90 until 150.
        Assert.Equal([1, 1, 1, 3, 3, 3, 5], Play(scaling, [(0, 500), (30, 3000), (60, 3000), (90, 3000), (120, 5000), (150, 5000), (180, 5000)]));
    }

    [Fact]
    public void Functions_do_not_scale_in_within_a_minute_of_scaling_out()
    {
        var scaling = new TargetScaling(1000, partitions: 32);

        Assert.Equal([1, 3], Play(scaling, [(0, 0), (61, 3000)]));
        Assert.Equal([3, 1], Play(scaling, [(120, 0), (122, 0)], instances: 3));

        scaling = new TargetScaling(1000, partitions: 32);
        Assert.Equal([3, 1, 4, 4, 1], Play(scaling, [(0, 3000), (61, 0), (122, 4000), (181, 0), (183, 0)]));
    }

    [Fact]
    public void Functions_take_no_more_instances_than_the_app_may_have() => Assert.Equal([2], Play(new TargetScaling(1000, partitions: 32, mostInstances: 2), [(0, 10_000)]));

    [Theory]
    [InlineData(1000, 100, 4, 10)]
    [InlineData(430, 100, 4, 4)]
    [InlineData(441, 100, 4, 5)]
    [InlineData(361, 100, 4, 4)]
    [InlineData(359, 100, 4, 4)]
    [InlineData(299, 100, 4, 3)]
    [InlineData(0, 100, 4, 0)]
    [InlineData(1.05, 1, 1, 1)]
    [InlineData(1.2, 1, 1, 2)]
    public void A_HorizontalPodAutoscaler_rounds_up_and_stays_within_a_tenth(double value, double target, int replicas, int recommended) =>
        Assert.Equal(recommended, KedaScaling.Recommend(value, target, replicas));

    [Fact]
    public void Keda_doubles_or_adds_four_and_caps_at_the_partitions()
    {
        var scaling = new KedaScaling(100, partitions: 24);

        Assert.Equal([5, 10, 20, 24, 24], Play(scaling, [(0, 1_000_000), (15, 1_000_000), (30, 1_000_000), (45, 1_000_000), (60, 1_000_000)]));
    }

    [Fact]
    public void Keda_takes_instances_away_only_when_five_minutes_have_asked_for_fewer()
    {
        var scaling = new KedaScaling(100, partitions: 24);

        Assert.Equal([4, 4, 4, 2, 2, 1], Play(scaling, [(0, 400), (15, 100), (300, 200), (315, 100), (600, 100), (615, 0)]));
    }

    [Theory]
    [InlineData(0, 0.0, 0.0)]
    [InlineData(0, 9000.0, 2.0)]
    [InlineData(270_000, 0.0, 1.0)]
    [InlineData(540_000, 4500.0, 3.0)]
    public void Demand_is_what_comes_plus_what_waits_over_what_an_instance_does(long lag, double arrivals, double instances) =>
        Assert.Equal(instances, new InstanceDemand(4500, TimeSpan.FromSeconds(60)).Of(new Backlog(lag, arrivals)), 1e-12);

    [Fact]
    public void Keda_with_the_hybrid_signal_adds_instances_before_there_is_a_lag()
    {
        var backlog = new Backlog(Lag: 0, ArrivalsPerSecond: 13_000);

        Assert.Equal(1, new KedaScaling(45_000, partitions: 8).Decide(TimeSpan.Zero, 1, backlog));
        // 13,000 / 4,500 / 0.8 = 3.6
        Assert.Equal(4, new KedaScaling(45_000, partitions: 8, new InstanceDemand(4500, TimeSpan.FromMinutes(1))).Decide(TimeSpan.Zero, 1, backlog));
    }

    [Property]
    public bool Both_stay_between_one_instance_and_one_per_partition(uint[] lags, byte partitions)
    {
        var most = Math.Max(1, (int)partitions);
        return new IAutoscaler[] { new TargetScaling(1000, most), new KedaScaling(1000, most, new InstanceDemand(100, TimeSpan.FromSeconds(30))) }
            .All(scaling => Play(scaling, [.. lags.Select((lag, i) => (i * 15, (long)lag))]).All(instances => instances >= 1 && instances <= most));
    }

    /// <summary>What an autoscaler decides at each second, by the lag that is to be seen then; each decision is carried out at once.</summary>
    private static List<int> Play(IAutoscaler scaling, (int Second, long Lag)[] seen, int instances = 1)
    {
        List<int> decided = [];
        foreach (var (second, lag) in seen) decided.Add(instances = scaling.Decide(TimeSpan.FromSeconds(second), instances, new Backlog(lag, 0)));
        return decided;
    }
}
