namespace ShitOps.PromQL.Evaluation;

/// <summary>Functions of the samples of a window, whatever their times.</summary>
internal static class OverTime
{
    /// <summary>The least value; NaN only if there is no other.</summary>
    public static double Min(ReadOnlySpan<double> values)
    {
        var min = values[0];
        foreach (var value in values)
        {
            if (value < min || double.IsNaN(min)) min = value;
        }

        return min;
    }

    /// <summary>The greatest value; NaN only if there is no other.</summary>
    public static double Max(ReadOnlySpan<double> values)
    {
        var max = values[0];
        foreach (var value in values)
        {
            if (value > max || double.IsNaN(max)) max = value;
        }

        return max;
    }

    /// <summary>The population variance, by Welford's recurrence with compensated sums.</summary>
    public static double Variance(ReadOnlySpan<double> values)
    {
        CompensatedSum mean = default, squares = default;
        for (var i = 0; i < values.Length; i++)
        {
            var delta = values[i] - mean.Total();
            mean.Add(delta / (i + 1));
            squares.Add(delta * (values[i] - mean.Total()));
        }

        return squares.Total() / values.Length;
    }

    /// <summary>The sum, with what rounding loses.</summary>
    public static double Sum(ReadOnlySpan<double> values)
    {
        CompensatedSum sum = default;
        foreach (var value in values) sum.Add(value);
        return sum.Value;
    }

    /// <summary>The mean without ever holding the sum, which may be too great for a number.</summary>
    public static double Mean(ReadOnlySpan<double> values)
    {
        CompensatedSum mean = default;
        for (var i = 0; i < values.Length; i++) RunningMean.Add(ref mean, values[i], i + 1);
        return mean.Value;
    }
}

/// <summary>A mean that takes in values one by one. An infinite mean is changed only by NaN and by the other infinity.</summary>
internal static class RunningMean
{
    public static void Add(ref CompensatedSum mean, double value, double count)
    {
        if (!Keeps(mean.Rounded, value)) mean.Add(value / count - mean.Rounded / count);
    }

    /// <summary>Whether an infinite mean stays as it is.</summary>
    public static bool Keeps(double mean, double value) =>
        double.IsInfinity(mean) && !double.IsNaN(value) && (!double.IsInfinity(value) || mean > 0 == value > 0);
}
