using System.Globalization;
using System.Text;

namespace ShitOps.PromQL.Parsing;

/// <summary>
/// String literals: in double or single quotes with Go's escapes (\n, \xff, \101, \u00e9, \U0001f680, …), or in back-ticks, where every
/// character stands for itself. \x and octal escapes are bytes of UTF-8; what is no UTF-8 becomes U+FFFD.
/// </summary>
internal static class StringText
{
    /// <summary>Reads the literal that begins at <paramref name="at"/>, and moves behind it.</summary>
    /// <exception cref="ParseException">It does not end, or has an escape that there is not.</exception>
    public static string Read(string query, ref int at)
    {
        var start = at;
        var quote = query[at++];
        if (quote == '`')
        {
            var end = query.IndexOf('`', at);
            if (end < 0) throw new ParseException(query, start, "unterminated raw string");
            var raw = query[at..end];
            at = end + 1;
            return raw;
        }

        var bytes = new List<byte>();
        while (true)
        {
            if (at >= query.Length || query[at] == '\n') throw new ParseException(query, start, "unterminated quoted string");
            if (query[at] == quote) break;
            if (query[at] == '\\') ReadEscape(query, ref at, quote, bytes);
            else AppendRune(bytes, NextRune(query, ref at));
        }

        at++;
        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static Rune NextRune(string query, ref int at)
    {
        if (!Rune.TryGetRuneAt(query, at, out var rune)) rune = Rune.ReplacementChar;
        at += rune.Utf16SequenceLength;
        return rune;
    }

    private static void ReadEscape(string query, ref int at, char quote, List<byte> to)
    {
        var start = at++;
        if (at >= query.Length) throw new ParseException(query, start, "escape sequence not terminated");
        var c = query[at++];
        switch (c)
        {
            case 'a': to.Add((byte)'\a'); break;
            case 'b': to.Add((byte)'\b'); break;
            case 'f': to.Add((byte)'\f'); break;
            case 'n': to.Add((byte)'\n'); break;
            case 'r': to.Add((byte)'\r'); break;
            case 't': to.Add((byte)'\t'); break;
            case 'v': to.Add((byte)'\v'); break;
            case '\\': to.Add((byte)'\\'); break;
            case >= '0' and <= '7':
                at--;
                var octal = Digits(query, ref at, start, 3, 8);
                if (octal > 255) throw new ParseException(query, start, "escape sequence is an invalid Unicode code point");
                to.Add((byte)octal);
                break;
            case 'x': to.Add((byte)Digits(query, ref at, start, 2, 16)); break;
            case 'u' or 'U':
                var code = Digits(query, ref at, start, c == 'u' ? 4 : 8, 16);
                if (!Rune.IsValid(code)) throw new ParseException(query, start, "escape sequence is an invalid Unicode code point");
                AppendRune(to, new Rune(code));
                break;
            default:
                if (c != quote) throw new ParseException(query, start, $"unknown escape sequence {QuotedText.Of(query[start..at])}");
                to.Add((byte)c);
                break;
        }
    }

    private static uint Digits(string query, ref int at, int start, int count, uint radix)
    {
        uint value = 0;
        for (var end = at + count; at < end; at++)
        {
            if (at >= query.Length) throw new ParseException(query, start, "escape sequence not terminated");
            if (!uint.TryParse(query.AsSpan(at, 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var digit) || digit >= radix)
                throw new ParseException(query, start, $"unknown escape sequence {QuotedText.Of(query[start..(at + 1)])}");
            value = value * radix + digit;
        }

        return value;
    }

    private static void AppendRune(List<byte> to, Rune rune)
    {
        Span<byte> utf8 = stackalloc byte[4];
        to.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
    }
}
