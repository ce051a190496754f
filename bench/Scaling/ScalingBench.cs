using System.Globalization;
using ShitOps.Costs;
using ShitOps.Scaling;

namespace ShitOps.Bench.Scaling;

/// <summary>Plays a day with bursts through the autoscalers, and writes docs/scaling.md of it.</summary>
internal static class ScalingBench
{
    /// <summary>For how long waiting events may be behind when a burst counts as drained.</summary>
    private const double DrainedBehind = 5;

    /// <summary>KEDA's threshold beside the hybrid signal, which is then the one that decides: ten seconds of an instance's work.</summary>
    private const long KedaLagThreshold = 10 * InstanceRate.Aggregation;

    private static readonly InstanceDemand Demand = new(InstanceRate.Aggregation, TimeSpan.FromMinutes(1));

    /// <summary>Events a second over the day, partitions chosen for them, and others to compare with.</summary>
    private static readonly (double Mean, int Partitions, int[] Others)[] Rates = [(1_000, 8, [4, 16]), (10_000, 32, [16, 64]), (100_000, 256, [100, 512]), (1_000_000, 1024, [512])];

    /// <summary>Prints the document.</summary>
    /// <returns>0; 2 if there are arguments.</returns>
    public static int Run(string[] args)
    {
        if (args is not [])
        {
            Console.Error.WriteLine("Usage: scaling > docs/scaling.md");
            return 2;
        }

        var prices = PriceList.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "prices.json")));
        var shape = DayOfEvents.Shape();
        var page = new ScalingPage(Console.Out, prices, shape);
        page.Head(Rates.Length, DrainedBehind);
        foreach (var (mean, partitions, _) in Rates)
        {
            page.Rate(mean, partitions);
            var simulation = Simulation(partitions, mean);
            var arrivals = DayOfEvents.Arrivals(shape, mean);
            foreach (var threshold in (long[])[1000, InstanceRate.AggregationLagThreshold, KedaLagThreshold])
                Play($"Functions, lag{Chosen(threshold == InstanceRate.AggregationLagThreshold)}", threshold, new TargetScaling(threshold, partitions, CapacityNeed.MostInstances));
            foreach (var threshold in (long[])[InstanceRate.AggregationLagThreshold, KedaLagThreshold])
                Play("KEDA, lag", threshold, new KedaScaling(threshold, partitions));
            foreach (var threshold in (long[])[InstanceRate.AggregationLagThreshold, KedaLagThreshold])
                Play($"KEDA, lag and demand{Chosen(threshold == KedaLagThreshold)}", threshold, new KedaScaling(threshold, partitions, Demand));

            void Play(string name, long threshold, IAutoscaler autoscaler) => Row(page, [name, $"{threshold:N0}"], simulation.Run(arrivals, autoscaler), shape);
        }

        page.Partitions();
        foreach (var (mean, chosen, others) in Rates)
        {
            foreach (var partitions in others.Append(chosen).Order())
            {
                var arrivals = DayOfEvents.Arrivals(shape, mean);
                var simulation = Simulation(partitions, mean);
                Row(page, [$"{mean:N0}", $"{partitions:N0}{Chosen(partitions == chosen)}", "Functions"], simulation.Run(arrivals, new TargetScaling(InstanceRate.AggregationLagThreshold, partitions, CapacityNeed.MostInstances)), shape);
                Row(page, [$"{mean:N0}", $"{partitions:N0}{Chosen(partitions == chosen)}", "KEDA"], simulation.Run(arrivals, new KedaScaling(KedaLagThreshold, partitions, Demand)), shape);
            }
        }

        page.Assumptions();
        foreach (var (cold, rebalance) in new[] { (20, 5), (60, 5), (20, 15), (60, 15) })
        {
            var (mean, partitions, _) = Rates[1];
            var arrivals = DayOfEvents.Arrivals(shape, mean);
            var simulation = Simulation(partitions, mean, cold, rebalance);
            Row(page, [$"{cold}", $"{rebalance}", "Functions"], simulation.Run(arrivals, new TargetScaling(InstanceRate.AggregationLagThreshold, partitions, CapacityNeed.MostInstances)), shape);
            Row(page, [$"{cold}", $"{rebalance}", "KEDA"], simulation.Run(arrivals, new KedaScaling(KedaLagThreshold, partitions, Demand)), shape);
        }

        page.Archive();
        foreach (var (mean, partitions, _) in Rates)
        {
            foreach (var threshold in (long[])[1000, InstanceRate.Archive, InstanceRate.ArchiveLagThreshold])
            {
                var simulation = new ScalingSimulation(DayOfEvents.Shares(partitions, mean)) { EventsPerSecond = InstanceRate.Archive, InHand = TimeSpan.FromSeconds(11) };
                var run = simulation.Run(DayOfEvents.Arrivals(shape, mean), new TargetScaling(threshold, partitions, CapacityNeed.MostInstances));
                Row(page, [$"{mean:N0}", $"{threshold:N0}{Chosen(threshold == InstanceRate.ArchiveLagThreshold)}"], run, shape);
            }
        }

        page.Limits([.. Rates.Select(rate => (rate.Mean, rate.Partitions))]);
        return 0;
    }

    private static ScalingSimulation Simulation(int partitions, double mean, int coldStart = 20, int rebalance = 5) =>
        new(DayOfEvents.Shares(partitions, mean)) { EventsPerSecond = InstanceRate.Aggregation, ColdStart = TimeSpan.FromSeconds(coldStart), Rebalance = TimeSpan.FromSeconds(rebalance) };

    private static string Chosen(bool isChosen) => isChosen ? " **(chosen)**" : "";

    private static void Row(ScalingPage page, string[] first, ScalingRun run, double[] shape)
    {
        var drains = DayOfEvents.Bursts(shape).Select(burst => run.SecondsUntil(burst + DayOfEvents.BurstSeconds, DrainedBehind));
        page.Row(first, run, string.Join(", ", drains.Select(seconds => seconds?.ToString("N0", CultureInfo.InvariantCulture) ?? "never")));
    }
}
