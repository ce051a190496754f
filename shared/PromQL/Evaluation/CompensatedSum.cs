namespace ShitOps.PromQL.Evaluation;

/// <summary>
/// A sum that keeps what rounding loses (Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", 1974).
/// </summary>
internal struct CompensatedSum
{
    private double _sum;
    private double _lost;

    /// <summary>The sum; infinite if it left the range of numbers.</summary>
    public readonly double Value => double.IsInfinity(_sum) ? _sum : _sum + _lost;

    /// <summary>The sum, where an infinity is an error that may show as NaN.</summary>
    public readonly double Total() => _sum + _lost;

    /// <summary>The sum as it is rounded, for whoever asks whether it is infinite.</summary>
    public readonly double Rounded => _sum;

    public void Add(double term)
    {
        var sum = _sum + term;
        _lost += Math.Abs(_sum) >= Math.Abs(term) ? _sum - sum + term : term - sum + _sum;
        _sum = sum;
    }
}
