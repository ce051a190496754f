using System.Text;

namespace ShitOps.PromQL.Ast;

/// <summary>
/// Expressions laid out for reading, as Prometheus' <c>format_query</c> does: what fits on 100 characters stays on one line, the rest is
/// broken at operators and arguments, two blanks deeper for each level.
/// </summary>
public static class ExpressionLayout
{
    private const int LongestLine = 100;

    /// <summary>The text of an expression, in lines.</summary>
    public static string Of(Expression expression) => Lay(expression, 0);

    /// <param name="level">How deep the parent's line break lies; 0: it made none.</param>
    private static string Lay(Expression expression, int level)
    {
        if (expression is UnaryOperation sign) return $"{Indent(level)}{(sign.IsNegation ? '-' : '+')}{Lay(sign.Inner, level).Trim()}";

        var line = expression.ToString();
        if (expression is Subquery subquery)
            return FitsOnLine(line) ? line : Lay(subquery.Inner, level) + ExpressionText.Tail(subquery);
        if (FitsOnLine(line)) return Indent(level) + line;
        return expression switch
        {
            Aggregation aggregation => Enclose(ExpressionText.Head(aggregation), aggregation.Parameter is { } parameter ? [parameter, aggregation.Inner] : [aggregation.Inner], level),
            FunctionCall { Arguments.Count: > 0 } call => Enclose(call.Function.Name, call.Arguments, level),
            Parenthesized parenthesized => Enclose("", [parenthesized.Inner], level),
            BinaryOperation binary => $"{Lay(binary.Left, level + 1)}\n{Indent(level)}{ExpressionText.Head(binary)}\n{Lay(binary.Right, level + 1)}",
            _ => Indent(level) + line,
        };
    }

    private static string Enclose(string head, IReadOnlyList<Expression> inner, int level) =>
        $"{Indent(level)}{head}(\n{string.Join(",\n", inner.Select(expression => Lay(expression, level + 1)))}\n{Indent(level)})";

    private static bool FitsOnLine(string line) => Encoding.UTF8.GetByteCount(line) <= LongestLine;

    private static string Indent(int level) => new(' ', 2 * level);
}
