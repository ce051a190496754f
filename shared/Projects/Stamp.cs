namespace ShitOps.Projects;

/// <summary>
/// The place of a statement in the order of statements: (time, id), whatever the order in which they arrived.
/// </summary>
/// <param name="Ticks">The event's time: ticks of 100 ns since the year 1, UTC.</param>
/// <param name="Id">The event's id; ids are compared as UTF-16 code units.</param>
public readonly record struct Stamp(long Ticks, string Id) : IComparable<Stamp>
{
    /// <summary>The statement's time.</summary>
    public DateTimeOffset Time => new(Ticks, TimeSpan.Zero);

    /// <inheritdoc/>
    public int CompareTo(Stamp other) => Ticks != other.Ticks ? Ticks.CompareTo(other.Ticks) : string.CompareOrdinal(Id, other.Id);

    public static bool operator <(Stamp left, Stamp right) => left.CompareTo(right) < 0;

    public static bool operator >(Stamp left, Stamp right) => left.CompareTo(right) > 0;

    public static bool operator <=(Stamp left, Stamp right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Stamp left, Stamp right) => left.CompareTo(right) >= 0;
}
