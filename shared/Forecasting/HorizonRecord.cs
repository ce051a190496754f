namespace ShitOps.Forecasting;

/// <summary>What is stored of a <see cref="HorizonRecord"/>.</summary>
/// <param name="Weeks">The horizon.</param>
/// <param name="Losses">The discounted losses of the methods, in the order of <see cref="FlowMethod.Combined"/>.</param>
/// <param name="Ranks">The ranks of the latest outcomes, the oldest first.</param>
public sealed record HorizonState(int Weeks, IReadOnlyList<double> Losses, IReadOnlyList<double> Ranks);

/// <summary>
/// What a project's settled forecasts at one horizon teach the next ones.
/// <para>
/// <b>Combination</b>: a method's weight is proportional to exp(−3·loss), with a tenth shared by all alike. The loss is the sum of the
/// method's continuous ranked probability scores, each divided by the scale of the counts and discounted by 0.98 with every later one.
/// </para>
/// <para>
/// <b>Calibration</b>: the rank of an outcome is the probability that the forecast gave to so many or fewer. If forecasts are right, ranks are
/// uniform, and a promise at odds of 85% is missed as often as a rank is below 0.15. The distribution of a project's ranks, each discounted
/// by 0.98, with a prior that counts as 15 of them, says at which level to read the forecast, so that it holds as often as promised. Being a
/// distribution it keeps promises in order: they never cross. Source: Kuleshov, Fenner and Ermon, Accurate uncertainties for deep learning
/// using calibrated regression, ICML 2018; the discount makes it adaptive.
/// </para>
/// </summary>
public sealed class HorizonRecord
{
    private const int MostRanks = 130;
    private const double Discount = 0.98;
    private const double LossRate = 3;
    private const double SharedByAll = 0.1;
    private const double PriorRanks = 15;

    private readonly double[] _losses;
    private readonly List<double> _ranks;
    private readonly RankPool _pool;

    /// <summary>A record in which nothing is settled yet.</summary>
    public HorizonRecord(int weeks, RankPool pool)
        : this(new HorizonState(weeks, new double[FlowMethod.Combined.Count], []), pool)
    {
    }

    /// <summary>A record that goes on from what was stored.</summary>
    /// <param name="state">What was stored.</param>
    /// <param name="pool">The ranks of other projects at the horizon.</param>
    public HorizonRecord(HorizonState state, RankPool pool)
    {
        (Weeks, _losses, _ranks, _pool) = (state.Weeks, [.. state.Losses], [.. state.Ranks], pool);
        Weights = WeightsOf(_losses);
    }

    /// <summary>The horizon in weeks.</summary>
    public int Weeks { get; }

    /// <summary>The weights of the methods; their sum is 1.</summary>
    public IReadOnlyList<double> Weights { get; private set; }

    /// <summary>What is to be stored.</summary>
    public HorizonState State => new(Weeks, [.. _losses], [.. _ranks]);

    /// <summary>How often a rank is below a level: what a probability that a forecast states is really worth.</summary>
    /// <param name="level">0 to 1.</param>
    public double Below(double level)
    {
        var (sum, total, weight) = (PriorRanks * _pool.Below(level), PriorRanks, 1.0);
        for (var i = _ranks.Count - 1; i >= 0; i--, weight *= Discount)
        {
            total += weight;
            if (_ranks[i] < level) sum += weight;
        }

        return sum / total;
    }

    /// <summary>The level at which a quantile is to be read, so that outcomes are below it as often as the target says.</summary>
    /// <param name="target">0 to 1.</param>
    /// <returns>0 to 1; a greater target never gives a smaller level.</returns>
    public double Level(double target)
    {
        var (low, high) = (0.0, 1.0);
        for (var i = 0; i < 40; i++)
        {
            var middle = (low + high) / 2;
            if (Below(middle) < target) low = middle;
            else high = middle;
        }

        return (low + high) / 2;
    }

    /// <summary>Learns from a forecast whose horizon is over.</summary>
    /// <param name="paths">What the methods had simulated.</param>
    /// <param name="scale">About how many tasks are done in the horizon.</param>
    /// <param name="actual">How many were.</param>
    public void Settle(FlowPaths paths, double scale, double actual)
    {
        _ranks.Add(paths.Counts(Weeks - 1, Weights).UpTo(actual));
        if (_ranks.Count > MostRanks) _ranks.RemoveAt(0);
        for (var method = 0; method < _losses.Length; method++)
            _losses[method] = (Discount * _losses[method]) + (paths.Counts(Weeks - 1, method).Crps(actual) / Math.Max(1, (scale + actual) / 2));

        Weights = WeightsOf(_losses);
    }

    private static double[] WeightsOf(double[] losses)
    {
        var least = losses.Min();
        var weights = losses.Select(loss => Math.Exp(-LossRate * (loss - least))).ToArray();
        var total = weights.Sum();
        return [.. weights.Select(weight => ((1 - SharedByAll) * weight / total) + (SharedByAll / weights.Length))];
    }
}
