using ShitOps.Planning;
using ShitOps.Synthesis.Names;
using ShitOps.Synthesis.Times;
using ShitOps.Synthesis.Words;

namespace ShitOps.Synthesis;

/// <summary>
/// A question as the network reads it: words, and a sign such as <c>[team]</c> for each name, time and number that was found by rule, so that
/// what is learnt holds for names never seen.
/// </summary>
public sealed class PreparedQuestion
{
    /// <summary>The most items that are read; what is behind them is cut off.</summary>
    public const int MostItems = 48;

    private PreparedQuestion(List<QuestionItem> items, bool isCut)
    {
        Items = items;
        IsCut = isCut;
    }

    /// <summary>Words and signs in their order.</summary>
    public IReadOnlyList<QuestionItem> Items { get; }

    /// <summary>Whether the question is longer than what is read.</summary>
    public bool IsCut { get; }

    /// <summary>Finds names, times and numbers.</summary>
    /// <param name="question">The question.</param>
    /// <param name="now">When it is asked; UTC.</param>
    /// <param name="names">The catalogue.</param>
    public static PreparedQuestion Of(string question, DateTime now, NameIndex names)
    {
        var tokens = QuestionTokenizer.Tokens(question);
        var times = TimeReader.Read(tokens, now);
        if (times.Count > 0)
        {
            // A milestone "March release" is no month.
            var longer = NameReader.Read(tokens, names, new bool[tokens.Count]);
            times.RemoveAll(time => longer.Any(name => name.Distance == 0 && name.Start < time.End && time.Start < name.End && (name.Start < time.Start || time.End < name.End)
                && name.End - name.Start > 1));
        }

        var isTaken = new bool[tokens.Count];
        foreach (var time in times) isTaken.AsSpan(time.Start, time.End - time.Start).Fill(true);
        var found = NameReader.Read(tokens, names, isTaken);
        var items = new List<QuestionItem>();
        for (var at = 0; at < tokens.Count;)
        {
            if (times.Find(time => time.Start == at) is { } time)
            {
                items.Add(new QuestionItem(TimeSign(time, now), TextOf(question, tokens, time.Start, time.End)) { Time = time });
                at = time.End;
            }
            else if (found.Find(name => name.Start == at) is { } name)
            {
                items.Add(new QuestionItem($"[{name.Field.Word()}]", TextOf(question, tokens, name.Start, name.End)) { Name = name });
                at = name.End;
            }
            else if (tokens[at].Sort == TokenSort.Number && QuantileSign(tokens, at) is { } ordinal)
            {
                items.Add(new QuestionItem(ordinal, tokens[at].Text));
                at++;
            }
            else if (tokens[at].Sort is TokenSort.Number or TokenSort.Word && IsCount(tokens, at) && NumberWords.TryRead(tokens, at, out var number, out var end) && number > 0)
            {
                items.Add(new QuestionItem("[number]", TextOf(question, tokens, at, end)) { Number = number });
                at = end;
            }
            else if (EndOfFiller(tokens, at) is { } behind)
            {
                at = behind;
            }
            else
            {
                if (WordOf(tokens, at) is { } word) items.Add(new QuestionItem(word, tokens[at].Text));
                at++;
            }
        }

        var isCut = items.Count > MostItems;
        return new PreparedQuestion(isCut ? items[..MostItems] : items, isCut);
    }

    /// <summary>A question whose items are known already.</summary>
    internal static PreparedQuestion Of(List<QuestionItem> items) => new(items, isCut: false);

    /// <summary>"one" and "hundred" by themselves are seldom counts.</summary>
    private static bool IsCount(List<QuestionToken> tokens, int at) => tokens[at].Folded is not ("one" or "zero" or "hundred" or "a" or "an");

    private static string? QuantileSign(List<QuestionToken> tokens, int at) =>
        tokens[at].Text.EndsWith("th", StringComparison.OrdinalIgnoreCase) && at + 1 < tokens.Count && tokens[at + 1].Folded.StartsWith("percentile", StringComparison.Ordinal)
            ? QuantileSign(tokens[at].Text[..^2])
            : at > 0 && tokens[at - 1].Folded is "percentile" or "quantile" or "p" ? QuantileSign(tokens[at].Text) : null;

    private static string QuantileSign(string number) => number switch { "50" => "[q50]", "85" => "[q85]", "95" => "[q95]", _ => "[quantile]" };

    /// <summary>
    /// Behind words that would only stand where a name might: short forms of please and thanks, and "so far" and "to date", as until now is what a
    /// question without a time means. With a unit of time before them they are a part of what is read as a time.
    /// </summary>
    private static int? EndOfFiller(List<QuestionToken> tokens, int at)
    {
        var end = (Folded(at), Folded(at + 1)) switch
        {
            ("pls" or "plz" or "thx" or "tnx" or "tia" or "asap" or "cheers", _) => at + 1,
            ("so" or "thus", "far") or ("to", "date") or ("until" or "till", "now") => at + 2,
            ("up", "to" or "until" or "till") when Folded(at + 2) == "now" => at + 3,
            _ => at,
        };
        return end == at || (end > at + 1 && Folded(end) is "behind" or "ahead" or "away" or "off" or "from" or "of") ? null : end;

        string Folded(int token) => token < tokens.Count ? tokens[token].Folded : string.Empty;
    }

    private static string? WordOf(List<QuestionToken> tokens, int at) =>
        Contractions.At(tokens, at) is { Second: var second } ? second
        : Contractions.At(tokens, at + 2) is { First: var first } ? first
        : WordOf(tokens[at]);

    private static string? WordOf(QuestionToken token) => token.Sort switch
    {
        TokenSort.Percent => QuantileSign(string.Concat(token.Text.TakeWhile(char.IsAsciiDigit))),
        TokenSort.Word when token.Folded is ['p', >= '0' and <= '9', >= '0' and <= '9'] => QuantileSign(token.Folded[1..]),
        TokenSort.Word => token.Folded,
        TokenSort.Number or TokenSort.Date => "[digits]",
        _ => token.Folded is "'s" or ">" or "<" or "$" or "€" or "£" or "%" or "+" or "*" or "=" ? token.Folded : token.Folded == "&" ? "and" : null,
    };

    private static string TimeSign(TimeMention time, DateTime now)
    {
        if (time.Past is not { } past) return "[now]";
        var today = DateOnly.FromDateTime(now);
        if (past.IsOneDay && past.To!.Value.Day == today) return "[today]";
        if (time.Ahead is { } ahead && ahead != past && past.To?.Day != today) return "[either]";
        if (past.From is { } from && from.Instant > now) return "[future]";
        return past.To is { } to && to.Day < today ? "[past]" : "[span]";
    }

    private static string TextOf(string question, List<QuestionToken> tokens, int start, int end) => question[tokens[start].Start..tokens[end - 1].End];
}

/// <summary>A word of a question, or a sign for a name, a time or a number.</summary>
/// <param name="Word">The word in small letters, or the sign in brackets.</param>
/// <param name="Text">As it stands in the question.</param>
public sealed record QuestionItem(string Word, string Text)
{
    /// <summary>The name that the sign stands for.</summary>
    public NameMention? Name { get; init; }

    /// <summary>The time that the sign stands for.</summary>
    public TimeMention? Time { get; init; }

    /// <summary>The number that the sign stands for.</summary>
    public int? Number { get; init; }

    /// <summary>Whether it stands for something that may become a part of the query.</summary>
    public bool IsMention => Name is not null || Time is not null || Number is not null;
}
