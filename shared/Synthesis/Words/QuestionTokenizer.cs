using System.Text.RegularExpressions;

namespace ShitOps.Synthesis.Words;

/// <summary>What a token of a question is.</summary>
public enum TokenSort
{
    /// <summary>Letters, perhaps with digits behind them.</summary>
    Word,

    /// <summary>Digits, perhaps with <c>st</c>, <c>nd</c>, <c>rd</c> or <c>th</c>.</summary>
    Number,

    /// <summary>A date in digits, perhaps with a time of day.</summary>
    Date,

    /// <summary>A percentage.</summary>
    Percent,

    /// <summary>One other character, or <c>'s</c>.</summary>
    Sign,
}

/// <summary>A piece of a question.</summary>
/// <param name="Sort">What it is.</param>
/// <param name="Text">As it stands there.</param>
/// <param name="Folded">In small letters, without marks.</param>
/// <param name="Start">Where it begins, in UTF-16 units.</param>
/// <param name="IsGlued">Whether nothing is between it and the token before.</param>
public readonly record struct QuestionToken(TokenSort Sort, string Text, string Folded, int Start, bool IsGlued)
{
    /// <summary>Behind its last character.</summary>
    public int End => Start + Text.Length;
}

/// <summary>Cuts a question into tokens. Blanks, control characters and what is no letter, digit or known sign are left out.</summary>
public static partial class QuestionTokenizer
{
    /// <summary>The tokens in their order.</summary>
    public static List<QuestionToken> Tokens(string question)
    {
        var tokens = new List<QuestionToken>();
        var end = -1;
        foreach (Match match in Piece().Matches(question))
        {
            var sort = match.Groups["date"].Success ? TokenSort.Date
                : match.Groups["percent"].Success ? TokenSort.Percent
                : match.Groups["number"].Success ? TokenSort.Number
                : match.Groups["word"].Success ? TokenSort.Word
                : TokenSort.Sign;
            tokens.Add(new QuestionToken(sort, match.Value, sort == TokenSort.Sign ? Plain(match.Value) : FoldedText.Of(match.Value), match.Index, match.Index == end));
            end = match.Index + match.Length;
        }

        return tokens;
    }

    private static string Plain(string sign) => sign switch
    {
        "’s" or "'s" or "'S" or "’S" => "'s",
        "“" or "”" or "„" or "«" or "»" => "\"",
        "‘" or "’" or "`" => "'",
        "–" or "—" or "‐" or "−" => "-",
        _ => sign,
    };

    // Its time grows with the question's length alone, which is bounded: a limit by the clock would only fail on a machine that stands still.
    [GeneratedRegex(
        """
        (?<date> (?<![\w-]) (?: \d{4}-\d{1,2}-\d{1,2} (?: [T\ ] \d{1,2}:\d{2} (?: :\d{2} )? Z? )? | \d{1,2}[/.]\d{1,2}[/.]\d{4} | \d{4}/\d{1,2}/\d{1,2} | \d{4}-\d{2} ) (?! [\w] | -\d ) )
        | (?<percent> \d{1,3} (?: [.]\d+ )? \s? (?: % | percent\b | per\s cent\b ) )
        | (?<number> \d+ (?: st | nd | rd | th )? (?! \p{L} ) )
        | (?<word> [\p{L}\p{Nd}] [\p{L}\p{M}\p{Nd}]* )
        | ['’][sS](?! \w ) | [^\s\p{C}\w] | _
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant,
        Timeout.Infinite)]
    private static partial Regex Piece();
}
