namespace ShitOps.Cli.Import;

/// <summary>What the event contract allows; what a tracker holds beyond that is cut to it.</summary>
internal static class Limits
{
    /// <summary>Characters of a name: a key, a status, a person, a label.</summary>
    public const int Name = 256;

    /// <summary>Characters of a title.</summary>
    public const int Title = 4096;

    /// <summary>Labels of one task.</summary>
    public const int Labels = 256;

    private const double MostHours = 1_000_000;

    /// <summary>The text trimmed and cut, never within a surrogate pair; null if nothing is left.</summary>
    public static string? Cut(string? text, int longest)
    {
        var trimmed = text.AsSpan().Trim();
        if (trimmed.Length > longest) trimmed = trimmed[..(char.IsHighSurrogate(trimmed[longest - 1]) ? longest - 1 : longest)];
        return trimmed.IsEmpty ? null : trimmed.ToString();
    }

    /// <summary>Seconds as hours; null if an event cannot state that many.</summary>
    public static double? Hours(double seconds) => seconds / 3600 is >= 0 and <= MostHours and var hours ? hours : null;

    /// <summary>Distinct labels in the order given, as many as are allowed.</summary>
    public static IReadOnlyList<string> LabelSet(IEnumerable<string> labels) => [.. labels.Distinct(StringComparer.Ordinal).Take(Labels)];
}
