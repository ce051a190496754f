using ShitOps.Flow;

namespace ShitOps.Forecasting;

/// <summary>How one method forecast one origin.</summary>
/// <param name="P50">So many items or more were promised at odds of 50%.</param>
/// <param name="P85">The same at 85%.</param>
/// <param name="P95">The same at 95%.</param>
/// <param name="Crps">The continuous ranked probability score of its distribution.</param>
public readonly record struct OriginForecast(double P50, double P85, double P95, double Crps);

/// <summary>One origin of a back-test.</summary>
/// <param name="Project">The project's key.</param>
/// <param name="Cutoff">What lies before it was known.</param>
/// <param name="Actual">The items done in the horizon that began there, as known at its end.</param>
/// <param name="Naive">As many as in the same time before the cutoff.</param>
/// <param name="Model">The calibrated combination.</param>
/// <param name="Bootstrap">The 12-week bootstrap.</param>
public sealed record Origin(string Project, DateTimeOffset Cutoff, double Actual, double Naive, OriginForecast Model, OriginForecast Bootstrap);

/// <summary>Three shares, or their standard errors, each 0 to 1.</summary>
public readonly record struct PromiseShares(double P50, double P85, double P95);

/// <summary>How one method did over all origins.</summary>
/// <param name="Coverage">How often its promises held.</param>
/// <param name="CoverageSe">The standard errors of <paramref name="Coverage"/> by a block bootstrap.</param>
/// <param name="CrpsRelative">The sum of its scores over the sum of the naive forecast's absolute errors.</param>
/// <param name="MaeRelative">The same of the absolute errors of its medians.</param>
/// <param name="Pinball15">The mean pinball loss of the promise at 85%.</param>
/// <param name="Pinball05">The same at 95%.</param>
public sealed record MethodScores(PromiseShares Coverage, PromiseShares CoverageSe, double CrpsRelative, double MaeRelative, double Pinball15, double Pinball05);

/// <summary>The scores at one horizon.</summary>
/// <param name="Weeks">The horizon.</param>
/// <param name="Origins">How many origins there were.</param>
/// <param name="Model">The model's.</param>
/// <param name="Bootstrap">The 12-week bootstrap's, on the same origins.</param>
public sealed record HorizonScores(int Weeks, int Origins, MethodScores Model, MethodScores Bootstrap);

/// <summary>
/// The rolling-origin back-test of "how many items in so many weeks": every two weeks a forecast is made from what was known before, and
/// scored by what came. Projects with fewer than 80 weeks or 300 items done are left out, and origins without throughput in the last 12 weeks.
/// </summary>
public static class BackTest
{
    private const int Runs = 1000;
    private const int BlockWeeks = 52;
    private const int Replicates = 500;

    /// <summary>The origins of one project in the order of their cutoffs.</summary>
    /// <param name="history">All that is known of the project today.</param>
    /// <param name="horizon">Weeks.</param>
    /// <param name="seed">The same seed gives the same origins.</param>
    /// <param name="methods">What is combined; null: <see cref="FlowMethod.Combined"/>.</param>
    public static IReadOnlyList<Origin> Origins(ProjectHistory history, int horizon, int seed, IReadOnlyList<FlowMethod>? methods = null)
    {
        List<Origin> origins = [];
        if (history.Last is not { } last || history.Began(last.AddTicks(1)) is not { } first || !IsLongEnough(history, first, last)) return origins;

        var record = new HorizonRecord(horizon, RankPool.None);
        var ahead = TimeSpan.FromDays(7 * horizon);
        foreach (var forecast in RollingForecasts.Of(history, first.AddDays(7 * RollingForecasts.Warmup), (last - ahead).AddTicks(1), [record], Runs, unchecked((ulong)seed), methods))
        {
            var actual = (double)history.Throughput(forecast.Cutoff + ahead, horizon).Sum();
            var counts = forecast.Paths.Counts(horizon - 1, record.Weights);
            var bootstrap = FlowPaths.Of([FlowMethod.Bootstrap12], new FlowPast(forecast.Throughput, forecast.Cutoff), horizon, Runs, forecast.Seed).Counts(horizon - 1, [1]);
            origins.Add(new Origin(
                history.Project,
                forecast.Cutoff,
                actual,
                forecast.Throughput.TakeLast(horizon).Sum(),
                new OriginForecast(counts.Quantile(record.Level(0.5)), counts.Quantile(record.Level(0.15)), counts.Quantile(record.Level(0.05)), counts.Crps(actual)),
                new OriginForecast(bootstrap.Quantile(0.5), bootstrap.Quantile(0.15), bootstrap.Quantile(0.05), bootstrap.Crps(actual))));
        }

        return origins;
    }

