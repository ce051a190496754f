using System.Collections.Concurrent;
using ShitOps.PromQL;

namespace ShitOps.Datasource;

/// <summary>The series that a selection has found so far, no more of them than its query may hold. Several may add at once.</summary>
internal sealed class FoundSeries(SeriesSelector selector)
{
    private readonly ConcurrentBag<Series> _found = [];
    private long _moreSeries = selector.MostSeries;
    private long _moreSamples = selector.MostSamples;

    /// <summary>All of them, in no particular order.</summary>
    public IReadOnlyList<Series> All => [.. _found];

    /// <summary>Makes sure that a series of so many samples finds room, before it is worked out.</summary>
    /// <exception cref="QueryException">That is more than the query may hold.</exception>
    public void Reserve(long samples)
    {
        if (Interlocked.Add(ref _moreSamples, -samples) < 0) throw QueryException.TooManySamples();
    }

    /// <summary>Gives back what was reserved: the series is added as it came out.</summary>
    public void Release(long samples) => Interlocked.Add(ref _moreSamples, samples);

    /// <exception cref="QueryException">That is more than the query may hold.</exception>
    public void Add(IEnumerable<Series> some)
    {
        foreach (var series in some)
        {
            if (Interlocked.Decrement(ref _moreSeries) < 0) throw QueryException.TooManySeries();
            if (Interlocked.Add(ref _moreSamples, -series.Times.Length) < 0) throw QueryException.TooManySamples();
            _found.Add(series);
        }
    }
}
