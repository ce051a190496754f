namespace ShitOps.PromQL.Evaluation;

/// <summary>
/// rate, increase and delta: the change between the first and the last sample of a window, extrapolated to its whole length as Prometheus
/// does: to a bound that is nearer than 1.1 times the mean distance of samples, else by half that distance; a counter not to below zero.
/// A counter that falls was reset, and grew anew from zero.
/// </summary>
internal sealed class ExtrapolatedChange(bool isCounter, bool perSecond, long rangeMs) : RangeFunction
{
    private readonly CountedPairs _resets = new((previous, current) => current < previous);

    public override void Begin(Samples samples)
    {
        if (isCounter) _resets.Begin(samples);
    }

    public override double Of(in Window window)
    {
        if (window.Count < 2) return StaleMarker.Value;
        var (firstMs, lastMs) = (window.Times[0], window.Times[^1]);
        var first = window.Values[0];
        var change = window.Values[^1] - first;
        if (isCounter && _resets.Of(window) > 0) change = AcrossResets(window.Values, change);

        var toStart = (firstMs - window.StartMs) / 1000.0;
        var toEnd = (window.EndMs - lastMs) / 1000.0;
        var sampled = (lastMs - firstMs) / 1000.0;
        var between = sampled / (window.Count - 1);
        if (isCounter && change > 0 && first >= 0) toStart = Math.Min(toStart, sampled * (first / change));

        var near = between * 1.1;
        var covered = sampled + (toStart < near ? toStart : between / 2) + (toEnd < near ? toEnd : between / 2);
        var factor = covered / sampled;
        if (perSecond) factor /= rangeMs / 1000.0;
        return change * factor;
    }

    private static double AcrossResets(ReadOnlySpan<double> values, double change)
    {
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i] < values[i - 1]) change += values[i - 1];
        }

        return change;
    }
}
