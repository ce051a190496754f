namespace ShitOps.PromQL.Evaluation;

/// <summary>
/// sum_over_time and avg_over_time. The series is summed up once, each sum in two numbers (Knuth's two-sum), so that the difference of two
/// sums is as exact as a sum of the window by itself, and a window costs two subtractions. With NaN, infinities or overflow in the series
/// each window is summed by itself.
/// </summary>
internal sealed class SumOverTime(bool isMean) : RangeFunction
{
    private double[] _sums = [0];
    private double[] _lost = [0];
    private bool _isFinite;

    public override void Begin(Samples samples)
    {
        var values = samples.Values;
        if (_sums.Length <= values.Length) (_sums, _lost) = (new double[values.Length + 1], new double[values.Length + 1]);
        double sum = 0, lost = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var term = values[i];
            var next = sum + term;
            var taken = next - sum;
            lost += sum - (next - taken) + (term - taken);
            sum = next;
            _sums[i + 1] = sum;
            _lost[i + 1] = lost;
        }

        _isFinite = double.IsFinite(sum) && double.IsFinite(lost);
    }

    public override double Of(in Window window)
    {
        if (!_isFinite) return isMean ? OverTime.Mean(window.Values) : OverTime.Sum(window.Values);
        var sum = _sums[window.To] - _sums[window.From] + (_lost[window.To] - _lost[window.From]);
        return isMean ? sum / window.Count : sum;
    }
}
