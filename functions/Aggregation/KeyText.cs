using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ShitOps.Aggregation;

/// <summary>
/// Writes any text, such as a project's name, as a part of a RowKey: ASCII letters, digits, <c>-</c>, <c>_</c> and <c>.</c> stand for
/// themselves, every other byte of the UTF-8 is <c>~</c> and two hexadecimal digits. A text that becomes longer than
/// <see cref="MostLength"/> is cut, and ends with <c>~~</c> and 32 hexadecimal digits of its SHA-256; the text itself is then kept in the row.
/// </summary>
internal static class KeyText
{
    /// <summary>The most characters of a part: two of them and their prefix stay below the 512 of a RowKey.</summary>
    public const int MostLength = 200;

    private const string Cut = "~~";
    private const int HashDigits = 32;

    /// <summary>The text as a part of a RowKey; different texts give different parts.</summary>
    public static string Of(string text)
    {
        if (text.Length <= MostLength && IsPlain(text)) return text;

        var utf8 = Encoding.UTF8.GetBytes(text);
        var part = new StringBuilder();
        foreach (var b in utf8)
        {
            var c = (char)b;
            var length = part.Length;
            if (IsPlain(c)) part.Append(c);
            else part.Append('~').Append(b.ToString("X2", CultureInfo.InvariantCulture));
            if (part.Length <= MostLength) continue;

            part.Length = Math.Min(length, MostLength - Cut.Length - HashDigits);
            while (part[^1] == '~' || (part.Length > 1 && part[^2] == '~')) part.Length--;
            return part.Append(Cut).Append(Convert.ToHexStringLower(SHA256.HashData(utf8)), 0, HashDigits).ToString();
        }

        return part.ToString();
    }

    /// <summary>Whether the part was cut, so that it does not tell the text.</summary>
    public static bool IsCut(string part) => part.Contains(Cut, StringComparison.Ordinal);

    /// <summary>The text of a part that is not cut.</summary>
    public static string TextOf(string part)
    {
        if (!part.Contains('~', StringComparison.Ordinal)) return part;
        var utf8 = new byte[part.Length];
        var length = 0;
        for (var i = 0; i < part.Length; i++)
        {
            if (part[i] != '~')
            {
                utf8[length++] = (byte)part[i];
                continue;
            }

            utf8[length++] = byte.Parse(part.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            i += 2;
        }

        return Encoding.UTF8.GetString(utf8, 0, length);
    }

    private static bool IsPlain(string text)
    {
        foreach (var c in text)
            if (!IsPlain(c)) return false;
        return true;
    }

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.';
}
