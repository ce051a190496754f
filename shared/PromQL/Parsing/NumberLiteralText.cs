using System.Globalization;

namespace ShitOps.PromQL.Parsing;

/// <summary>Number literals: decimal, hexadecimal (0x1f), and octal as in C (017 is 15, but 08 is 8).</summary>
internal static class NumberLiteralText
{
    // 63 bits.
    private const int MostOctalDigits = 21;

    public static bool TryParse(string text, out double value)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            var isHex = long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) && hex >= 0;
            value = hex;
            return isHex;
        }

        if (text.Length > 1 && text[0] == '0' && text.TrimStart('0').Length <= MostOctalDigits && text.All(c => c is >= '0' and <= '7'))
        {
            value = Convert.ToInt64(text, 8);
            return true;
        }

        return NumberText.TryParse(text, out value);
    }
}
