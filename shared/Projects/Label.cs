using System.Globalization;
using System.Text;

namespace ShitOps.Projects;

/// <summary>
/// Bounds of the texts in a state. They are functions of the text alone, so they cannot disturb convergence.
/// </summary>
public static class Label
{
    /// <summary>The most UTF-8 bytes of a label under which tasks are counted.</summary>
    public const int MostBytes = 44;

    private const int KeptBytes = 32;

    /// <summary>
    /// The label of a name: the name itself up to <see cref="MostBytes"/>, else its beginning, an ellipsis, and 8 hexadecimal digits of its
    /// hash, so that long names which begin alike stay apart.
    /// </summary>
    public static string Of(string name)
    {
        if (name.Length * 3 <= MostBytes || Encoding.UTF8.GetByteCount(name) <= MostBytes) return name;

        var kept = 0;
        var bytes = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > KeptBytes) break;
            kept += rune.Utf16SequenceLength;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{name.AsSpan(0, kept)}…{(uint)StableHash.Of(name):x8}");
    }

    /// <summary>The first characters of a text, at most so many UTF-16 units and never half a pair.</summary>
    public static string? Cut(string? text, int most)
    {
        if (text is null || text.Length <= most) return text;
        return text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
    }

    /// <summary>Labels as a set in ordinal order: the first ones, as far as they fit into so many UTF-8 bytes at 3 bytes a UTF-16 unit.</summary>
    public static string[]? Set(IReadOnlyList<string>? labels, int mostBytes)
    {
        if (labels is null) return null;
        if (labels is string[] given && IsSet(given, mostBytes)) return given;
        string[] sorted = [.. labels];
        Array.Sort(sorted, StringComparer.Ordinal);
        var kept = 0;
        foreach (var label in sorted)
        {
            if (kept > 0 && label == sorted[kept - 1]) continue;
            mostBytes -= (3 * label.Length) + 3;
            if (mostBytes < 0) break;
            sorted[kept++] = label;
        }

        return sorted.Length == kept ? sorted : sorted[..kept];
    }

    private static bool IsSet(string[] labels, int mostBytes)
    {
        for (var i = 0; i < labels.Length; i++)
        {
            mostBytes -= (3 * labels[i].Length) + 3;
            if (mostBytes < 0 || (i > 0 && string.CompareOrdinal(labels[i - 1], labels[i]) >= 0)) return false;
        }

        return true;
    }
}
