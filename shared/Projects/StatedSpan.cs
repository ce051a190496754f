namespace ShitOps.Projects;

/// <summary>The earliest and the latest time at which anything was stated: a minimum and a maximum, so that no order of arrival matters.</summary>
internal struct StatedSpan
{
    /// <summary>Nothing has been stated.</summary>
    public StatedSpan() => (First, Last) = (long.MaxValue, -1);

    /// <summary>A span that was stored.</summary>
    public StatedSpan(long first, long last) => (First, Last) = (first, last);

    /// <summary>Ticks of the earliest time; <see cref="long.MaxValue"/> if the span is empty.</summary>
    public long First { get; private set; }

    /// <summary>Ticks of the latest time; -1 if the span is empty.</summary>
    public long Last { get; private set; }

    /// <summary>Whether nothing has been stated.</summary>
    public readonly bool IsEmpty => Last < 0;

    /// <summary>The earliest time; null if the span is empty.</summary>
    public readonly DateTimeOffset? FirstTime => IsEmpty ? null : new DateTimeOffset(First, TimeSpan.Zero);

    /// <summary>The latest time; null if the span is empty.</summary>
    public readonly DateTimeOffset? LastTime => IsEmpty ? null : new DateTimeOffset(Last, TimeSpan.Zero);

    /// <summary>Takes in the time of a statement.</summary>
    /// <returns>Whether the span has grown.</returns>
    public StatementEffect Include(long ticks)
    {
        if (ticks >= First && ticks <= Last) return StatementEffect.None;
        (First, Last) = (Math.Min(First, ticks), Math.Max(Last, ticks));
        return StatementEffect.Changed;
    }
}
