using System.Diagnostics.CodeAnalysis;

namespace ShitOps.Projects;

/// <summary>
/// A dictionary with a cap that converges: of all keys ever admitted it holds those with the smallest (<see cref="StableHash"/>, key). Which
/// these are depends on the set of keys alone; a key that was pushed out, or refused, can never come back, because the keys before it
/// only grow in number. Up to the cap it is a dictionary like any other.
/// </summary>
internal sealed class StableSample<T>(int most)
    where T : class
{
    private readonly Dictionary<string, T> _entries = new(StringComparer.Ordinal);
    private (ulong Hash, string Key)? _greatest;

    public int Count => _entries.Count;

    /// <summary>The keys in ordinal order.</summary>
    public IEnumerable<string> Keys => _entries.Keys.Order(StringComparer.Ordinal);

    public T this[string key] => _entries[key];

    public bool TryGet(string key, [MaybeNullWhen(false)] out T entry) => _entries.TryGetValue(key, out entry);

    /// <summary>Makes room for a key, if it is among the smallest, by pushing out the greatest one.</summary>
    /// <param name="key">A key that is not there.</param>
    /// <param name="entry">What to put under it.</param>
    /// <param name="pushedOut">What had to go, if anything.</param>
    /// <returns>Whether the key was admitted.</returns>
    public bool Admit(string key, T entry, out T? pushedOut)
    {
        pushedOut = null;
        if (_entries.Count >= most)
        {
            var greatest = _greatest ??= _entries.Keys.Select(Rank).Max(ByRank);
            if (ByRank.Compare(Rank(key), greatest) > 0) return false;
            _entries.Remove(greatest.Key, out pushedOut);
            _greatest = null;
        }

        _entries.Add(key, entry);
        return true;
    }

    private static (ulong Hash, string Key) Rank(string key) => (StableHash.Of(key), key);

    private static readonly Comparer<(ulong Hash, string Key)> ByRank = Comparer<(ulong Hash, string Key)>.Create((one, other) =>
        one.Hash != other.Hash ? one.Hash.CompareTo(other.Hash) : string.CompareOrdinal(one.Key, other.Key));
}
