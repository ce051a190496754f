using System.Globalization;
using ShitOps.Scaling;

namespace ShitOps.Bench.Scaling;
internal static class ScalingBench
{
    public static int Run()
    {
        var shape = DayOfEvents.Shape();
        Console.WriteLine($"min {shape.Min():F3} max {shape.Max():F3} bursts {string.Join(",", DayOfEvents.Bursts(shape))}");
        Console.WriteLine(string.Join(" ", shape.Chunk(12).Select(h => h.Average().ToString("F2", CultureInfo.InvariantCulture))));
        foreach (var (mean, ps) in new[] { (1000.0, new[] { 8, 16, 32 }), (10_000.0, new[] { 16, 32, 64 }), (100_000.0, [100, 256]), (1_000_000.0, [512, 1024]) })
        {
            var arrivals = DayOfEvents.Arrivals(shape, mean);
            foreach (var p in ps)
            {
                var sim = new ScalingSimulation(DayOfEvents.Shares(p, mean)) { EventsPerSecond = 4500 };
                foreach (var t in new long[] { 1000, 4500, 9000, 20_000, 45_000, 90_000 })
                    foreach (var (name, make) in new (string, Func<IAutoscaler>)[] { ("functions", () => new TargetScaling(t, p, 1000)), ("keda lag", () => new KedaScaling(t, p)), ("keda hybrid", () => new KedaScaling(t, p, new InstanceDemand(4500, TimeSpan.FromSeconds(60)))) })
                    {
                        var run = sim.Run(arrivals, make());
                        var d = string.Join("/", DayOfEvents.Bursts(shape).Select(b => run.SecondsUntil(b + 300, 5)?.ToString(CultureInfo.InvariantCulture) ?? "-"));
                        Console.WriteLine($"{mean,9} P{p,5} T{t,6} {name,-12} hours {run.InstanceHours,9:F1} max {run.Instances.Max(),5} changes {run.Changes,5} turns {run.Turns,5} p50 {run.BehindQuantile(.5),5} p99 {run.BehindQuantile(.99),6} max {run.BehindQuantile(1),6} drain {d}");
                    }
            }
        }

        return 0;
    }
}
