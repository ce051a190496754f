using ShitOps.Events;

namespace ShitOps.Projects;

/// <summary>What a <see cref="Fact"/> states. The first five are the categories of a status, in their order.</summary>
public enum FactKind : byte
{
    Todo,
    InProgress,
    BlockedStatus,
    Done,
    Cancelled,

    /// <summary><c>task.unblocked</c></summary>
    Unblocked,

    /// <summary><c>task.blocked</c>, whatever the status.</summary>
    Blocked,

    Estimate,
    Remaining,
    Spent,
}

/// <summary>One statement of which the past matters too, not only the latest word: a status, a block, an effort.</summary>
/// <param name="Stamp">When it became so.</param>
/// <param name="Kind">What kind of statement it is.</param>
/// <param name="Word">The tracker's word of a status; null for the other kinds.</param>
/// <param name="MilliHours">The effort in thousandths of an hour; <see cref="NotKnown"/> where it was cleared; 0 for the other kinds.</param>
public readonly record struct Fact(Stamp Stamp, FactKind Kind, string? Word, int MilliHours) : IComparable<Fact>
{
    /// <summary>The effort is no longer known.</summary>
    public const int NotKnown = -1;

    /// <summary>Whether it states a status.</summary>
    public bool IsStatus => Kind <= FactKind.Cancelled;

    /// <summary>Whether it states that the task had been begun: its status means in progress, or blocked.</summary>
    public bool IsBegun => Kind is FactKind.InProgress or FactKind.BlockedStatus;

    /// <summary>Of which thing it is the latest word, or not: the status, the block, or one of the efforts.</summary>
    internal int Channel => Kind switch { <= FactKind.Cancelled => 0, <= FactKind.Blocked => 1, _ => 2 + (Kind - FactKind.Estimate) };

    internal const int Channels = 5;

    /// <summary>A bound of its stored size, in bytes, which depends on nothing but the fact: no UTF-16 unit takes more than 3 bytes.</summary>
    internal int Size => SizeOf(Stamp.EventId, Word?.Length ?? 0);

    /// <summary>The same of a fact with that id and a word of that many UTF-16 units.</summary>
    internal static int SizeOf(EventId id, int wordLength) => (3 * (id.Length + wordLength)) + 16;

    /// <summary>By stamp; facts with one stamp by what they say, so that the order is total.</summary>
    public int CompareTo(Fact other)
    {
        var order = Stamp.CompareTo(other.Stamp);
        if (order != 0) return order;
        order = (byte)Kind - (byte)other.Kind;
        if (order != 0) return order;
        order = string.CompareOrdinal(Word, other.Word);
        return order != 0 ? order : MilliHours.CompareTo(other.MilliHours);
    }

    public static bool operator <(Fact left, Fact right) => left.CompareTo(right) < 0;

    public static bool operator >(Fact left, Fact right) => left.CompareTo(right) > 0;

    public static bool operator <=(Fact left, Fact right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Fact left, Fact right) => left.CompareTo(right) >= 0;
}
