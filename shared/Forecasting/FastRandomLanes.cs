using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ShitOps.Forecasting;

/// <summary>
/// Four generators of <see cref="FastRandom"/>'s kind side by side, for buffers of draws. The same seed gives the same bits on every machine,
/// whether it has vector registers or not.
/// </summary>
internal struct FastRandomLanes
{
    private Vector256<ulong> _a;
    private Vector256<ulong> _b;
    private Vector256<ulong> _c;
    private Vector256<ulong> _d;

    /// <summary>Each lane has a seed of its own, drawn from one.</summary>
    public FastRandomLanes(ulong seed)
    {
        var seeds = new FastRandom(seed);
        (_a, _b, _c, _d) = (Lanes(ref seeds), Lanes(ref seeds), Lanes(ref seeds), Lanes(ref seeds));

        static Vector256<ulong> Lanes(ref FastRandom seeds) => Vector256.Create(seeds.Bits(), seeds.Bits(), seeds.Bits(), seeds.Bits());
    }

    /// <summary>Fills a buffer with random bits.</summary>
    /// <param name="bits">Its length is a multiple of 8.</param>
    public void Fill(Span<uint> bits)
    {
        var (a, b, c, d) = (_a, _b, _c, _d);
        foreach (ref var four in MemoryMarshal.Cast<uint, Vector256<ulong>>(bits))
        {
            var sum = a + d;
            four = ((sum << 23) | (sum >>> 41)) + a;
            var shifted = b << 17;
            c ^= a;
            d ^= b;
            b ^= c;
            a ^= d;
            c ^= shifted;
            d = (d << 45) | (d >>> 19);
        }

        (_a, _b, _c, _d) = (a, b, c, d);
    }
}
