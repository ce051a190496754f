using System.Numerics;

namespace ShitOps.PromQL;

/// <summary>Hexadecimal floating point as C and Go write it: digits with a point or not, <c>p</c>, and an exponent of two in decimal digits.</summary>
internal static class HexadecimalText
{
    // Of a double's significand, and of what is gathered before it is rounded: the last bit of that stands for all below.
    private const int Significand = 53;
    private const int Gathered = 60;

    private const int LeastExponent = -1074;

    // Far beyond what any number of digits that somebody writes makes up for.
    private const int MostExponent = 1_000_000;

    /// <summary>Reads the number behind <c>0x</c>, rounded to the nearest double, halves to even; infinite, if it is too large.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out double value)
    {
        value = double.NaN;
        var (bits, exponent, hasDigits, hasPoint, at) = (0UL, 0, false, false, 0);
        for (; at < text.Length && (char.IsAsciiHexDigit(text[at]) || (text[at] == '.' && !hasPoint)); at++)
        {
            if (text[at] == '.')
            {
                hasPoint = true;
                continue;
            }

            hasDigits = true;
            var digit = (ulong)(char.IsAsciiDigit(text[at]) ? text[at] - '0' : (text[at] | 0x20) - 'a' + 10);
            if (bits >> (Gathered - 4) == 0) bits = (bits << 4) | digit;
            else
            {
                bits |= digit == 0 ? 0UL : 1;
                exponent += 4;
            }

            if (hasPoint) exponent -= 4;
        }

        if (!hasDigits || at == text.Length || text[at] is not ('p' or 'P')) return false;
        at++;
        var isNegative = at < text.Length && text[at] == '-';
        if (at < text.Length && text[at] is '+' or '-') at++;
        if (at == text.Length) return false;
        var power = 0;
        for (; at < text.Length; at++)
        {
            if (!char.IsAsciiDigit(text[at])) return false;
            power = Math.Min(MostExponent, (power * 10) + (text[at] - '0'));
        }

        value = Rounded(bits, exponent + (isNegative ? -power : power));
        return true;
    }

    /// <summary>The double that is nearest to some bits times a power of two.</summary>
    private static double Rounded(ulong bits, int exponent)
    {
        // Below the least exponent a double has fewer bits.
        var surplus = Math.Max(64 - BitOperations.LeadingZeroCount(bits) - Significand, LeastExponent - exponent);
        if (bits == 0 || surplus > Gathered) return 0;
        if (surplus <= 0) return Math.ScaleB(bits, exponent);
        var (kept, rest, half) = (bits >> surplus, bits & ((1UL << surplus) - 1), 1UL << (surplus - 1));
        if (rest > half || (rest == half && kept % 2 == 1)) kept++;
        return Math.ScaleB(kept, exponent + surplus);
    }
}
