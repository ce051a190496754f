using System.Buffers.Text;
using System.Runtime.Intrinsics;

namespace ShitOps.Events;

/// <summary>
/// Timestamps and dates of RFC 3339, read from UTF-8. The framework's own readers take a timestamp without an offset for
/// local time, which would make the same event mean different things on different machines.
/// </summary>
public static class Rfc3339
{
    /// <summary>
    /// Reads a <c>date-time</c>: <c>2026-01-31T12:00:00.1234567+01:00</c>; <c>t</c>, <c>z</c> and a blank for <c>T</c> are allowed by
    /// the RFC. Digits after the seventh decimal are cut off; the leap second :60 counts as the last tick of :59.
    /// </summary>
    /// <returns>False if it is none, or if the instant lies outside the years 1 to 9999 in UTC.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out DateTimeOffset utc)
    {
        utc = default;
        if (text.Length < 20 || !TryParseMinute(text[..16], out var minute) || text[16] != ':' || !Digits(text, 17, 2, out var second) || second > 60) return false;

        var ticks = 0;
        var at = 19;
        if (text[at] == '.')
        {
            var first = ++at;
            for (var scale = 1_000_000; at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9'; at++, scale /= 10)
                ticks += (text[at] - '0') * scale;
            if (at == first) return false;
        }

        if (second == 60) (second, ticks) = (59, (int)TimeSpan.TicksPerSecond - 1);

        if (at >= text.Length) return false;
        var offset = 0;
        if (text[at] is (byte)'Z' or (byte)'z')
        {
            if (text.Length != at + 1) return false;
        }
        else
        {
            if (text[at] is not ((byte)'+' or (byte)'-') || text.Length != at + 6 || text[at + 3] != ':') return false;
            if (!Digits(text, at + 1, 2, out var hours) || !Digits(text, at + 4, 2, out var minutes) || hours > 23 || minutes > 59) return false;
            offset = ((hours * 60) + minutes) * (text[at] == '-' ? -1 : 1);
        }

        var local = minute.Ticks + (second * TimeSpan.TicksPerSecond) + ticks;
        var instant = local - (offset * TimeSpan.TicksPerMinute);
        if (instant < DateTime.MinValue.Ticks || instant > DateTime.MaxValue.Ticks) return false;
        utc = new DateTimeOffset(instant, TimeSpan.Zero);
        return true;
    }

    /// <summary>Reads a <c>full-date</c>: <c>2026-01-31</c>.</summary>
    public static bool TryParseDate(ReadOnlySpan<byte> text, out DateOnly date)
    {
        date = default;
        if (text.Length != 10 || text[4] != '-' || text[7] != '-') return false;
        if (!Digits(text, 0, 4, out var year) || !Digits(text, 5, 2, out var month) || !Digits(text, 8, 2, out var day)) return false;
        if (!IsDate(year, month, day)) return false;
        date = new DateOnly(year, month, day);
        return true;
    }

    /// <summary>Writes a timestamp in UTC with the digits it needs: <c>2026-01-31T12:00:00Z</c>, <c>2026-01-31T12:00:00.5Z</c>.</summary>
    public static string Format(DateTimeOffset time)
    {
        Span<byte> buffer = stackalloc byte[33];
        Utf8Formatter.TryFormat(time.UtcDateTime, buffer, out var written, 'O');
        var text = buffer[..(written - 1)].TrimEnd((byte)'0').TrimEnd((byte)'.');
        return System.Text.Encoding.ASCII.GetString(text) + "Z";
    }

    /// <summary>Reads what a timestamp begins with, up to the minute: <c>2026-01-31T12:00</c>.</summary>
    private static bool TryParseMinute(ReadOnlySpan<byte> text, out DateTime minute)
    {
        minute = default;
        var bytes = Vector128.Create(text);
        var digits = bytes - Vector128.Create((byte)'0');
        var separators = Vector128.Create("0000-00-00T00:00"u8);
        var fits = Vector128.ConditionalSelect(
            Vector128.Equals(separators, Vector128.Create((byte)'0')), Vector128.LessThan(digits, Vector128.Create((byte)10)), Vector128.Equals(bytes, separators));
        var places = fits.ExtractMostSignificantBits();
        if (places != 0xffff && (places != 0xfbff || text[10] is not ((byte)'t' or (byte)' '))) return false;

        // The halves of the year, month, day, hour, minute. An index beyond the vector gives 0.
        var tens = Vector128.Shuffle(digits, Vector128.Create(0, 2, 5, 8, 11, 14, 255, 255, 255, 255, 255, 255, 255, 255, 255, (byte)255));
        var ones = Vector128.Shuffle(digits, Vector128.Create(1, 3, 6, 9, 12, 15, 255, 255, 255, 255, 255, 255, 255, 255, 255, (byte)255));
        var pairs = ((tens * 10) + ones).AsUInt64()[0];
        var (year, month, day) = (((byte)pairs * 100) + (byte)(pairs >> 8), (byte)(pairs >> 16), (byte)(pairs >> 24));
        var (hour, minutes) = ((byte)(pairs >> 32), (byte)(pairs >> 40));
        if (!IsDate(year, month, day) || hour > 23 || minutes > 59) return false;
        minute = new DateTime(year, month, day, hour, minutes, 0);
        return true;
    }

    private static bool IsDate(int year, int month, int day) =>
        year >= 1 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);

    private static bool Digits(ReadOnlySpan<byte> text, int start, int count, out int value)
    {
        value = 0;
        for (var i = start; i < start + count; i++)
        {
            var digit = text[i] - '0';
            if ((uint)digit > 9) return false;
            value = (value * 10) + digit;
        }

        return true;
    }
}
