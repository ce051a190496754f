namespace ShitOps.Forecasting;

/// <summary>
/// How many items are done in the coming weeks, by drawing weeks from the past with replacement and adding them up. The later a week, the
/// likelier it is drawn; each draw's sum is multiplied by a log-normal level of mean 1, whose variance grows in proportion to the horizon.
/// </summary>
/// <param name="Window">How many past weeks are drawn from, at least 1.</param>
/// <param name="Decay">How much less likely than the next a week is drawn, above 0, to 1: all alike.</param>
/// <param name="LevelVariance">The variance that the level's logarithm gains in a week; 0: the level stays.</param>
public sealed record ThroughputModel(int Window, double Decay, double LevelVariance)
{
    /// <summary>What the field does: the last 12 weeks, all alike.</summary>
    public static ThroughputModel Bootstrap12 { get; } = new(12, 1, 0);

    /// <summary>The last year, of which a week weighs half as much as one some 12 weeks later.</summary>
    public static ThroughputModel Recent { get; } = new(52, 0.945, 0.02);

    /// <summary>Draws sums of so many weeks.</summary>
    /// <param name="throughput">Items done in each past week, the oldest first, at least one week; of more than the window the last are taken.</param>
    /// <param name="horizon">Weeks ahead, at least 1.</param>
    /// <param name="draws">How many.</param>
    /// <param name="seed">The same seed draws the same.</param>
    /// <returns>In ascending order.</returns>
    public double[] Draw(ReadOnlySpan<int> throughput, int horizon, int draws, int seed)
    {
        var weeks = throughput[Math.Max(0, throughput.Length - Window)..];
        var cumulative = new double[weeks.Length];
        var total = 0.0;
        for (var i = 0; i < weeks.Length; i++) cumulative[i] = total += Math.Pow(Decay, weeks.Length - 1 - i);

        var random = new Random(seed);
        var variance = LevelVariance * horizon;
        var sums = new double[draws];
        for (var draw = 0; draw < draws; draw++)
        {
            var sum = 0.0;
            for (var week = 0; week < horizon; week++)
            {
                var found = Array.BinarySearch(cumulative, random.NextDouble() * total);
                sum += weeks[Math.Min(found < 0 ? ~found : found + 1, weeks.Length - 1)];
            }

            if (variance > 0) sum = Math.Round(sum * Math.Exp((Math.Sqrt(variance) * Normal(random)) - (variance / 2)));
            sums[draw] = sum;
        }

        Array.Sort(sums);
        return sums;
    }

    /// <summary>By Box and Muller.</summary>
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
