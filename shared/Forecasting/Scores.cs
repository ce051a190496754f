namespace ShitOps.Forecasting;

/// <summary>Single quantiles: how they are read, and how they are scored.</summary>
public static class Scores
{
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
