using System.Globalization;
using ShitOps.Synthesis.Words;

namespace ShitOps.Synthesis.Times;

/// <summary>Whole numbers in digits and in words.</summary>
internal static class NumberWords
{
    private static readonly string[] Small =
    [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
        "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
    ];

    private static readonly Dictionary<string, int> Large = new(StringComparer.Ordinal)
    {
        ["dozen"] = 12, ["thirty"] = 30, ["forty"] = 40, ["fifty"] = 50, ["sixty"] = 60, ["ninety"] = 90, ["hundred"] = 100,
    };

    /// <summary>The number that begins at a token, and behind which token it ends.</summary>
    public static bool TryRead(IReadOnlyList<QuestionToken> tokens, int at, out int number, out int end)
    {
        (number, end) = (0, at);
        if (at >= tokens.Count) return false;
        var token = tokens[at];
        if (token.Sort == TokenSort.Number && char.IsAsciiDigit(token.Text[^1]))
        {
            end = at + 1;
            return int.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        }

        if (token.Sort != TokenSort.Word) return false;
        if (token.Folded is "a" or "an" && at + 2 < tokens.Count && tokens[at + 1].Folded is "couple" or "dozen" or "hundred")
        {
            (number, end) = tokens[at + 1].Folded switch { "couple" => (2, at + 2), "dozen" => (12, at + 2), _ => (100, at + 2) };
            if (tokens[end].Folded == "of") end++;
            return true;
        }

        number = Array.IndexOf(Small, token.Folded);
        if (number < 0 && !Large.TryGetValue(token.Folded, out number)) return false;
        end = at + 1;
        return true;
    }

    /// <summary>The day of a month, as 1, 1st or first.</summary>
    public static bool TryReadDay(QuestionToken token, out int day)
    {
        day = 0;
        if (token.Sort != TokenSort.Number) return false;
        var digits = token.Text.AsSpan().TrimEnd("stndrhSTNDRH");
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out day) && day is >= 1 and <= 31;
    }
}
