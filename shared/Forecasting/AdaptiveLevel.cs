namespace ShitOps.Forecasting;

/// <summary>
/// The level at which a quantile is read, so that it is undershot as often as promised: it moves with each settled forecast. Source: Gibbs
/// and Candès, Adaptive conformal inference under distribution shift, NeurIPS 2021.
/// </summary>
/// <param name="target">How often the actual value may lie below the quantile, within 0 to 1.</param>
/// <param name="rate">How far one settled forecast moves the level; 0: it stays.</param>
public sealed class AdaptiveLevel(double target, double rate)
{
    private double _shift;

    /// <summary>The level to read the quantile at. It may leave 0 to 1: at 0 or below nothing can be promised.</summary>
    public double Level => target + _shift;

    /// <summary>The quantile at the level; 0 where nothing can be promised, since no fewer items than none are done.</summary>
    public double Quantile(ReadOnlySpan<double> sorted) => Level <= 0 ? 0 : Scores.Quantile(sorted, Math.Min(1, Level));

    /// <summary>Learns from a forecast that has been settled.</summary>
    /// <param name="isMissed">Whether the actual value lay below the quantile.</param>
    public void Settle(bool isMissed) => _shift += rate * (target - (isMissed ? 1 : 0));
}
