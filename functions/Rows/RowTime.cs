using System.Globalization;
using System.Text;
using ShitOps.Events;

namespace ShitOps.Rows;

/// <summary>Times in the query of an address.</summary>
internal static class RowTime
{
    /// <summary>What a time may look like, in words.</summary>
    public const string Expected = "a time such as 2026-01-31T12:00:00Z, a date such as 2026-01-31, or seconds or milliseconds since 1970";

    // As seconds the year 5138, as milliseconds March of 1973.
    private const long FirstMilliseconds = 100_000_000_000;
    private const int OffsetLength = 6;

    /// <summary>Reads RFC 3339, a date, or a number since 1970: seconds, or from 10¹¹ on milliseconds, as Grafana's <c>${__from}</c> is.</summary>
    /// <param name="query">The query.</param>
    /// <param name="name">The parameter, which has a value.</param>
    /// <param name="expected">What the answer says of a value that is none of them.</param>
    /// <param name="wholeDay">Whether a date stands for its end instead of its beginning.</param>
    /// <exception cref="RowProblemException">It is none of them.</exception>
    public static DateTimeOffset Of(RowQuery query, string name, string expected, bool wholeDay)
    {
        var text = query.Value(name)!;

        // In a query a plus sign that is not written %2B is a blank, and nowhere in a time may one stand before its offset.
        if (text.Length > OffsetLength && text[^OffsetLength] == ' ' && text.Contains('T', StringComparison.OrdinalIgnoreCase)) text = $"{text[..^OffsetLength]}+{text[^(OffsetLength - 1)..]}";
        var utf8 = Encoding.UTF8.GetBytes(text);
        if (Rfc3339.TryParse(utf8, out var time)) return time;
        if (Rfc3339.TryParseDate(utf8, out var date)) return !wholeDay ? AtMidnight(date) : date == DateOnly.MaxValue ? DateTimeOffset.MaxValue : AtMidnight(date.AddDays(1));
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) throw query.Unexpected(name, expected);
        try
        {
            return Math.Abs(number) >= FirstMilliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(number) : DateTimeOffset.FromUnixTimeSeconds(number);
        }
        catch (Exception fault) when (fault is ArgumentOutOfRangeException or OverflowException)
        {
            throw query.Unexpected(name, expected);
        }
    }

    private static DateTimeOffset AtMidnight(DateOnly date) => new(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
}
