using System.Text.RegularExpressions;

namespace ShitOps.Tests.Grafana;

/// <summary>
/// How Grafana's Prometheus datasource puts the values of a dashboard's variables into expressions (its functions interpolateQueryExpr, prometheusRegularEscape and
/// prometheusSpecialRegexEscape). Quotation marks come out right only with the feature toggle prometheusSpecialCharsInLabelValues.
/// </summary>
internal static partial class VariableText
{
    /// <summary>The value of a variable of which one value is picked: it is taken for what stands between quotation marks.</summary>
    public static string Single(string value, bool isToggled = false)
    {
        var text = value.Replace(@"\", @"\\", StringComparison.Ordinal);
        return isToggled ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text.Replace("'", @"\\'", StringComparison.Ordinal);
    }

    /// <summary>The values of a variable of which several may be picked: a regular expression between quotation marks.</summary>
    public static string Several(IReadOnlyList<string> values, bool isToggled = false)
    {
        var texts = values.Select(value => isToggled
            ? Special().Replace(value.Replace(@"\", @"\\\\", StringComparison.Ordinal).Replace("\"", "\\\\\\\"", StringComparison.Ordinal), @"\\$0").Replace("'", @"\\'", StringComparison.Ordinal)
            : Special().Replace(value.Replace(@"\", @"\\\\", StringComparison.Ordinal), @"\\$0")).ToList();
        return texts.Count == 1 ? texts[0] : $"({string.Join('|', texts)})";
    }

    [GeneratedRegex(@"[$^*{}\[\]+?.()|]")]
    private static partial Regex Special();
}
