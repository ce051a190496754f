namespace ShitOps.PromQL.Evaluation;

/// <summary>Quantiles of samples: linear between the two nearest ranks.</summary>
internal static class Quantile
{
    /// <param name="q">0 to 1; below it is −Inf, above it +Inf.</param>
    /// <param name="values">At least one; they are put in order, NaN before all numbers.</param>
    public static double Of(double q, Span<double> values)
    {
        if (double.IsNaN(q)) return double.NaN;
        if (q < 0) return double.NegativeInfinity;
        if (q > 1) return double.PositiveInfinity;
        values.Sort();
        var rank = q * (values.Length - 1);
        var lower = (int)Math.Floor(rank);
        var upper = Math.Min(values.Length - 1, lower + 1);
        var weight = rank - lower;
        return values[lower] * (1 - weight) + values[upper] * weight;
    }
}

internal sealed class QuantileOverTime(double[] q) : RangeFunction
{
    private double[] _values = [];

    public override double Of(in Window window)
    {
        if (_values.Length < window.Count) _values = new double[Math.Max(window.Count, 2 * _values.Length)];
        window.Values.CopyTo(_values);
        return Quantile.Of(q[window.Step], _values.AsSpan(0, window.Count));
    }
}
