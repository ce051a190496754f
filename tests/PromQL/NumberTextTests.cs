using ShitOps.PromQL;

namespace ShitOps.Tests.PromQL;

/// <summary>Numbers are read as Go's strconv.ParseFloat reads them; Prometheus itself is asked for some of these in differential.queries.</summary>
public sealed class NumberTextTests
{
    [Theory]
    [InlineData("1", 1)]
    [InlineData("+1.5", 1.5)]
    [InlineData("-.5", -0.5)]
    [InlineData("2.", 2)]
    [InlineData("1e3", 1e3)]
    [InlineData("1E-3", 1e-3)]
    [InlineData("-InF", double.NegativeInfinity)]
    [InlineData("+infinity", double.PositiveInfinity)]
    [InlineData("nAn", double.NaN)]
    [InlineData("1_0", 10)]
    [InlineData("1_000.2_5e1_0", 1000.25e10)]
    [InlineData("0x1p-1", 0.5)]
    [InlineData("-0X1.8P+1", -3)]
    [InlineData("0x.8p0", 0.5)]
    [InlineData("0xF.p0", 15)]
    [InlineData("0x_1_0p1_0", 16384)]
    [InlineData("0x1e2p0", 482)]

    // The largest, the least and the least normal one, and what lies between two doubles: to the nearer, halves to the even one.
    [InlineData("0x1.fffffffffffffp1023", double.MaxValue)]
    [InlineData("0x1p-1074", double.Epsilon)]
    [InlineData("0x0.8p-1074", 0)]
    [InlineData("0x0.8000000000000000000001p-1074", double.Epsilon)]
    [InlineData("0x1.8p-1074", 2 * double.Epsilon)]
    [InlineData("0x1.00000000000008p0", 1)]
    [InlineData("0x1.000000000000080000000000000000001p0", 1 + 2.220446049250313e-16)]
    [InlineData("0x1.00000000000018p0", 1 + 4.440892098500626e-16)]
    [InlineData("0x1.ffffffffffffffp-1023", 2.2250738585072014e-308)]
    [InlineData("0x00000000000000000000000000001p0", 1)]
    [InlineData("0x0p99999999999", 0)]
    [InlineData("0x1p-99999999999", 0)]
    [InlineData("1e-400", 0)]
    [InlineData("0e99999999999", 0)]
    public void Is_a_number(string text, double expected)
    {
        Assert.True(NumberText.TryParse(text, out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("+")]
    [InlineData(".")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1\0")]
    [InlineData("1e")]
    [InlineData("1,000")]
    [InlineData("+nan")]
    [InlineData("in")]
    [InlineData("_1")]
    [InlineData("1_")]
    [InlineData("1__0")]
    [InlineData("1_.5")]
    [InlineData("1._5")]
    [InlineData("1_e5")]
    [InlineData("1e_5")]
    [InlineData("0_x1p0")]
    [InlineData("0x1_p0")]
    [InlineData("0x1p_1")]
    [InlineData("0x10")]
    [InlineData("0xp1")]
    [InlineData("0x.p1")]
    [InlineData("0x1.2.3p1")]
    [InlineData("0x1p")]
    [InlineData("0x1p+")]
    [InlineData("0x1p1a")]
    [InlineData("0b1")]
    [InlineData("1p1")]
    [InlineData("1e400")]
    [InlineData("0x1p1024")]
    [InlineData("0x1.fffffffffffff8p1023")]
    public void Is_none(string text) => Assert.False(NumberText.TryParse(text, out _));
}
