using ShitOps.Flow;
using ShitOps.Projects;

namespace ShitOps.Forecasting;

/// <summary>A forecast at one instant of the past, from what was known then.</summary>
/// <param name="Cutoff">What lies before it was known.</param>
/// <param name="Throughput">Tasks done in each week before, the oldest first.</param>
/// <param name="Paths">The simulated weeks after it.</param>
/// <param name="Seed">What seeded them.</param>
public sealed record PastForecast(DateTimeOffset Cutoff, int[] Throughput, FlowPaths Paths, ulong Seed);

/// <summary>
/// Forecasts at every second week of a project's past, in order, so that each knows what those before it have taught: only a horizon that is
/// over by a cutoff teaches anything there.
/// </summary>
public static class RollingForecasts
{
    /// <summary>Weeks from one to the next.</summary>
    public const int Step = 2;

    /// <summary>The first is so many weeks after the project's first transition.</summary>
    public const int Warmup = 26;

    // Three years.
    private const int MostTaught = 78;
    private const int RunsToLearn = 400;

    /// <summary>Goes through the past.</summary>
    /// <param name="history">All that is known of the project today.</param>
    /// <param name="from">The first cutoff.</param>
    /// <param name="to">Nothing from then on is looked at.</param>
    /// <param name="records">What is taught, at the horizons that matter.</param>
    /// <param name="runs">How many runs a forecast has.</param>
    /// <param name="seed">The same seed gives the same forecasts.</param>
    /// <param name="methods">What is combined; null: <see cref="FlowMethod.Combined"/>.</param>
    /// <returns>The forecasts, each as soon as all is learned that was known at its cutoff.</returns>
    public static IEnumerable<PastForecast> Of(ProjectHistory history, DateTimeOffset from, DateTimeOffset to, IReadOnlyList<HorizonRecord> records, int runs, ulong seed, IReadOnlyList<FlowMethod>? methods = null)
    {
        List<PastForecast> forecasts = [];
        var settled = new int[records.Count];
        var weeks = records.Max(record => record.Weeks);
        for (var cutoff = from; cutoff < to; cutoff = cutoff.AddDays(7 * Step))
        {
            Learn(cutoff);
            var throughput = history.Throughput(cutoff, history.WeeksUpTo(cutoff, ForecastInput.MostWeeks));
            if (throughput.TakeLast(12).All(done => done == 0)) continue;
            var own = SeedOf(history.Project, cutoff, seed);
            var forecast = new PastForecast(cutoff, throughput, FlowPaths.Of(methods ?? FlowMethod.Combined, new FlowPast(throughput, cutoff), weeks, runs, own), own);
            forecasts.Add(forecast);
            yield return forecast;
        }

        Learn(to);

        void Learn(DateTimeOffset known)
        {
            for (var i = 0; i < records.Count; i++)
            {
                var horizon = records[i].Weeks;
                for (; settled[i] < forecasts.Count && forecasts[settled[i]].Cutoff.AddDays(7 * horizon) is var end && end <= known; settled[i]++)
                {
                    var forecast = forecasts[settled[i]];
                    records[i].Settle(forecast.Paths, Scale(forecast.Throughput, horizon), history.Throughput(end, horizon).Sum());
                }
            }
        }
    }

    /// <summary>What a project's past of up to three years teaches by an instant.</summary>
    /// <param name="history">The project's past.</param>
    /// <param name="cutoff">What lies before it is known.</param>
    /// <param name="horizons">Weeks.</param>
    /// <param name="pools">The ranks of other projects, by horizon; none where there is no entry.</param>
    /// <param name="seed">The same seed gives the same records.</param>
    public static IReadOnlyList<HorizonRecord> Learn(ProjectHistory history, DateTimeOffset cutoff, IEnumerable<int> horizons, IReadOnlyDictionary<int, RankPool> pools, ulong seed)
    {
        HorizonRecord[] records = [.. horizons.Select(weeks => new HorizonRecord(weeks, pools.GetValueOrDefault(weeks, RankPool.None)))];
        var possible = (history.WeeksUpTo(cutoff, Warmup + (Step * MostTaught)) - Warmup) / Step;
        if (possible <= 0) return records;
        foreach (var _ in Of(history, cutoff.AddDays(-7 * Step * possible), cutoff, records, RunsToLearn, seed))
        {
            // It teaches the records.
        }

        return records;
    }

    /// <summary>A seed for one forecast of a project.</summary>
    public static ulong SeedOf(string project, DateTimeOffset cutoff, ulong seed) => unchecked((StableHash.Of(project) ^ (ulong)(cutoff.UtcTicks / TimeSpan.TicksPerHour)) + (seed * 0x9e3779b97f4a7c15));

    private static double Scale(int[] throughput, int horizon) => throughput.TakeLast(26).Average() * horizon;
}
