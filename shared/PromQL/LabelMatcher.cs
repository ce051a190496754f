using System.Text;

namespace ShitOps.PromQL;

/// <summary>How a matcher compares.</summary>
public enum MatchOperator
{
    Equal,
    NotEqual,
    Matches,
    NotMatches,
}

/// <summary>One condition on a label. An absent label has the empty value.</summary>
public sealed class LabelMatcher : IEquatable<LabelMatcher>
{
    private readonly AnchoredPattern? _pattern;

    /// <exception cref="QueryException">The pattern of =~ or !~ is no regular expression of RE2's syntax (<see cref="QueryErrorKind.BadData"/>).</exception>
    public LabelMatcher(string name, MatchOperator @operator, string value)
    {
        Name = name;
        Operator = @operator;
        Value = value;
        if (@operator is MatchOperator.Matches or MatchOperator.NotMatches) _pattern = AnchoredPattern.Parse(value);
    }

    public string Name { get; }

    public MatchOperator Operator { get; }

    /// <summary>What the label's value is compared with; of =~ and !~ a regular expression that must match the whole value.</summary>
    public string Value { get; }

    /// <summary>The values that fit, if the matcher lists them (<c>=</c>, and <c>=~"a|b"</c>), for sources with an index; else null.</summary>
    public IReadOnlyCollection<string>? Listed => Operator switch
    {
        MatchOperator.Equal => [Value],
        MatchOperator.Matches => _pattern!.Literals,
        _ => null,
    };

    /// <param name="value">The label's value; empty: the label is absent.</param>
    public bool Matches(string value) => Operator switch
    {
        MatchOperator.Equal => value == Value,
        MatchOperator.NotEqual => value != Value,
        MatchOperator.Matches => _pattern!.Matches(value),
        _ => !_pattern!.Matches(value),
    };

    public bool Equals(LabelMatcher? other) => other is not null && Name == other.Name && Operator == other.Operator && Value == other.Value;

    public override bool Equals(object? obj) => Equals(obj as LabelMatcher);

    public override int GetHashCode() => Labels.Of((Name, Value)).GetHashCode() * 4 + (int)Operator;

    /// <summary>As it is written in a selector: <c>name="value"</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Name).Append(Operator switch
        {
            MatchOperator.Equal => "=",
            MatchOperator.NotEqual => "!=",
            MatchOperator.Matches => "=~",
            _ => "!~",
        });
        QuotedText.Append(text, Value);
        return text.ToString();
    }
}
