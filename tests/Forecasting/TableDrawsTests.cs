using System.Runtime.Intrinsics;
using ShitOps.Forecasting;

namespace ShitOps.Tests.Forecasting;

/// <summary>Vectors of draws are what their definition says, one by one.</summary>
public sealed class TableDrawsTests
{
    [Fact]
    public void Without_a_gathering_load_the_same_values_are_taken()
    {
        float[] table = [.. Enumerable.Range(0, TableDraws.Size).Select(i => (i * 1.5f) - 7)];
        int[] places = [0, 4095, 17, 17, 2048, 1, 4094, 3000];
        var taken = TableDraws.GatherOneByOne(table, Vector256.Create(places));
        Assert.Equal(places.Select(place => table[place]), Enumerable.Range(0, 8).Select(i => taken.GetElement(i)));
    }

    [Fact]
    public void Lanes_are_four_generators_side_by_side()
    {
        const ulong Seed = 42;
        var seeds = new FastRandom(Seed);
        ulong[][] states = [.. Enumerable.Range(0, 4).Select(_ => Enumerable.Range(0, 4).Select(_ => seeds.Bits()).ToArray())];
        var lanes = new FastRandomLanes(Seed);
        var first = new uint[16];
        var second = new uint[8];
        lanes.Fill(first);
        lanes.Fill(second);

        var at = 0;
        uint[] all = [.. first, .. second];
        for (var round = 0; round < 3; round++)
            for (var lane = 0; lane < 4; lane++, at += 2)
            {
                var bits = Next(states, lane);
                Assert.Equal(((uint)bits, (uint)(bits >> 32)), (all[at], all[at + 1]));
            }

        // xoshiro256++ as its authors state it.
        static ulong Next(ulong[][] states, int lane)
        {
            ref var a = ref states[0][lane];
            ref var b = ref states[1][lane];
            ref var c = ref states[2][lane];
            ref var d = ref states[3][lane];
            var result = ulong.RotateLeft(a + d, 23) + a;
            var shifted = b << 17;
            c ^= a;
            d ^= b;
            b ^= c;
            a ^= d;
            c ^= shifted;
            d = ulong.RotateLeft(d, 45);
            return result;
        }
    }

    [Fact]
    public void A_draw_is_by_the_first_bits_and_a_step_by_the_second()
    {
        var random = new Random(1);
        float[] table = [.. Enumerable.Range(0, TableDraws.Size).Select(i => i * 0.5f)];
        uint[] numbers = [0, uint.MaxValue, 0x00100000, 0x00000100, .. Enumerable.Range(0, 60).Select(_ => (uint)random.NextInt64(1L << 32))];
        var (draws, series) = (new float[numbers.Length], numbers.Select((_, i) => (float)i).ToArray());

        TableDraws.First(table, numbers, 3, draws);
        TableDraws.Step(table, numbers, 0.5f, 2, series);

        Assert.Equal(numbers.Select(number => table[number >> 20] * 3), draws);
        Assert.Equal(numbers.Select((number, i) => (i * 0.5f) + (table[(number >> 8) % 4096] * 2)), series);
    }

    [Fact]
    public void Buffers_that_do_not_fit_are_refused()
    {
        var table = new float[TableDraws.Size];
        Assert.Throws<ArgumentOutOfRangeException>(() => TableDraws.First(table.AsSpan(1), new uint[8], 1, new float[8]));
        Assert.Throws<ArgumentOutOfRangeException>(() => TableDraws.First(table, new uint[8], 1, new float[16]));
        Assert.Throws<ArgumentOutOfRangeException>(() => TableDraws.Step(table, new uint[7], 1, 1, new float[7]));
    }
}
