using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ShitOps.Forecasting;

/// <summary>
/// Draws from tables of 4,096 equally likely values, by 12 bits of a random number each: eight at a time, gathered by one instruction where the
/// processor has it. The results are the same everywhere. It takes addresses, since a gathering load knows no other.
/// </summary>
internal static unsafe class TableDraws
{
    /// <summary>How many bits pick a value.</summary>
    public const int Bits = 12;

    /// <summary>How many values a table has.</summary>
    public const int Size = 1 << Bits;

    /// <summary>The length of every buffer of draws is a multiple of it.</summary>
    public const int Lanes = 8;

    private const int Mask = Size - 1;

    /// <summary>A draw for each number, by its first bits.</summary>
    /// <param name="table">The values.</param>
    /// <param name="random">The numbers.</param>
    /// <param name="scale">What values are multiplied by.</param>
    /// <param name="into">Takes the draws.</param>
    public static void First(ReadOnlySpan<float> table, ReadOnlySpan<uint> random, float scale, Span<float> into)
    {
        Check(table, random, into);
        var numbers = MemoryMarshal.Cast<uint, Vector256<uint>>(random);
        var draws = MemoryMarshal.Cast<float, Vector256<float>>(into);
        fixed (float* values = table)
            for (var i = 0; i < draws.Length; i++) draws[i] = Gather(values, (numbers[i] >>> (32 - Bits)).AsInt32()) * scale;
    }

    /// <summary>The next step of autoregressive series, by the second bits of a number for each.</summary>
    /// <param name="table">The values of what comes to them.</param>
    /// <param name="random">The numbers.</param>
    /// <param name="keep">What is kept of them.</param>
    /// <param name="step">What values are multiplied by.</param>
    /// <param name="series">The series.</param>
    public static void Step(ReadOnlySpan<float> table, ReadOnlySpan<uint> random, float keep, float step, Span<float> series)
    {
        Check(table, random, series);
        var numbers = MemoryMarshal.Cast<uint, Vector256<uint>>(random);
        var levels = MemoryMarshal.Cast<float, Vector256<float>>(series);
        fixed (float* values = table)
            for (var i = 0; i < levels.Length; i++) levels[i] = (levels[i] * keep) + (Gather(values, ((numbers[i] >>> (32 - (2 * Bits))).AsInt32() & Vector256.Create(Mask))) * step);
    }

    private static void Check(ReadOnlySpan<float> table, ReadOnlySpan<uint> random, ReadOnlySpan<float> draws)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(table.Length, Size, nameof(table));
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, draws.Length, nameof(random));
        ArgumentOutOfRangeException.ThrowIfNotEqual(draws.Length % Lanes, 0, nameof(draws));
    }

    private static Vector256<float> Gather(float* table, Vector256<int> at) => Avx2.IsSupported ? Avx2.GatherVector256(table, at, sizeof(float)) : GatherOneByOne(new ReadOnlySpan<float>(table, Size), at);

    /// <summary>What a gathering load gives, on processors without it.</summary>
    internal static Vector256<float> GatherOneByOne(ReadOnlySpan<float> table, Vector256<int> at) =>
        Vector256.Create(table[at[0]], table[at[1]], table[at[2]], table[at[3]], table[at[4]], table[at[5]], table[at[6]], table[at[7]]);
}
