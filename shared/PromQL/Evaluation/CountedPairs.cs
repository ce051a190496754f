namespace ShitOps.PromQL.Evaluation;

/// <summary>
/// resets and changes: how many neighbours in a window satisfy a condition. They are counted once over the whole series, so that a window
/// costs one subtraction.
/// </summary>
internal sealed class CountedPairs(Func<double, double, bool> isCounted) : RangeFunction
{
    private int[] _upTo = [];

    public override void Begin(Samples samples)
    {
        var values = samples.Values;
        if (_upTo.Length < values.Length) _upTo = new int[values.Length];
        var count = 0;
        for (var i = 0; i < values.Length; i++)
        {
            if (i > 0 && isCounted(values[i - 1], values[i])) count++;
            _upTo[i] = count;
        }
    }

    public override double Of(in Window window) => _upTo[window.To - 1] - _upTo[window.From];
}
