using System.Diagnostics;
using ShitOps.Flow;
using ShitOps.Forecasting;

namespace ShitOps.Bench;

/// <summary>How fast futures are simulated, on one core and for a whole fleet, and what a whole forecast of a project takes.</summary>
internal static class ForecastBench
{
    private const int RunsOfAProject = 10_000;
    private const int Weeks = 26;

    /// <summary>Prints <c>name: value</c> lines.</summary>
    /// <param name="args"><c>--projects N</c>: how many projects; default 1,000.</param>
    /// <returns>0; 2 if the arguments are not understood.</returns>
    public static int Run(string[] args)
    {
        if (!CountOption.TryRead("forecast", "--projects", 1000, args, out var projects)) return 2;
        var random = new Random(1);
        var cutoff = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        int[][] pasts = [.. Enumerable.Range(0, projects).Select(_ => Enumerable.Range(0, 104).Select(_ => random.Next(0, 15)).ToArray())];

        // A draw is one week of one run.
        Console.WriteLine($"draws_per_s_per_core: {DrawsPerSecond([FlowMethod.Combined[0]]):F0}");
        Console.WriteLine($"combination_draws_per_s_per_core: {DrawsPerSecond(FlowMethod.Combined):F0}");

        var watch = Stopwatch.StartNew();
        var allocated = GC.GetTotalAllocatedBytes();
        Parallel.For(0, projects, i => FlowPaths.Of(FlowMethod.Combined, new FlowPast(pasts[i], cutoff), Weeks, RunsOfAProject, (ulong)i).Counts(Weeks - 1, [0.25, 0.25, 0.25, 0.25]).Quantile(0.85));
        Console.WriteLine($"fleet_projects: {projects}");
        Console.WriteLine($"fleet_runs_each: {RunsOfAProject}");
        Console.WriteLine($"fleet_seconds: {watch.Elapsed.TotalSeconds:F2}");
        Console.WriteLine($"fleet_allocated_mib: {(GC.GetTotalAllocatedBytes() - allocated) / 1048576.0:F0}");
        Console.WriteLine($"peak_working_set_mib: {Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0:F0}");

        var history = History(random);
        ProjectForecast.Of(ForecastInput.Of(history, null, cutoff, [], 1));
        watch.Restart();
        var input = ForecastInput.Of(history, null, cutoff, [], 2);
        Console.WriteLine($"project_learning_ms: {watch.Elapsed.TotalMilliseconds:F0}");
        watch.Restart();
        ProjectForecast.Of(input);
        Console.WriteLine($"project_forecast_ms: {watch.Elapsed.TotalMilliseconds:F0}");
        return 0;

        double DrawsPerSecond(IReadOnlyList<FlowMethod> methods)
        {
            const int Rounds = 40;

            // As in a process that has run for a while: compiled with all optimizations.
            for (var warm = Stopwatch.StartNew(); warm.Elapsed < TimeSpan.FromSeconds(1);) Simulate(0);
            var best = 0.0;
            for (var round = 0; round < Rounds; round++)
            {
                var began = Stopwatch.GetTimestamp();
                Simulate(round);
                best = Math.Max(best, RunsOfAProject * Weeks / Stopwatch.GetElapsedTime(began).TotalSeconds);
            }

            return best;

            void Simulate(int round) => FlowPaths.Of(methods, new FlowPast(pasts[round % projects], cutoff), Weeks, RunsOfAProject, (ulong)round);
        }

        ProjectHistory History(Random luck)
        {
            List<TaskHistory> tasks = [];
            for (var i = 0; i < 2000; i++)
            {
                var created = cutoff.AddDays(-1000 * luck.NextDouble());
                tasks.Add(new TaskHistory($"T-{i}", luck.Next(10) == 0 ? [new(created, ShitOps.Events.StatusCategory.Todo, "To Do")] : [new(created, ShitOps.Events.StatusCategory.Todo, "To Do"), new(created.AddDays(30 * luck.NextDouble()), ShitOps.Events.StatusCategory.Done, "Done")]));
            }

            return new ProjectHistory("P", tasks);
        }
    }
}
