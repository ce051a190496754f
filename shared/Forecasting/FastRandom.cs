namespace ShitOps.Forecasting;

/// <summary>
/// A seeded generator for many draws: xoshiro256++ (Blackman and Vigna, ACM TOMS 47, 2021), seeded by SplitMix64. The same seed gives the
/// same bits on every machine and in every version, which stored forecasts rest on.
/// </summary>
internal struct FastRandom
{
    private const double Unit = 1.0 / (1UL << 53);

    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    public FastRandom(ulong seed)
    {
        (_a, _b, _c, _d) = (Next(ref seed), Next(ref seed), Next(ref seed), Next(ref seed));

        static ulong Next(ref ulong state)
        {
            var z = state += 0x9e3779b97f4a7c15;
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
            z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
            return z ^ (z >> 31);
        }
    }

    /// <summary>64 random bits.</summary>
    public ulong Bits()
    {
        var result = ulong.RotateLeft(_a + _d, 23) + _a;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = ulong.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>Uniform, from 0 to 1, without 1.</summary>
    public double Uniform() => (Bits() >> 11) * Unit;

    /// <summary>Standard normal, by Box and Muller.</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    /// <summary>Gamma with scale 1: Marsaglia and Tsang, ACM TOMS 26 (2000).</summary>
    /// <param name="shape">Above 0.</param>
    public double Gamma(double shape)
    {
        if (shape < 1) return Gamma(shape + 1) * Math.Pow(1 - Uniform(), 1 / shape);
        var d = shape - (1.0 / 3);
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = Normal();
            var v = 1 + (c * x);
            if (v <= 0) continue;
            v = v * v * v;
            if (Math.Log(1 - Uniform()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v))) return d * v;
        }
    }

    /// <summary>Poisson: by multiplying up to a mean of 60, beyond it the normal approximation.</summary>
    /// <param name="mean">0 or more.</param>
    public double Poisson(double mean)
    {
        if (mean <= 0) return 0;
        if (mean > 60) return Math.Max(0, Math.Round(mean + (Math.Sqrt(mean) * Normal())));
        var (limit, product, count) = (Math.Exp(-mean), 1 - Uniform(), 0);
        for (; product > limit; count++) product *= 1 - Uniform();
        return count;
    }
}
