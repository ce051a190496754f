using System.Globalization;
using System.Text;

namespace ShitOps.PromQL;

/// <summary>Texts in double quotes, with the escapes of Go's <c>%q</c>, which PromQL reads back.</summary>
public static class QuotedText
{
    public static string Of(string text)
    {
        var quoted = new StringBuilder(text.Length + 2);
        Append(quoted, text);
        return quoted.ToString();
    }

    public static void Append(StringBuilder to, string text)
    {
        to.Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"': to.Append("\\\""); break;
                case '\\': to.Append("\\\\"); break;
                case '\a': to.Append("\\a"); break;
                case '\b': to.Append("\\b"); break;
                case '\f': to.Append("\\f"); break;
                case '\n': to.Append("\\n"); break;
                case '\r': to.Append("\\r"); break;
                case '\t': to.Append("\\t"); break;
                case '\v': to.Append("\\v"); break;
                case < 0x80: AppendAscii(to, rune.Value); break;
                default: AppendBeyondAscii(to, rune); break;
            }
        }

        to.Append('"');
    }

    private static void AppendAscii(StringBuilder to, int c)
    {
        if (c is >= 0x20 and < 0x7f) to.Append((char)c);
        else to.Append(CultureInfo.InvariantCulture, $"\\x{c:x2}");
    }

    private static void AppendBeyondAscii(StringBuilder to, Rune rune)
    {
        var isPrinted = Rune.GetUnicodeCategory(rune) is not (
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
        if (isPrinted) to.Append(rune.ToString());
        else if (rune.IsBmp) to.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
        else to.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
    }
}
