using FsCheck.Xunit;
using ShitOps.Projects;

namespace ShitOps.Tests.Projects;

/// <summary>Counters and changes of history are commutative groups.</summary>
public class CountersTests
{
    [Property]
    public void Addition_is_associative_and_commutative(int seed)
    {
        var (a, b, c) = (Some(seed), Some(seed + 1), Some(seed + 2));
        Assert.Equal(Sum(Sum(a, b), c), Sum(a, Sum(b, c)));
        Assert.Equal(Sum(a, b), Sum(b, a));
        Assert.Equal(a, Sum(a, new Counters()));
    }

    [Property]
    public void What_is_added_and_subtracted_leaves_nothing(int seed)
    {
        var zero = Some(seed).Copy();
        zero.Add(Some(seed), -1);
        Assert.True(zero.IsZero);
        Assert.Equal(new Counters(), zero);
    }

    [Property(MaxTest = 50)]
    public void Changes_of_history_are_added_in_any_order(int seed)
    {
        var (one, other) = (StoredProject.Of(ProjectEvents.Of(seed)).History, StoredProject.Of(ProjectEvents.Of(seed + 1)).History);
        var (forth, back) = (new HistoryChanges(), new HistoryChanges());
        forth.Add(one);
        forth.Add(other);
        back.Add(other);
        back.Add(one);
        Assert.Equal(forth.Measures.Order(), back.Measures.Order());
        Assert.Equal(forth.Statuses.Order(), back.Statuses.Order());
        forth.Add(one, -1);
        forth.Add(other, -1);
        Assert.True(forth.IsZero);
    }

    [Fact]
    public void Bounds_of_durations_grow_by_the_square_root_of_two_and_belong_to_their_bucket()
    {
        var bounds = DurationBuckets.UpperBounds;
        Assert.Equal(DurationBuckets.Count - 1, bounds.Count);
        Assert.Equal([900L, 1272, 1800, 2545, 3600], bounds.Take(5));
        for (var i = 0; i < bounds.Count; i++)
        {
            Assert.Equal(i, DurationBuckets.IndexOf(TimeSpan.FromSeconds(bounds[i])));
            Assert.Equal(i + 1, DurationBuckets.IndexOf(TimeSpan.FromSeconds(bounds[i]) + TimeSpan.FromTicks(1)));
        }

        Assert.Equal(0, DurationBuckets.IndexOf(TimeSpan.Zero));
        Assert.Equal(DurationBuckets.Count - 1, DurationBuckets.IndexOf(TimeSpan.MaxValue));
    }

    private static Counters Sum(Counters one, Counters other)
    {
        var sum = one.Copy();
        sum.Add(other);
        return sum;
    }

    private static Counters Some(int seed)
    {
        var random = new Random(seed);
        var counters = new Counters();
        for (var i = 0; i < Measures.All; i++)
            if (random.Next(3) == 0) counters.Add((Measure)i, random.NextInt64(-1_000_000_000, 1_000_000_000));
        return counters;
    }
}
