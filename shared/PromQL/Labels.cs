using System.Text;

namespace ShitOps.PromQL;

/// <summary>
/// A set of labels, ordered by name (ordinal); none has an empty value, since an empty value means that the label is absent.
/// It never changes, and equal sets are equal.
/// </summary>
public sealed class Labels : IEquatable<Labels>
{
    /// <summary>The label that holds the metric's name.</summary>
    public const string MetricName = "__name__";

    public static readonly Labels Empty = new([]);

    private readonly KeyValuePair<string, string>[] _pairs;
    private readonly int _hash;

    private Labels(KeyValuePair<string, string>[] pairs)
    {
        _pairs = pairs;
        var hash = 2166136261u;
        foreach (var (name, value) in pairs) hash = Mix(Mix(hash, name), value);
        _hash = (int)(hash ^ (hash >> 15));
    }

    /// <summary>Labels of any order; those with an empty value are left out, and of two with one name the last counts.</summary>
    public static Labels Of(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var builder = new LabelsBuilder();
        foreach (var (name, value) in pairs) builder.Set(name, value);
        return builder.Build();
    }

    /// <inheritdoc cref="Of(IEnumerable{KeyValuePair{string, string}})"/>
    public static Labels Of(params (string Name, string Value)[] pairs)
    {
        var builder = new LabelsBuilder();
        foreach (var (name, value) in pairs) builder.Set(name, value);
        return builder.Build();
    }

    /// <param name="pairs">In the order of their names, each name once, no empty value; kept, not copied.</param>
    internal static Labels OfOrdered(KeyValuePair<string, string>[] pairs) => pairs.Length == 0 ? Empty : new(pairs);

    public int Count => _pairs.Length;

    /// <summary>The pairs in the order of their names.</summary>
    public ReadOnlySpan<KeyValuePair<string, string>> Pairs => _pairs;

    /// <summary>The value of a label; empty if it is absent.</summary>
    public string this[string name]
    {
        get
        {
            foreach (var pair in _pairs)
            {
                if (pair.Key == name) return pair.Value;
            }

            return "";
        }
    }

    public bool Equals(Labels? other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is null || other._hash != _hash || other._pairs.Length != _pairs.Length) return false;
        for (var i = 0; i < _pairs.Length; i++)
        {
            if (_pairs[i].Key != other._pairs[i].Key || _pairs[i].Value != other._pairs[i].Value) return false;
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as Labels);

    public override int GetHashCode() => _hash;

    /// <summary>The order of label sets: pair by pair, name before value, ordinal; a set comes after those that it begins with.</summary>
    public static int Compare(Labels left, Labels right)
    {
        var both = Math.Min(left._pairs.Length, right._pairs.Length);
        for (var i = 0; i < both; i++)
        {
            var order = Compare(left._pairs[i].Key, right._pairs[i].Key);
            if (order == 0) order = Compare(left._pairs[i].Value, right._pairs[i].Value);
            if (order != 0) return order;
        }

        return left._pairs.Length.CompareTo(right._pairs.Length);
    }

    /// <summary>As it is written in a selector: <c>name{label="value", …}</c>.</summary>
    public override string ToString()
    {
        var name = this[MetricName];
        return name.Length > 0 && _pairs.Length == 1 ? name : name + InBraces(pair => pair.Key != MetricName);
    }

    /// <summary>The label set with the metric's name as one of the labels: <c>{__name__="up", job="a"}</c>.</summary>
    internal string ToSetText() => InBraces(_ => true);

    private string InBraces(Func<KeyValuePair<string, string>, bool> isShown)
    {
        var text = new StringBuilder("{");
        foreach (var pair in _pairs.Where(isShown))
        {
            if (text.Length > 1) text.Append(", ");
            text.Append(pair.Key).Append('=');
            QuotedText.Append(text, pair.Value);
        }

        return text.Append('}').ToString();
    }

    private static int Compare(string left, string right) => ReferenceEquals(left, right) ? 0 : string.CompareOrdinal(left, right);

    /// <summary>FNV-1a over UTF-16 (http://www.isthe.com/chongo/tech/comp/fnv/), with a separator after each text.</summary>
    private static uint Mix(uint hash, string text)
    {
        foreach (var c in text) hash = (hash ^ c) * 16777619;
        return (hash ^ 0xffff) * 16777619;
    }
}
