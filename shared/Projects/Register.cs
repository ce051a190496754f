namespace ShitOps.Projects;

/// <summary>
/// A last-writer-wins register: of all values ever offered it holds the one with the greatest stamp. It converges because the greatest
/// element of a set depends neither on the order nor on repetition. Two statements with one stamp (an id that two sources use, or one
/// that was used twice against the contract) are decided by the greater value, so that even then every order ends alike.
/// </summary>
/// <typeparam name="T">The value; null where the field was cleared.</typeparam>
public struct Register<T>
{
    /// <summary>The stamp of the value held; none as long as nothing was stated.</summary>
    public Stamp Stamp { get; private set; }

    /// <summary>The value held; the default as long as nothing was stated.</summary>
    public T? Value { get; private set; }

    /// <summary>Whether any statement was ever offered.</summary>
    public readonly bool IsStated => Stamp.IsStated;

    /// <summary>Offers one statement.</summary>
    /// <param name="stamp">When, and by which event, it was made.</param>
    /// <param name="value">What it says.</param>
    /// <param name="ties">A total order of the values; asked only where two statements have one stamp.</param>
    internal StatementEffect Offer(in Stamp stamp, T? value, IComparer<T?> ties)
    {
        var order = stamp.CompareTo(Stamp);
        if (order < 0) return StatementEffect.Superseded;
        if (order == 0)
        {
            var tie = ties.Compare(value, Value);
            if (tie == 0) return StatementEffect.Repeated;
            if (tie < 0) return StatementEffect.Contradicts;
            Value = value;
            return StatementEffect.Contradicts | StatementEffect.Changed;
        }

        (Stamp, Value) = (stamp, value);
        return StatementEffect.Changed;
    }

    /// <summary>What was stored before.</summary>
    internal static Register<T> Stored(Stamp stamp, T? value) => new() { Stamp = stamp, Value = value };
}

/// <summary>What one statement did to one register or log; an event has one for each of its fields.</summary>
[Flags]
internal enum StatementEffect
{
    /// <summary>It says nothing.</summary>
    None = 0,

    /// <summary>A later statement, or the log's cap, already stands against it.</summary>
    Superseded = 1,

    /// <summary>Exactly this was known.</summary>
    Repeated = 2,

    /// <summary>Another statement has the same time and id, and says something else; the greater value stands.</summary>
    Contradicts = 4,

    /// <summary>The state says something else than before.</summary>
    Changed = 8,
}
