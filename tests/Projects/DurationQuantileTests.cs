using ShitOps.Projects;

namespace ShitOps.Tests.Projects;

/// <summary>Quantiles read from buckets.</summary>
public class DurationQuantileTests
{
    [Theory]
    [InlineData(0.5, "", null)]
    [InlineData(0.5, "900", 450.0)]
    [InlineData(0.85, "900", 765.0)]
    [InlineData(1, "1", 900.0)]
    [InlineData(0.5, "1800 1801 1801 1801", 2048.3333333333335)] // The second of four is the first of three in the bucket from 1,800 to 2,545 s.
    [InlineData(0.25, "1800 1801 1801 1801", 1800.0)]
    [InlineData(1, "1 999999999", 667309679.0)] // The last bound; what lies beyond it is not known.
    public void It_is_where_the_rank_falls_in_its_bucket(double quantile, string seconds, double? expected)
    {
        var counters = new Counters();
        foreach (var one in seconds.Split(' ', StringSplitOptions.RemoveEmptyEntries)) counters.Add(Measure.CycleBuckets + DurationBuckets.IndexOf(TimeSpan.FromSeconds(long.Parse(one))), 1);

        var found = DurationBuckets.QuantileSeconds(counters, Measure.CycleBuckets, quantile);

        if (expected is null) Assert.Null(found);
        else Assert.Equal(expected.Value, found!.Value, 1e-6);
        Assert.Null(DurationBuckets.QuantileSeconds(counters, Measure.LeadBuckets, quantile));
    }

    [Fact]
    public void It_is_at_most_a_bucket_off()
    {
        var random = new Random(1);
        foreach (var quantile in new[] { 0.1, 0.5, 0.85, 0.99 })
        {
            var seconds = Enumerable.Range(0, 1000).Select(_ => Math.Exp(7 + (random.NextDouble() * 10))).Order().ToArray();
            var counters = new Counters();
            foreach (var one in seconds) counters.Add(Measure.LeadBuckets + DurationBuckets.IndexOf(TimeSpan.FromSeconds(one)), 1);

            var exact = seconds[(int)Math.Ceiling(quantile * seconds.Length) - 1];
            Assert.InRange(DurationBuckets.QuantileSeconds(counters, Measure.LeadBuckets, quantile)!.Value, exact / 1.4143, exact * 1.4143);
        }
    }
}
