using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace ShitOps.PromQL;

/// <summary>A regular expression of RE2's syntax that must match a whole text. Matching takes time linear in the text, whatever the pattern.</summary>
internal sealed class AnchoredPattern
{
    private readonly Regex? _regex;
    private readonly FrozenSet<string>? _literals;

    private AnchoredPattern(Regex? regex, FrozenSet<string>? literals, IReadOnlyList<string> groups)
    {
        _regex = regex;
        _literals = literals;
        Groups = groups;
    }

    /// <summary>The texts that match, if the pattern only lists texts; else null.</summary>
    public IReadOnlyCollection<string>? Literals => _literals;

    /// <summary>The names of the capture groups by their number; empty: the group has none. The first is the whole match.</summary>
    public IReadOnlyList<string> Groups { get; }

    /// <summary>A pattern to test texts with. One that only lists texts needs no regular expression.</summary>
    /// <exception cref="QueryException">It is no pattern of RE2's syntax.</exception>
    public static AnchoredPattern Parse(string pattern) =>
        TextAlternatives.Read(pattern) is { } literals ? new(null, literals.ToFrozenSet(StringComparer.Ordinal), [""]) : ParseWithGroups(pattern);

    /// <summary>A pattern whose capture groups are of interest.</summary>
    /// <exception cref="QueryException">It is no pattern of RE2's syntax.</exception>
    public static AnchoredPattern ParseWithGroups(string pattern)
    {
        var translated = Re2Translation.Of(pattern);
        try
        {
            var regex = new Regex($"\\A(?:{translated.Pattern})\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Regex.InfiniteMatchTimeout);
            return new(regex, null, translated.Groups);
        }
        catch (Exception refused) when (refused is ArgumentException or NotSupportedException or InsufficientExecutionStackException)
        {
            throw new QueryException(QueryErrorKind.BadData, $"error parsing regexp: expression too large: `{pattern}`", refused);
        }
    }

    public bool Matches(string text) => _literals?.Contains(text) ?? _regex!.IsMatch(text);

    /// <summary>The match with its groups, numbered as in the pattern. For patterns of <see cref="ParseWithGroups"/>.</summary>
    public Match Match(string text) => _regex!.Match(text);
}
