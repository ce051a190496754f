namespace ShitOps.Planning;

/// <summary>A condition on a field: its value is one of some, or none of them. Two are equal if they say the same in the same order.</summary>
public sealed class QueryFilter : IEquatable<QueryFilter>
{
    /// <param name="field">What must, or must not, have one of the values.</param>
    /// <param name="values">The values, kept sorted by code point and once each.</param>
    /// <param name="excludes">Whether the values are the ones that are left out.</param>
    public QueryFilter(QueryField field, IEnumerable<string> values, bool excludes = false)
    {
        Field = field;
        Excludes = excludes;
        Values = [.. values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>What is looked at.</summary>
    public QueryField Field { get; }

    /// <summary>Whether <see cref="Values"/> are left out rather than kept.</summary>
    public bool Excludes { get; }

    /// <summary>The values, sorted; letter case counts.</summary>
    public IReadOnlyList<string> Values { get; }

    /// <inheritdoc/>
    public bool Equals(QueryFilter? other) =>
        other is not null && Field == other.Field && Excludes == other.Excludes && Values.SequenceEqual(other.Values, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as QueryFilter);

    /// <inheritdoc/>
    public override int GetHashCode() => ((int)Field * 397) ^ Values.Count;
}
