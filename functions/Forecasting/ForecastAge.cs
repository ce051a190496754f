namespace ShitOps.Forecasting;

/// <summary>How old a project's latest forecast is.</summary>
/// <param name="Cutoff">What lay before it was known.</param>
/// <param name="Computed">When it was computed.</param>
/// <param name="First">If it is the project's first, when that was computed first; null: there were others before.</param>
public readonly record struct ForecastAge(DateTimeOffset Cutoff, DateTimeOffset Computed, DateTimeOffset? First)
{
    /// <summary>A forecast of a project that does not change serves for so long.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromDays(7);

    /// <summary>One that is not followed by another tells of the time after it for so long, and not longer.</summary>
    public static readonly TimeSpan Oldest = 2 * Fresh;

    // Both a little less than is meant, since a run is never exactly as long after the other.
    private static readonly TimeSpan Soonest = TimeSpan.FromMinutes(4);
    private const double AsLongAgain = 0.8;

    /// <summary>
    /// Whether the project is due again. One that was written since is once at each cutoff; and its first forecast is made anew at its own
    /// cutoff, since its past may still be coming in: each time after as long again as that has gone on, so a few times at most.
    /// </summary>
    /// <param name="written">When the project was last written.</param>
    /// <param name="cutoff">The latest cutoff.</param>
    /// <param name="now">The time.</param>
    public bool IsOver(DateTimeOffset? written, DateTimeOffset cutoff, DateTimeOffset now)
    {
        if (Cutoff < cutoff) return written >= Cutoff || Cutoff + Fresh <= cutoff;
        var gone = now - Computed;
        return First is { } first && written >= Computed && gone >= Soonest && gone >= (Computed - first) * AsLongAgain;
    }
}
