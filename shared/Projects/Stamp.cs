using ShitOps.Events;

namespace ShitOps.Projects;

/// <summary>
/// The place of a statement in the order of statements: (time, id), whatever the order in which they arrived. The default is no stamp.
/// </summary>
public readonly struct Stamp : IComparable<Stamp>, IEquatable<Stamp>
{
    /// <summary>The ticks plus one, so that the default is told from the beginning of the year 1.</summary>
    private readonly long _place;

    /// <summary>The stamp of an event.</summary>
    /// <param name="ticks">The event's time: ticks of 100 ns since the year 1, UTC.</param>
    /// <param name="id">The event's id.</param>
    public Stamp(long ticks, EventId id) => (_place, EventId) = (ticks + 1, id);

    /// <summary>Whether it is one.</summary>
    public bool IsStated => _place != 0;

    /// <summary>The event's time: ticks of 100 ns since the year 1, UTC.</summary>
    public long Ticks => _place - 1;

    /// <summary>The event's id.</summary>
    public EventId EventId { get; }

    /// <summary>The event's id; ids are compared as UTF-16 code units.</summary>
    public string Id => EventId.ToString();

    /// <summary>The statement's time.</summary>
    public DateTimeOffset Time => new(Ticks, TimeSpan.Zero);

    /// <inheritdoc/>
    public int CompareTo(Stamp other) => _place != other._place ? _place.CompareTo(other._place) : EventId.CompareTo(other.EventId);

    /// <inheritdoc/>
    public bool Equals(Stamp other) => _place == other._place && EventId == other.EventId;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Stamp other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => EventId.GetHashCode() ^ (int)_place;

    public static bool operator ==(Stamp left, Stamp right) => left.Equals(right);

    public static bool operator !=(Stamp left, Stamp right) => !left.Equals(right);

    public static bool operator <(Stamp left, Stamp right) => left.CompareTo(right) < 0;

    public static bool operator >(Stamp left, Stamp right) => left.CompareTo(right) > 0;

    public static bool operator <=(Stamp left, Stamp right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Stamp left, Stamp right) => left.CompareTo(right) >= 0;
}
