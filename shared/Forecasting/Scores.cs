namespace ShitOps.Forecasting;

/// <summary>Proper scores of a forecast that is given as draws; less is better, 0 is perfect. Source: Gneiting and Raftery, Strictly proper scoring rules, JASA 102 (2007).</summary>
public static class Scores
{
    /// <summary>
    /// The continuous ranked probability score of the draws' empirical distribution: E|X − y| − ½ E|X − X′|, from the sorted draws in one pass.
    /// </summary>
    /// <param name="sorted">The draws in ascending order, at least one.</param>
    /// <param name="actual">What happened.</param>
    public static double Crps(ReadOnlySpan<double> sorted, double actual)
    {
        var (distance, spread, count) = (0.0, 0.0, (double)sorted.Length);
        for (var i = 0; i < sorted.Length; i++)
        {
            distance += Math.Abs(sorted[i] - actual);
            spread += ((2 * i) + 1 - count) * sorted[i];
        }

        return (distance / count) - (spread / (count * count));
    }

    /// <summary>The pinball loss of a quantile.</summary>
    /// <param name="quantile">The forecast.</param>
    /// <param name="level">Its level, within 0 to 1.</param>
    /// <param name="actual">What happened.</param>
    public static double Pinball(double quantile, double level, double actual) =>
        actual >= quantile ? level * (actual - quantile) : (1 - level) * (quantile - actual);

    /// <summary>The least draw that at least this share of the draws does not exceed.</summary>
    /// <param name="sorted">The draws in ascending order, at least one.</param>
    /// <param name="level">0 to 1; at 0 the least draw.</param>
    public static double Quantile(ReadOnlySpan<double> sorted, double level) =>
        sorted[Math.Clamp((int)Math.Ceiling(level * sorted.Length) - 1, 0, sorted.Length - 1)];
}
