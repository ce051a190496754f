using System.Globalization;

namespace ShitOps.Wording;

/// <summary>Counts of things, as people read them: one is singular.</summary>
public static class Quantity
{
    /// <summary>The number with its noun: <c>1 event</c>, <c>1,234 events</c>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="noun">In the singular; a verb may follow: <c>event is</c>.</param>
    /// <param name="plural">Where it is not the singular and an s: <c>events are</c>.</param>
    public static string Of(long count, string noun, string? plural = null) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {Noun(count, noun, plural)}");

    /// <summary>The noun alone, for a log message that has the number as a property of its own.</summary>
    /// <param name="count">How many.</param>
    /// <param name="noun">In the singular.</param>
    /// <param name="plural">Where it is not the singular and an s.</param>
    public static string Noun(long count, string noun, string? plural = null) => count == 1 ? noun : plural ?? $"{noun}s";
}