    /// <summary>The scores over the origins of several projects at one horizon.</summary>
    /// <param name="projects">The origins of each project.</param>
    /// <param name="horizon">Weeks.</param>
    /// <param name="seed">Of the block bootstrap.</param>
    /// <returns>Null if there is no origin.</returns>
    public static HorizonScores? Score(IReadOnlyList<IReadOnlyList<Origin>> projects, int horizon, int seed)
    {
        var count = projects.Sum(origins => origins.Count);
        return count == 0 ? null : new HorizonScores(horizon, count, Score(projects, origin => origin.Model, seed), Score(projects, origin => origin.Bootstrap, seed));
    }

    private static bool IsLongEnough(ProjectHistory history, DateTimeOffset first, DateTimeOffset last)
    {
        var weeks = (last - first).Days / 7;
        return weeks >= 80 && history.Throughput(last.AddTicks(1), weeks + 1).Sum() >= 300;
    }

    private static MethodScores Score(IReadOnlyList<IReadOnlyList<Origin>> projects, Func<Origin, OriginForecast> method, int seed)
    {
        var all = projects.SelectMany(origins => origins).ToArray();
        var naive = all.Sum(origin => Math.Abs(origin.Actual - origin.Naive));
        return new MethodScores(
            new PromiseShares(Coverage(one => one.P50), Coverage(one => one.P85), Coverage(one => one.P95)),
            new PromiseShares(Error(one => one.P50), Error(one => one.P85), Error(one => one.P95)),
            all.Sum(origin => method(origin).Crps) / naive,
            all.Sum(origin => Math.Abs(origin.Actual - method(origin).P50)) / naive,
            all.Average(origin => Scores.Pinball(method(origin).P85, 0.15, origin.Actual)),
            all.Average(origin => Scores.Pinball(method(origin).P95, 0.05, origin.Actual)));

        double Coverage(Func<OriginForecast, double> promise) => all.Average(origin => Held(origin, promise));

        double Held(Origin origin, Func<OriginForecast, double> promise) => origin.Actual >= promise(method(origin)) ? 1 : 0;

        double Error(Func<OriginForecast, double> promise) =>
            BlockError([.. projects.Where(origins => origins.Count > 0).Select(origins => origins.Select(origin => Held(origin, promise)).ToArray())], seed);
    }

    /// <summary>The standard error of the mean over all series, whose values hang together in time: by a circular block bootstrap of each series.</summary>
    private static double BlockError(double[][] projects, int seed)
    {
        var random = new Random(seed);
        var total = projects.Sum(series => series.Length);
        var means = new double[Replicates];
        for (var replicate = 0; replicate < Replicates; replicate++)
        {
            var sum = 0.0;
            foreach (var series in projects)
            {
                var start = 0;
                for (var i = 0; i < series.Length; i++)
                {
                    var within = i % (BlockWeeks / RollingForecasts.Step);
                    if (within == 0) start = random.Next(series.Length);
                    sum += series[(start + within) % series.Length];
                }
            }

            means[replicate] = sum / total;
        }

        var mean = means.Average();
        return Math.Sqrt(means.Sum(one => (one - mean) * (one - mean)) / (Replicates - 1));
    }
}
