using System.Text;
using ShitOps.Events;

namespace ShitOps.Cli.Import;

/// <summary>Timestamps as trackers write them: RFC 3339, and Jira's offsets without a colon, <c>2015-04-24T12:04:05.000+0000</c>.</summary>
internal static class TrackerTime
{
    /// <summary>Reads an instant.</summary>
    public static bool TryParse(string text, out DateTimeOffset utc)
    {
        if (text.Length > 5 && text[^5] is '+' or '-') text = $"{text[..^2]}:{text[^2..]}";
        return Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out utc);
    }

    /// <summary>Reads a date, or the day in UTC of an instant.</summary>
    public static bool TryParseDay(string text, out DateOnly day)
    {
        if (Rfc3339.TryParseDate(Encoding.UTF8.GetBytes(text), out day)) return true;
        if (!TryParse(text, out var instant)) return false;
        day = DateOnly.FromDateTime(instant.UtcDateTime);
        return true;
    }
}
