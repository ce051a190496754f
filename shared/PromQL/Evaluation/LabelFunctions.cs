using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ShitOps.PromQL.Evaluation;

/// <summary>label_replace and label_join.</summary>
internal static class LabelFunctions
{
    /// <summary>The most characters of a value that is set: each call within another could double it.</summary>
    public const int MostCharacters = 64 * 1024;

    /// <summary>So many characters take as much memory as a sample, 16 bytes.</summary>
    private const int CharactersOfASample = 8;

    /// <summary>Sets a label from what a pattern finds in another.</summary>
    /// <exception cref="QueryException">The label's name or the pattern is none, or there would be too much text.</exception>
    public static Labels[] Replace(Labels[] series, string target, string replacement, string source, string pattern, Budget budget)
    {
        AnchoredPattern regex;
        try
        {
            regex = AnchoredPattern.ParseWithGroups(pattern);
        }
        catch (QueryException invalid)
        {
            throw QueryContext.ExecutionError($"invalid regular expression in label_replace(): {pattern}: {invalid.Message}");
        }

        if (!LabelName.IsValid(target)) throw QueryContext.ExecutionError($"invalid destination label name in label_replace(): {target}");

        var builder = new LabelsBuilder();
        var replaced = new Labels[series.Length];
        for (var i = 0; i < series.Length; i++)
        {
            var match = regex.Match(series[i][source]);
            if (!match.Success)
            {
                replaced[i] = series[i];
                continue;
            }

            var value = Expand(replacement, match, regex.Groups) ?? throw TooLong("label_replace", target);
            budget.TakeSamples(value.Length / CharactersOfASample);
            replaced[i] = builder.Reset(series[i]).Set(target, value).Build();
        }

        return replaced;
    }

    /// <summary>Sets a label to the values of others, put together.</summary>
    /// <exception cref="QueryException">A label's name is none, or there would be too much text.</exception>
    public static Labels[] Join(Labels[] series, string target, string separator, IReadOnlyList<string> sources, Budget budget)
    {
        foreach (var source in sources)
        {
            if (!LabelName.IsValid(source)) throw QueryContext.ExecutionError($"invalid source label name in label_join(): {source}");
        }

        if (!LabelName.IsValid(target)) throw QueryContext.ExecutionError($"invalid destination label name in label_join(): {target}");

        var builder = new LabelsBuilder();
        var joined = new Labels[series.Length];
        for (var i = 0; i < series.Length; i++)
        {
            var labels = series[i];
            var length = sources.Sum(source => (long)labels[source].Length) + ((long)separator.Length * Math.Max(0, sources.Count - 1));
            if (length > MostCharacters) throw TooLong("label_join", target);
            budget.TakeSamples(length / CharactersOfASample);
            joined[i] = builder.Reset(labels).Set(target, string.Join(separator, sources.Select(source => labels[source]))).Build();
        }

        return joined;
    }

    private static QueryException TooLong(string function, string target) => QueryContext.ExecutionError(
        string.Create(CultureInfo.InvariantCulture, $"{function}(): the value of label {target} would have more than {MostCharacters:N0} characters"));

    /// <summary>
    /// Puts groups into a template, by Go's rules: $1, $name, ${1} and ${name}; a name is as long as it can be, so $1x is the group "1x";
    /// $$ is a $, and a $ before anything else stands for itself; a group that there is not is empty. Null: it would be too long.
    /// </summary>
    private static string? Expand(string template, Match match, IReadOnlyList<string> groups)
    {
        var text = new StringBuilder();
        var at = 0;
        while (at < template.Length && text.Length <= MostCharacters)
        {
            if (template[at] != '$')
            {
                text.Append(template[at++]);
            }
            else if (at + 1 < template.Length && template[at + 1] == '$')
            {
                text.Append('$');
                at += 2;
            }
            else if (Reference(template, at) is { } reference)
            {
                text.Append(Group(reference.Name, match, groups));
                at = reference.End;
            }
            else
            {
                text.Append(template[at++]);
            }
        }

        return text.Length <= MostCharacters ? text.ToString() : null;
    }

    private static (string Name, int End)? Reference(string template, int at)
    {
        var isBraced = at + 1 < template.Length && template[at + 1] == '{';
        var start = at + (isBraced ? 2 : 1);
        var end = start;
        while (end < template.Length && (char.IsLetterOrDigit(template[end]) || template[end] == '_')) end++;
        if (end == start || (isBraced && (end == template.Length || template[end] != '}'))) return null;
        return (template[start..end], isBraced ? end + 1 : end);
    }

    private static string Group(string name, Match match, IReadOnlyList<string> groups)
    {
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number < groups.Count && (name[0] != '0' || name == "0") ? match.Groups[number].Value : "";
        for (var i = 1; i < groups.Count; i++)
        {
            if (groups[i] == name) return match.Groups[i].Value;
        }

        return "";
    }
}
