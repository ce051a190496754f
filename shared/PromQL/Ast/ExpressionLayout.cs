using System.Text;

namespace ShitOps.PromQL.Ast;

/// <summary>
/// Expressions laid out for reading, as Prometheus' <c>format_query</c> does: what fits on 100 bytes stays on one line, the rest is
/// broken at operators and arguments, two blanks deeper for each level.
/// </summary>
public sealed class ExpressionLayout
{
    private const int LongestLine = 100;

    private readonly StringBuilder _text = new();
    private bool _followsSign;

    private ExpressionLayout()
    {
    }

    /// <summary>The text of an expression, in lines.</summary>
    public static string Of(Expression expression)
    {
        var layout = new ExpressionLayout();
        layout.Append(expression, 0);
        return layout._text.ToString();
    }

    /// <param name="level">How deep the parent's line break lies; 0: it made none.</param>
    private void Append(Expression expression, int level)
    {
        if (expression is UnaryOperation sign)
        {
            Indent(level);
            _text.Append(sign.IsNegation ? '-' : '+');
            _followsSign = true;
            Append(sign.Inner, level);
            return;
        }

        var line = expression.ToString();
        var fits = Encoding.UTF8.GetByteCount(line) <= LongestLine;
        switch (expression)
        {
            case Subquery subquery when !fits:
                Append(subquery.Inner, level);
                _text.Append(ExpressionText.Tail(subquery));
                break;
            case AggregateOperation aggregation when !fits:
                Enclose(ExpressionText.Head(aggregation), aggregation.Parameter is { } parameter ? [parameter, aggregation.Inner] : [aggregation.Inner], level);
                break;
            case FunctionCall { Arguments.Count: > 0 } call when !fits:
                Enclose(call.Function.Name, call.Arguments, level);
                break;
            case Parenthesized parenthesized when !fits:
                Enclose("", [parenthesized.Inner], level);
                break;
            case BinaryOperation binary when !fits:
                Append(binary.Left, level + 1);
                _text.Append('\n');
                Indent(level);
                _text.Append(ExpressionText.Head(binary)).Append('\n');
                Append(binary.Right, level + 1);
                break;
            default:
                if (expression is Subquery) _followsSign = false;
                else Indent(level);
                _text.Append(line);
                break;
        }
    }

    private void Enclose(string head, IReadOnlyList<Expression> inner, int level)
    {
        Indent(level);
        _text.Append(head).Append('(');
        for (var i = 0; i < inner.Count; i++)
        {
            _text.Append(i == 0 ? "\n" : ",\n");
            Append(inner[i], level + 1);
        }

        _text.Append('\n');
        Indent(level);
        _text.Append(')');
    }

    /// <summary>Nothing behind a sign, which stands on the line already.</summary>
    private void Indent(int level)
    {
        if (!_followsSign) _text.Append(' ', 2 * level);
        _followsSign = false;
    }
}
