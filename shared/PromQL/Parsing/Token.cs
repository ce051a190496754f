namespace ShitOps.PromQL.Parsing;

internal enum TokenKind
{
    End,

    /// <summary>A metric, label or function name, or a keyword; which it is follows from where it stands.</summary>
    Word,
    Number,
    Duration,
    String,
    LeftParenthesis,
    RightParenthesis,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    Comma,
    Colon,
    At,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Caret,
    Assign,
    MatchesPattern,
    NotMatchesPattern,
    EqualEqual,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <param name="Text">What stands in the query; of a string what it means.</param>
/// <param name="Position">Where it begins, in UTF-16 units from 0.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Position)
{
    public bool IsWord(string keyword) => Kind == TokenKind.Word && Text.Equals(keyword, StringComparison.OrdinalIgnoreCase);

    /// <summary>As error texts name it.</summary>
    public override string ToString() => Kind switch
    {
        TokenKind.End => "end of input",
        TokenKind.Word => $"identifier {QuotedText.Of(Text)}",
        TokenKind.Number => $"number {QuotedText.Of(Text)}",
        TokenKind.Duration => $"duration {QuotedText.Of(Text)}",
        TokenKind.String => $"string {QuotedText.Of(Text)}",
        _ => QuotedText.Of(Text),
    };
}
