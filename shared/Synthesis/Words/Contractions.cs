namespace ShitOps.Synthesis.Words;

/// <summary>"I'm", "we've", "isn't": two words, of which neither what stands before the apostrophe nor what stands behind it is a name.</summary>
internal static class Contractions
{
    /// <summary>The two words; null: it is no contraction. <c>'s</c> is none here, as it may be a genitive.</summary>
    /// <param name="before">What stands before the apostrophe, folded.</param>
    /// <param name="rest">What stands behind it, folded.</param>
    public static (string First, string Second)? Of(string before, string rest) => rest switch
    {
        "m" => (before, "am"),
        "re" => (before, "are"),
        "ve" => (before, "have"),
        "ll" => (before, "will"),
        "d" => (before, "would"),
        "t" when before.Length > 2 && before[^1] == 'n' => (before switch { "won" => "will", "can" => "can", "shan" => "shall", _ => before[..^1] }, "not"),
        _ => null,
    };

    /// <summary>The contraction whose rest a token is; null: it is none.</summary>
    public static (string First, string Second)? At(IReadOnlyList<QuestionToken> tokens, int rest) =>
        rest >= 2 && rest < tokens.Count && tokens[rest] is { Sort: TokenSort.Word, IsGlued: true } && tokens[rest - 1] is { Folded: "'", IsGlued: true } && tokens[rest - 2].Sort == TokenSort.Word
            ? Of(tokens[rest - 2].Folded, tokens[rest].Folded)
            : null;
}
