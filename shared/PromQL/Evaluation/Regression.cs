namespace ShitOps.PromQL.Evaluation;

/// <summary>deriv and predict_linear: the straight line of least squares through the samples of a window.</summary>
internal static class Regression
{
    /// <summary>The slope, per second.</summary>
    public static double Slope(in Window window) => window.Count < 2 ? StaleMarker.Value : Line(window, window.Times[0]).Slope;

    /// <summary>The value of the line so many seconds after the step.</summary>
    public static double Predict(in Window window, double seconds)
    {
        if (window.Count < 2) return StaleMarker.Value;
        var (slope, intercept) = Line(window, window.StepMs);
        return slope * seconds + intercept;
    }

    private static (double Slope, double Intercept) Line(in Window window, long originMs)
    {
        CompensatedSum x = default, y = default, xy = default, xx = default;
        var first = window.Values[0];
        var isConstant = true;
        for (var i = 0; i < window.Count; i++)
        {
            var seconds = (window.Times[i] - originMs) / 1000.0;
            var value = window.Values[i];
            isConstant &= value == first || i == 0;
            x.Add(seconds);
            y.Add(value);
            xy.Add(seconds * value);
            xx.Add(seconds * seconds);
        }

        if (isConstant) return double.IsInfinity(first) ? (double.NaN, double.NaN) : (0, first);
        double n = window.Count;
        var slope = (xy.Total() - x.Total() * y.Total() / n) / (xx.Total() - x.Total() * x.Total() / n);
        return (slope, y.Total() / n - slope * x.Total() / n);
    }
}
