using System.Text;

namespace ShitOps.PromQL;

/// <summary>Patterns that only list texts, as Grafana writes the chosen values of a variable: <c>a|b</c> or <c>(a|b)</c>.</summary>
internal static class TextAlternatives
{
    /// <summary>The listed texts, or null if the pattern is more than a list.</summary>
    public static IReadOnlyList<string>? Read(string pattern)
    {
        var body = pattern is ['(', .. var inner, ')'] ? inner : pattern;
        List<string> texts = [];
        var text = new StringBuilder();
        for (var i = 0; i < body.Length; i++)
        {
            var c = body[i];
            if (c == '|')
            {
                texts.Add(text.ToString());
                text.Clear();
            }
            else if (c == '\\')
            {
                if (++i == body.Length || !char.IsAscii(body[i]) || char.IsAsciiLetterOrDigit(body[i])) return null;
                text.Append(body[i]);
            }
            else if (@".+*?()[]{}^$".Contains(c))
            {
                return null;
            }
            else
            {
                text.Append(c);
            }
        }

        texts.Add(text.ToString());
        return texts;
    }
}
