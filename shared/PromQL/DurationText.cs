using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace ShitOps.PromQL;

/// <summary>Durations as PromQL writes them: <c>1h30m</c>. Units from year to millisecond, each at most once, the longer first; a year has 365 days.</summary>
public static class DurationText
{
    private static readonly (string Unit, long Ms, bool OnlyWhole)[] Units =
    [
        ("y", 365L * 24 * 3600 * 1000, true), ("w", 7L * 24 * 3600 * 1000, true), ("d", 24L * 3600 * 1000, false),
        ("h", 3600 * 1000, false), ("m", 60 * 1000, false), ("s", 1000, false), ("ms", 1, false),
    ];

    /// <summary>The canonical text of a duration ≥ 0. Years and weeks only if nothing remains, since 90d reads better than 12w6d.</summary>
    public static string Of(long ms)
    {
        if (ms == 0) return "0s";
        var text = new StringBuilder();
        foreach (var (unit, length, onlyWhole) in Units)
        {
            if ((onlyWhole && ms % length != 0) || ms < length) continue;
            text.Append(CultureInfo.InvariantCulture, $"{ms / length}{unit}");
            ms %= length;
        }

        return text.ToString();
    }

    /// <summary>Reads a duration.</summary>
    /// <param name="ms">Milliseconds, 0 to 2⁶³ ns (some 292 years).</param>
    /// <param name="problem">What is wrong with the text.</param>
    public static bool TryParse(string text, out long ms, [NotNullWhen(false)] out string? problem)
    {
        ms = 0;
        problem = text.Length == 0 ? "empty duration string" : null;
        if (text is "" or "0") return problem is null;

        Int128 sum = 0;
        var at = 0;
        foreach (var (unit, length, _) in Units)
        {
            var digits = at;
            while (digits < text.Length && char.IsAsciiDigit(text[digits])) digits++;
            var end = digits;
            while (end < text.Length && char.IsAsciiLetter(text[end])) end++;
            if (digits == at || !text.AsSpan(digits, end - digits).SequenceEqual(unit)) continue;
            sum += (Int128)length * (Int128.TryParse(text.AsSpan(at, digits - at), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count < long.MaxValue ? count : long.MaxValue);
            at = end;
        }

        if (at < text.Length) problem = $"not a valid duration string: {QuotedText.Of(text)}";
        else if (sum > long.MaxValue / 1_000_000) problem = "duration out of range";
        else ms = (long)sum;
        return problem is null;
    }
}
