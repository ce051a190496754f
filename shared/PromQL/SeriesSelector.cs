namespace ShitOps.PromQL;

/// <summary>What a query asks of a source: which series, and of which time.</summary>
/// <param name="Matchers">All must fit.</param>
/// <param name="FromMs">The first instant whose samples matter, in Unix milliseconds, included; it already lies the query's lookback before the first step.</param>
/// <param name="ToMs">The last instant whose samples matter, in Unix milliseconds, included.</param>
public sealed record SeriesSelector(IReadOnlyList<LabelMatcher> Matchers, long FromMs, long ToMs)
{
    /// <summary>The query's lookback, which <see cref="FromMs"/> allows for; 0 when a series' resolution does not widen it (a range selector, a fixed lookback).</summary>
    public long LookbackMs { get; init; }

    /// <summary>Milliseconds between the evaluated instants; 0: there is one. A hint for sources that hold several resolutions.</summary>
    public long StepMs { get; init; }

    /// <summary>The range of a range selector; 0: an instant selector. A hint for sources that hold several resolutions.</summary>
    public long RangeMs { get; init; }

    /// <summary>How many series the query may still hold; a source that finds more throws, rather than to hold them.</summary>
    public long MostSeries { get; init; } = long.MaxValue;

    /// <summary>How many samples the query may still hold; a source that finds more throws, rather than to hold them.</summary>
    public long MostSamples { get; init; } = long.MaxValue;

    /// <summary>
    /// When a sample is taken of what is known of the present only; null: the present is not asked for. Who asks for it asks for a moment ago, by
    /// another clock or rounded to a step.
    /// </summary>
    /// <param name="nowMs">The present, in Unix milliseconds.</param>
    public long? PresentMs(long nowMs) => FromMs > nowMs || ToMs < nowMs - Lookback.DefaultMs ? null : Math.Min(nowMs, ToMs);

    /// <summary>The first instant whose samples matter of a series of this resolution, included: <see cref="FromMs"/>, or earlier if its lookback is longer than the query's.</summary>
    public long FirstMs(long resolutionMs) => LookbackMs == 0 ? FromMs : FromMs - (Lookback.Of(LookbackMs, resolutionMs) - LookbackMs);
}
