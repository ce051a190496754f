namespace ShitOps.PromQL.Evaluation;

/// <summary>The functions of ranges by name.</summary>
internal static class RangeFunctions
{
    /// <summary>A fresh instance of a function; null if no function of ranges has this name.</summary>
    /// <param name="scalars">The values of its scalar arguments at each step.</param>
    public static RangeFunction? Find(string name, SampleSet set, IReadOnlyList<double[]> scalars) => name switch
    {
        "rate" => new ExtrapolatedChange(isCounter: true, perSecond: true, set.RangeMs),
        "increase" => new ExtrapolatedChange(isCounter: true, perSecond: false, set.RangeMs),
        "delta" => new ExtrapolatedChange(isCounter: false, perSecond: false, set.RangeMs),
        "irate" => new WindowFunction((in window) => LastChange.PerSecond(window)),
        "idelta" => new WindowFunction((in window) => LastChange.Difference(window)),
        "resets" => new CountedPairs((previous, current) => current < previous),
        "changes" => new CountedPairs((previous, current) => current != previous && !(double.IsNaN(current) && double.IsNaN(previous))),
        "sum_over_time" => new SumOverTime(isMean: false),
        "avg_over_time" => new SumOverTime(isMean: true),
        "count_over_time" => new WindowFunction((in window) => window.Count),
        "last_over_time" => new WindowFunction((in window) => window.Values[^1]),
        "present_over_time" or "absent_over_time" => new WindowFunction((in _) => 1),
        "min_over_time" => new WindowFunction((in window) => OverTime.Min(window.Values)),
        "max_over_time" => new WindowFunction((in window) => OverTime.Max(window.Values)),
        "stddev_over_time" => new WindowFunction((in window) => Math.Sqrt(OverTime.Variance(window.Values))),
        "stdvar_over_time" => new WindowFunction((in window) => OverTime.Variance(window.Values)),
        "quantile_over_time" => new QuantileOverTime(scalars[0]),
        "deriv" => new WindowFunction((in window) => Regression.Slope(window)),
        "predict_linear" => new WindowFunction((in window) => Regression.Predict(window, scalars[0][window.Step])),
        "holt_winters" => new WindowFunction((in window) => HoltWinters.Smooth(window.Values, scalars[0][window.Step], scalars[1][window.Step])),
        _ => null,
    };
}

/// <summary>A function that looks at each window by itself.</summary>
internal sealed class WindowFunction(WindowFunction.Computation compute) : RangeFunction
{
    public delegate double Computation(in Window window);

    public override double Of(in Window window) => compute(window);
}
