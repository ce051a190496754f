namespace ShitOps.Forecasting;

/// <summary>
/// Counts of a negative binomial distribution around a level that drifts. The level is the mean of the past with weight Discount^k for the
/// week k back. How uncertain it is follows a gamma distribution with the variance of a mean of as many whole weeks as the weights sum up to:
/// that is what discounting leaves of the evidence, since the level has drifted since, and less than the weighted mean of weeks of one level
/// would have. Then each run has a deviation u ← 0.97·u + ε with Var ε = 0.01 and multiplies the level by exp(u) of mean 1, so that
/// dispersion grows with the horizon and does not grow for ever. How much more weeks spread than Poisson's is estimated from how far each was
/// from the level before it, and drawn toward ½.
/// Source: discounted Poisson-gamma models, West and Harrison, Bayesian Forecasting and Dynamic Models, 1997, chapter 10.
/// </summary>
/// <param name="Name">Its name, in words.</param>
/// <param name="Discount">How much less a week weighs than the next one, between 0 and 1.</param>
public sealed record LocalLevel(string Name, double Discount) : FlowMethod
{
    private const double DispersionDiscount = 0.98;
    private const double PriorDispersion = 0.5;
    private const double Drift = 0.01;
    private const double Return = 0.97;
    private const int FactorSlots = 1 << 11;

    /// <summary>So that a project which did nothing may do something.</summary>
    private const double LeastLevel = 0.02;

    /// <inheritdoc/>
    public override string Name { get; init; } = Name;

    /// <inheritdoc/>
    public override void Simulate(FlowPast past, FlowPaths paths, int first, int count, ulong seed)
    {
        var (mean, weight, dispersion) = Estimate(past);
        var level = mean + LeastLevel;
        var shape = Math.Max(0.3, level * level * weight / Math.Max(1e-6, mean + (mean * mean * dispersion)));
        var random = new FastRandom(seed);
        var (levels, deviations, variance) = (new double[count], new double[count], 0.0);
        for (var run = 0; run < count; run++) levels[run] = random.Gamma(shape) / shape * level;
        var (spread, normals) = ((float)Math.Sqrt(Drift), NormalTable.Values);
        var weekly = WeeklyFactors(dispersion, ref random);
        for (var week = 0; week < paths.Weeks; week++)
        {
            var capacity = past.Capacity(week);
            var sums = paths.At(week).Slice(first, count);
            if (week > 0) paths.At(week - 1).Slice(first, count).CopyTo(sums);
            else sums.Clear();
            variance = (Return * Return * variance) + Drift;
            for (var run = 0; run < count; run++)
            {
                // One number gives both draws: its highest and its next bits.
                var bits = random.Bits();
                deviations[run] = (Return * deviations[run]) + (spread * normals[bits >> (64 - TableDraws.Bits)]);
                sums[run] += (float)random.Poisson(levels[run] * MathF.Exp((float)(deviations[run] - (variance / 2))) * capacity * weekly[(bits >> 32) & (FactorSlots - 1)]);
            }
        }
    }

    /// <summary>Equally likely factors of a week, gamma distributed around 1.</summary>
    private static double[] WeeklyFactors(double dispersion, ref FastRandom random)
    {
        var factors = new double[FactorSlots];
        var sum = 0.0;
        for (var i = 0; i < factors.Length; i++) sum += factors[i] = random.Gamma(1 / dispersion);
        for (var i = 0; i < factors.Length; i++) factors[i] *= factors.Length / sum;
        return factors;
    }

    /// <summary>The level, how many weeks' worth of evidence it has, and the dispersion: the variance beyond Poisson's over the square of the mean.</summary>
    private (double Mean, double Weight, double Dispersion) Estimate(FlowPast past)
    {
        var (sum, weight, excess, seen) = (0.0, 0.0, 0.0, 0.0);
        for (var i = 0; i < past.Weeks.Length; i++)
        {
            var done = past.Weeks[i] / past.Capacity(i - past.Weeks.Length);
            if (weight > 3)
            {
                var before = sum / weight;
                var scale = Math.Max(before, 0.3);
                excess = (DispersionDiscount * excess) + ((((done - before) * (done - before)) - before) / (scale * scale));
                seen = (DispersionDiscount * seen) + 1;
            }

            sum = (Discount * sum) + done;
            weight = (Discount * weight) + 1;
        }

        return (sum / weight, weight, Math.Clamp(0.8 * (excess + PriorDispersion) / (seen + 1), 0.05, 3));
    }
}
