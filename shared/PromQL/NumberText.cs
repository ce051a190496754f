using System.Globalization;
using System.Text;

namespace ShitOps.PromQL;

/// <summary>Numbers as Prometheus writes and reads them. The shortest digits that give the same number back.</summary>
public static class NumberText
{
    /// <summary>Without an exponent, however long: as scalars in JSON answers and labels of <c>count_values</c>.</summary>
    public static string Plain(double value)
    {
        if (!double.IsFinite(value)) return Special(value);
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        if (!text.Contains('E')) return text;

        var (sign, digits, pointAt) = Digits(text);
        if (pointAt <= 0) return $"{sign}0.{new string('0', -pointAt)}{digits}";
        return pointAt >= digits.Length ? sign + digits + new string('0', pointAt - digits.Length) : $"{sign}{digits[..pointAt]}.{digits[pointAt..]}";
    }

    /// <summary>With an exponent if it is below −6 or above 20: as samples in JSON answers.</summary>
    public static string Sample(double value) => WithExponentBeyond(value, 1e-6, 1e21);

    /// <summary>With an exponent if it is below −4 or above 5: as in expressions.</summary>
    public static string General(double value) => WithExponentBeyond(value, 1e-4, 1e6);

    /// <summary>
    /// Reads a number as Go's strconv.ParseFloat does, by which Prometheus reads labels such as <c>le</c>, literals, and parameters of its API: decimal,
    /// with an exponent of ten or not; hexadecimal, always with one of two (<c>0x1.8p-1</c>); Inf, Infinity and NaN in any case. Single underscores may
    /// stand between digits, and behind <c>0x</c>. What is too large for a double is no number, what is too small is 0.
    /// </summary>
    public static bool TryParse(string text, out double value)
    {
        value = double.NaN;
        var unsigned = text is ['+' or '-', ..] ? text[1..] : text;
        var sign = text.StartsWith('-') ? -1 : 1;
        if (unsigned.Equals("inf", StringComparison.OrdinalIgnoreCase) || unsigned.Equals("infinity", StringComparison.OrdinalIgnoreCase))
        {
            value = sign * double.PositiveInfinity;
            return true;
        }

        if (text.Equals("nan", StringComparison.OrdinalIgnoreCase)) return true;
        var isHexadecimal = unsigned is ['0', 'x' or 'X', ..];
        if (unsigned.Contains('_') && !TryRemoveUnderscores(isHexadecimal, ref unsigned)) return false;
        if (!(isHexadecimal ? HexadecimalText.TryParse(unsigned.AsSpan(2), out value) : TryParseDecimal(unsigned, out value)) || double.IsInfinity(value)) return false;
        value *= sign;
        return true;
    }

    private static bool TryParseDecimal(string text, out double value)
    {
        value = double.NaN;

        // .NET overlooks NUL at the end.
        return text is [(>= '0' and <= '9') or '.', ..] && text[^1] != '\0' && double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Takes the underscores out of a number; false: one does not stand between digits, of which the x of <c>0x</c> counts as one.</summary>
    private static bool TryRemoveUnderscores(bool isHexadecimal, ref string text)
    {
        for (var i = 0; i < text.Length; i++)
            if (text[i] == '_' && !(i > 0 && i + 1 < text.Length && (IsDigit(text[i - 1]) || (isHexadecimal && i == 2)) && IsDigit(text[i + 1]))) return false;
        text = text.Replace("_", "", StringComparison.Ordinal);
        return true;

        bool IsDigit(char c) => isHexadecimal ? char.IsAsciiHexDigit(c) : char.IsAsciiDigit(c);
    }

    /// <summary>With an exponent unless its magnitude is 0, or at least <paramref name="least"/> and less than <paramref name="limit"/>.</summary>
    private static string WithExponentBeyond(double value, double least, double limit)
    {
        var magnitude = Math.Abs(value);
        if (value == 0 || !double.IsFinite(value) || (magnitude >= least && magnitude < limit)) return Plain(value);
        var (sign, digits, pointAt) = Digits(value.ToString("R", CultureInfo.InvariantCulture));
        var exponent = pointAt - 1;
        var result = new StringBuilder(sign).Append(digits[0]);
        if (digits.Length > 1) result.Append('.').Append(digits, 1, digits.Length - 1);
        return result.Append(CultureInfo.InvariantCulture, $"e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}").ToString();
    }

    /// <summary>The significant digits of a number's text, and where the point stands among them.</summary>
    private static (string Sign, string Digits, int PointAt) Digits(string text)
    {
        var sign = text[0] == '-' ? "-" : "";
        var exponentAt = text.IndexOf('E');
        var exponent = exponentAt < 0 ? 0 : int.Parse(text.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = exponentAt < 0 ? text[sign.Length..] : text[sign.Length..exponentAt];
        var point = mantissa.IndexOf('.');
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal).TrimEnd('0');
        return (sign, digits, (point < 0 ? mantissa.Length : point) + exponent);
    }

    private static string Special(double value) => double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}
