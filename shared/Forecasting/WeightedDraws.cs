namespace ShitOps.Forecasting;

/// <summary>A distribution that is given as draws of different weights.</summary>
public sealed class WeightedDraws
{
    private readonly double[] _values;
    private readonly double[] _upTo;

    /// <summary>Sorts the draws; both arrays are its own from then on.</summary>
    /// <param name="values">The draws, at least one.</param>
    /// <param name="weights">Their weights, 0 or more each; the sum is 1.</param>
    public WeightedDraws(double[] values, double[] weights)
    {
        Array.Sort(values, weights);
        _values = values;
        _upTo = weights;
        for (var i = 1; i < weights.Length; i++) weights[i] += weights[i - 1];
    }

    /// <summary>The least draw that is not exceeded with this probability, or more.</summary>
    /// <param name="level">0 to 1; at 0 the least draw.</param>
    public double Quantile(double level)
    {
        // What the sum of weights lacks to 1 by rounding must not push a quantile to the last draw.
        var at = Array.BinarySearch(_upTo, level - 1e-12);
        return _values[Math.Min(at < 0 ? ~at : at, _values.Length - 1)];
    }

    /// <summary>The probability of this much or less.</summary>
    public double UpTo(double value)
    {
        var (low, high) = (0, _values.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_values[middle] <= value) low = middle + 1;
            else high = middle;
        }

        return low == 0 ? 0 : Math.Min(1, _upTo[low - 1]);
    }

    /// <summary>
    /// The continuous ranked probability score, E|X − y| − ½ E|X − X′|, which is a proper one: less is better, 0 is perfect. Source: Gneiting
    /// and Raftery, Strictly proper scoring rules, JASA 102 (2007).
    /// </summary>
    /// <param name="actual">What happened.</param>
    public double Crps(double actual)
    {
        // The score is the integral of (F(x) − 1[x ≥ actual])² over x.
        var score = Math.Max(0, _values[0] - actual) + Math.Max(0, actual - _values[^1]);
        for (var i = 0; i + 1 < _values.Length; i++)
        {
            var (from, to, below) = (_values[i], _values[i + 1], _upTo[i]);
            var before = Math.Clamp(actual, from, to) - from;
            score += (below * below * before) + ((1 - below) * (1 - below) * (to - from - before));
        }

        return score;
    }
}
