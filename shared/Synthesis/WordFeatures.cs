using System.Collections.Concurrent;
using ShitOps.Projects;

namespace ShitOps.Synthesis;

/// <summary>
/// A word as rows of a table: itself and its runs of 3 to 5 characters, hashed, so that a word never seen is near those that it is written
/// like (as in fastText, arXiv 1607.04606). A sign is one row.
/// </summary>
internal sealed class WordFeatures(int buckets)
{
    private const int MostFeatures = 40;

    private const int MostKnown = 20_000;
    private const string Unfamiliar = "[unfamiliar]";

    private readonly ConcurrentDictionary<string, int[]> _known = new(StringComparer.Ordinal);

    /// <summary>The rows of a word; at least one.</summary>
    /// <param name="word">The word, or sign.</param>
    /// <param name="isFamiliar">Whether it is one of those that are taught; others have one row more, that all of them share.</param>
    public int[] Of(string word, bool isFamiliar)
    {
        var key = isFamiliar ? word : Unfamiliar + word;
        if (_known.TryGetValue(key, out var rows)) return rows;
        rows = isFamiliar ? Compute(word) : [.. Compute(word), Row(Unfamiliar)];
        if (_known.Count < MostKnown) _known[key] = rows;
        return rows;
    }

    private int[] Compute(string word)
    {
        var rows = new List<int> { Row("w:" + word) };
        if (word[0] == '[') return [.. rows];
        var edged = $"<{word}>";
        for (var length = 3; length <= 5; length++)
        {
            for (var start = 0; start + length <= edged.Length && rows.Count < MostFeatures; start++)
            {
                if (length < edged.Length) rows.Add(Row(edged.AsSpan(start, length)));
            }
        }

        return [.. rows];
    }

    private int Row(ReadOnlySpan<char> feature) => (int)(StableHash.Of(feature) % (ulong)buckets);
}
