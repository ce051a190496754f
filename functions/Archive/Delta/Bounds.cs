namespace ShitOps.Archive.Delta;

/// <summary>The least and the greatest of some values, both included. Texts are in the order of their UTF-8 bytes, as in Parquet and Delta.</summary>
public readonly record struct Bounds<T>(T Least, T Greatest)
    where T : IComparable<T>
{
    /// <summary>Whether a value lies between them.</summary>
    public bool Contains(T value) => Compare(Least, value) <= 0 && Compare(value, Greatest) <= 0;

    /// <summary>The bounds of these values and those.</summary>
    public Bounds<T> With(Bounds<T> other) =>
        new(Compare(Least, other.Least) <= 0 ? Least : other.Least, Compare(Greatest, other.Greatest) >= 0 ? Greatest : other.Greatest);

    private static int Compare(T one, T other) => one is string text && other is string otherText ? CompareUtf8(text, otherText) : one.CompareTo(other);

    private static int CompareUtf8(string one, string other)
    {
        var at = one.AsSpan().CommonPrefixLength(other);
        if (at == one.Length || at == other.Length) return one.Length.CompareTo(other.Length);

        // What is written with two UTF-16 units comes behind all that is written with one, though its units do not.
        var (first, second) = (one[at], other[at]);
        return char.IsSurrogate(first) == char.IsSurrogate(second) ? first.CompareTo(second) : char.IsSurrogate(first) ? 1 : -1;
    }
}
