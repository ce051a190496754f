namespace ShitOps.Projects;

/// <summary>
/// The fixed logarithmic buckets of lead and cycle times: upper bounds from 15 minutes to 21 years, each √2 times the one before (cut to
/// whole seconds), and one without a bound. Fixed, so that distributions of tasks, projects, teams and hours are added bucket by bucket; a
/// quantile read from them is at most a factor √2 off.
/// </summary>
public static class DurationBuckets
{
    /// <summary>How many buckets there are, with the unbounded one.</summary>
    public const int Count = 41;

    private static readonly long[] Bounds = [.. Enumerable.Range(0, Count - 1).Select(Bound)];

    /// <summary>The upper bounds in seconds, included: Prometheus' <c>le</c> without <c>+Inf</c>.</summary>
    public static IReadOnlyList<long> UpperBounds => Bounds;

    /// <summary>The bucket of a duration: the first whose bound it does not exceed.</summary>
    public static int IndexOf(TimeSpan duration)
    {
        var seconds = (duration.Ticks / TimeSpan.TicksPerSecond) + (duration.Ticks % TimeSpan.TicksPerSecond > 0 ? 1 : 0);
        var found = Array.BinarySearch(Bounds, seconds);
        return found >= 0 ? found : ~found;
    }

    /// <summary>
    /// Estimates a quantile of the durations counted, as Prometheus' <c>histogram_quantile</c> does: within a bucket it takes them for evenly
    /// spread, and beyond the last bound it gives that bound.
    /// </summary>
    /// <param name="counters">Where they are counted.</param>
    /// <param name="first"><see cref="Measure.LeadBuckets"/> or <see cref="Measure.CycleBuckets"/>.</param>
    /// <param name="quantile">0 to 1.</param>
    /// <returns>In seconds; null: none is counted.</returns>
    public static double? QuantileSeconds(Counters counters, Measure first, double quantile)
    {
        var total = 0L;
        for (var i = 0; i < Count; i++) total += counters[first + i];
        if (total <= 0) return null;
        var rank = quantile * total;
        var before = 0L;
        for (var i = 0; i < Count - 1; i++)
        {
            var here = counters[first + i];
            if (here > 0 && before + here >= rank)
            {
                var lower = i == 0 ? 0 : Bounds[i - 1];
                return lower + ((Bounds[i] - lower) * (rank - before) / here);
            }

            before += here;
        }

        return Bounds[^1];
    }

    // Integers only: a power computed in floating point may differ between machines.
    private static long Bound(int index)
    {
        var bound = 900L << (index / 2);
        return index % 2 == 0 ? bound : bound * 1_414_213_562 / 1_000_000_000;
    }
}
