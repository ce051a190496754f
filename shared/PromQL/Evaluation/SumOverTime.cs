namespace ShitOps.PromQL.Evaluation;

/// <summary>
/// sum_over_time and avg_over_time. What is constant has itself for its mean, to the last bit. A short window is summed by itself, as in
/// Prometheus. For longer ones the series is summed up once, each sum in two numbers (Knuth's two-sum), and a window costs two subtractions;
/// unless its sum is smaller than what the sums before it lost to rounding, or there are NaN, infinities or overflow.
/// </summary>
internal sealed class SumOverTime(bool isMean) : RangeFunction
{
    private const int MostByItself = 16;

    private readonly CountedPairs _changes = new((previous, current) => BitConverter.DoubleToInt64Bits(previous) != BitConverter.DoubleToInt64Bits(current));
    private double[] _sums = [0];
    private double[] _lost = [0];
    private double _mostLost;
    private bool _isFinite;

    public override void Begin(Samples samples)
    {
        var values = samples.Values;
        _changes.Begin(samples);
        if (_sums.Length <= values.Length) (_sums, _lost) = (new double[values.Length + 1], new double[values.Length + 1]);
        double sum = 0, lost = 0;
        _mostLost = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var term = values[i];
            var next = sum + term;
            var taken = next - sum;
            lost += sum - (next - taken) + (term - taken);
            sum = next;
            _sums[i + 1] = sum;
            _lost[i + 1] = lost;
            _mostLost = Math.Max(_mostLost, Math.Abs(lost));
        }

        _isFinite = double.IsFinite(sum) && double.IsFinite(lost);
    }

    public override double Of(in Window window)
    {
        if (!_isFinite) return ByItself(window);
        if (_changes.Of(window) == 0)
        {
            // Of −0 the sum is 0.
            var value = window.Values[0] + 0.0;
            return isMean ? value : value * window.Count;
        }

        if (window.Count <= MostByItself) return ByItself(window);
        var sum = _sums[window.To] - _sums[window.From] + (_lost[window.To] - _lost[window.From]);
        if (!double.IsFinite(sum) || Math.Abs(sum) < _mostLost) return ByItself(window);
        return isMean ? sum / window.Count : sum;
    }

    private double ByItself(in Window window) => isMean ? OverTime.Mean(window.Values) : OverTime.Sum(window.Values);
}
