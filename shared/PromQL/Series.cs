namespace ShitOps.PromQL;

/// <summary>One series of a source: its labels and its samples, columns of the same length.</summary>
public sealed class Series
{
    /// <exception cref="ArgumentException">The columns differ in length.</exception>
    public Series(Labels labels, ReadOnlyMemory<long> times, ReadOnlyMemory<double> values, long resolutionMs = 0)
    {
        if (times.Length != values.Length) throw new ArgumentException($"{times.Length} times, but {values.Length} values", nameof(values));
        Labels = labels;
        Times = times;
        Values = values;
        ResolutionMs = resolutionMs;
    }

    public Labels Labels { get; }

    /// <summary>Unix milliseconds, strictly ascending.</summary>
    public ReadOnlyMemory<long> Times { get; }

    /// <summary>The samples; NaN is a value, and <see cref="StaleMarker"/> says that the series ended.</summary>
    public ReadOnlyMemory<double> Values { get; }

    /// <summary>Milliseconds between the samples of a series that lives; 0: not known. It lengthens the <see cref="Lookback"/>.</summary>
    public long ResolutionMs { get; }
}
