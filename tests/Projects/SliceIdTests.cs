using ShitOps.Projects;

namespace ShitOps.Tests.Projects;

public class SliceIdTests
{
    // Computed apart, by a dozen lines of Python after the documentation of StableHash.
    [Theory]
    [InlineData("", 0xefd01f60ba992926, 38)]
    [InlineData("a", 0x82a2a958a9bece5b, 91)]
    [InlineData("checkout", 0x5f263ed75df33484, 132)]
    [InlineData("APOLLO", 0x57060b0aa48a1fb8, 184)]
    [InlineData("acme/app", 0x1af88219bbfa0c58, 88)]
    [InlineData("Jürgen", 0xb95845fad9bbde7UL, 231)]
    [InlineData("😀", 0xda89b0991f06f386, 134)]
    [InlineData("\0", 0xb9034ad37056f5fb, 251)]
    public void A_project_keeps_its_slice_for_ever(string project, ulong hash, int slice)
    {
        Assert.Equal(hash, StableHash.Of(project));
        Assert.Equal(slice, SliceId.Of(project, 256).Value);
        Assert.Equal(slice % 16, SliceId.Of(project, 16).Value);
    }

    [Fact]
    public void Projects_are_spread_evenly()
    {
        var sizes = Enumerable.Range(0, 25_600).GroupBy(i => SliceId.Of($"payments-platform-{i:D3}", 256)).Select(slice => slice.Count()).ToArray();
        Assert.Equal(256, sizes.Length);
        Assert.InRange(sizes.Min(), 60, 100);
        Assert.InRange(sizes.Max(), 100, 145);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65_537)]
    public void There_are_1_to_65536_slices(int slices) => Assert.Throws<ArgumentOutOfRangeException>(() => SliceId.Of("a", slices));

    [Fact]
    public void A_slice_is_written_with_four_digits_that_sort() => Assert.Equal("00ff", new SliceId(255).ToString());
}
