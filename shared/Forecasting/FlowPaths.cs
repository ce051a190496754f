namespace ShitOps.Forecasting;

/// <summary>
/// Simulated futures: in each run, how many tasks have been done (or have left, or arrived) by the end of each coming week. The runs of each
/// method lie together, equally many of each, and count by the weights that the methods have earned at the horizon that is asked for.
/// </summary>
public sealed class FlowPaths
{
    private readonly float[] _cumulative;
    private readonly int _methods;

    private FlowPaths(int runs, int weeks, int methods) => (Runs, Weeks, _methods, _cumulative) = (runs, weeks, methods, GC.AllocateUninitializedArray<float>(runs * weeks));

    /// <summary>How many futures.</summary>
    public int Runs { get; }

    /// <summary>How many weeks each has.</summary>
    public int Weeks { get; }

    /// <summary>Simulates.</summary>
    /// <param name="methods">One or more.</param>
    /// <param name="past">What happened before.</param>
    /// <param name="weeks">How far ahead, at least 1.</param>
    /// <param name="runs">How many runs, a multiple of the number of methods.</param>
    /// <param name="seed">The same seed gives the same runs.</param>
    public static FlowPaths Of(IReadOnlyList<FlowMethod> methods, FlowPast past, int weeks, int runs, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(runs % methods.Count, 0, nameof(runs));
        var paths = new FlowPaths(runs, weeks, methods.Count);
        var each = runs / methods.Count;
        for (var i = 0; i < methods.Count; i++) methods[i].Simulate(past, paths, i * each, each, seed + (ulong)i);
        return paths;
    }

    /// <summary>The cumulative counts at the end of a week, run by run.</summary>
    /// <param name="week">0 is the first.</param>
    public Span<float> At(int week) => _cumulative.AsSpan(week * Runs, Runs);

    /// <summary>The distribution of the whole number of tasks at the end of a week.</summary>
    /// <param name="week">0 is the first.</param>
    /// <param name="weights">The weight of each method; their sum is 1.</param>
    public WeightedDraws Counts(int week, IReadOnlyList<double> weights)
    {
        var values = new double[Runs];
        var at = At(week);
        for (var run = 0; run < values.Length; run++) values[run] = Math.Round(at[run]);
        return Weighted(values, weights);
    }

    /// <summary>The same by one method alone.</summary>
    public WeightedDraws Counts(int week, int method)
    {
        var each = Runs / _methods;
        var at = At(week).Slice(method * each, each);
        var (values, shares) = (new double[each], new double[each]);
        for (var run = 0; run < each; run++) (values[run], shares[run]) = (Math.Round(at[run]), 1.0 / each);
        return new WeightedDraws(values, shares);
    }

    /// <summary>A distribution of what was computed of each run.</summary>
    public WeightedDraws Weighted(double[] values, IReadOnlyList<double> weights)
    {
        var each = Runs / _methods;
        var shares = new double[Runs];
        for (var run = 0; run < shares.Length; run++) shares[run] = weights[run / each] / each;
        return new WeightedDraws(values, shares);
    }
}
