namespace ShitOps.PromQL.Evaluation;

/// <summary>holt_winters: double exponential smoothing (https://www.itl.nist.gov/div898/handbook/pmc/section4/pmc433.htm).</summary>
internal static class HoltWinters
{
    /// <summary>The smoothed value of the last sample.</summary>
    /// <param name="smoothing">Above 0 and below 1, or NaN, by which the answer is NaN: the lower, the more the past counts.</param>
    /// <param name="trending">Above 0 and below 1: the higher, the faster the trend follows.</param>
    /// <exception cref="QueryException">A factor is out of its bounds.</exception>
    public static double Smooth(ReadOnlySpan<double> values, double smoothing, double trending)
    {
        if (smoothing <= 0 || smoothing >= 1) throw OutOfBounds("smoothing factor", "sf", smoothing);
        if (trending <= 0 || trending >= 1) throw OutOfBounds("trend factor", "tf", trending);
        if (values.Length < 2) return StaleMarker.Value;

        double previous = 0;
        var level = values[0];
        var trend = values[1] - values[0];
        for (var i = 1; i < values.Length; i++)
        {
            if (i > 1) trend = trending * (level - previous) + (1 - trending) * trend;
            (previous, level) = (level, smoothing * values[i] + (1 - smoothing) * (level + trend));
        }

        return level;
    }

    private static QueryException OutOfBounds(string factor, string symbol, double value) =>
        QueryContext.ExecutionError($"invalid {factor}. Expected: 0 < {symbol} < 1, got: {NumberText.Plain(value)}");
}
