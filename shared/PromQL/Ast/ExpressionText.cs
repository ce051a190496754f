using System.Globalization;
using System.Text;

namespace ShitOps.PromQL.Ast;

/// <summary>The canonical text of expressions, as Prometheus prints it: on one line.</summary>
internal static class ExpressionText
{
    public static string Of(Expression expression)
    {
        var text = new StringBuilder();
        Append(text, expression);
        return text.ToString();
    }

    /// <summary>An aggregation's operator with its grouping, up to the parenthesis.</summary>
    public static string Head(AggregateOperation aggregation)
    {
        var (labels, without) = (aggregation.Grouping.Labels, aggregation.Grouping.Without);
        var name = aggregation.Operator.Name();
        if (without) return $"{name} without ({string.Join(", ", labels)}) ";
        return labels.Count > 0 ? $"{name} by ({string.Join(", ", labels)}) " : name;
    }

    /// <summary>A binary operator with <c>bool</c> and its matching.</summary>
    public static string Head(BinaryOperation operation)
    {
        var text = new StringBuilder(operation.Operator.Symbol());
        if (operation.ReturnsBool) text.Append(" bool");
        if (operation.Matching is not { } matching) return text.ToString();
        var isGrouped = matching.Cardinality is MatchCardinality.ManyToOne or MatchCardinality.OneToMany;
        if (matching.On || matching.Labels.Count > 0 || isGrouped)
            text.Append(matching.On ? " on (" : " ignoring (").AppendJoin(", ", matching.Labels).Append(')');
        if (isGrouped)
            text.Append(matching.Cardinality == MatchCardinality.ManyToOne ? " group_left (" : " group_right (").AppendJoin(", ", matching.Include).Append(')');
        return text.ToString();
    }

    /// <summary>A subquery's brackets and modifiers.</summary>
    public static string Tail(Subquery subquery)
    {
        var text = new StringBuilder("[").Append(DurationText.Of(subquery.RangeMs)).Append(':');
        if (subquery.StepMs is { } step) text.Append(DurationText.Of(step));
        AppendShift(text.Append(']'), subquery.Shift);
        return text.ToString();
    }

    private static void Append(StringBuilder text, Expression expression)
    {
        switch (expression)
        {
            case NumberLiteral number:
                text.Append(NumberText.General(number.Value));
                break;
            case StringLiteral literal:
                QuotedText.Append(text, literal.Value);
                break;
            case Parenthesized parenthesized:
                Append(text.Append('('), parenthesized.Inner);
                text.Append(')');
                break;
            case UnaryOperation unary:
                Append(text.Append(unary.IsNegation ? '-' : '+'), unary.Inner);
                break;
            case BinaryOperation binary:
                Append(text, binary.Left);
                Append(text.Append(' ').Append(Head(binary)).Append(' '), binary.Right);
                break;
            case AggregateOperation aggregation:
                text.Append(Head(aggregation)).Append('(');
                if (aggregation.Parameter is { } parameter)
                {
                    Append(text, parameter);
                    text.Append(", ");
                }

                Append(text, aggregation.Inner);
                text.Append(')');
                break;
            case FunctionCall call:
                text.Append(call.Function.Name).Append('(');
                for (var i = 0; i < call.Arguments.Count; i++) Append(i == 0 ? text : text.Append(", "), call.Arguments[i]);
                text.Append(')');
                break;
            case VectorSelector vector:
                AppendSelector(text, vector);
                AppendShift(text, vector.Shift);
                break;
            case MatrixSelector matrix:
                AppendSelector(text, matrix.Vector);
                AppendShift(text.Append('[').Append(DurationText.Of(matrix.RangeMs)).Append(']'), matrix.Vector.Shift);
                break;
            case Subquery subquery:
                Append(text, subquery.Inner);
                text.Append(Tail(subquery));
                break;
        }
    }

    private static void AppendSelector(StringBuilder text, VectorSelector selector)
    {
        text.Append(selector.Name);
        List<string> matchers = [];
        var isNamed = selector.Name.Length > 0;
        foreach (var matcher in selector.Matchers)
        {
            if (isNamed && matcher.Name == Labels.MetricName && matcher.Operator == MatchOperator.Equal && matcher.Value == selector.Name) continue;
            matchers.Add(matcher.ToString());
        }

        if (matchers.Count == 0 && isNamed) return;
        matchers.Sort(StringComparer.Ordinal);
        text.Append('{').AppendJoin(',', matchers).Append('}');
    }

    private static void AppendShift(StringBuilder text, TimeShift shift)
    {
        switch (shift.At)
        {
            case { Kind: AtKind.Instant, Ms: var ms }: text.Append(CultureInfo.InvariantCulture, $" @ {(decimal)ms / 1000:0.000}"); break;
            case { Kind: AtKind.Start }: text.Append(" @ start()"); break;
            case { Kind: AtKind.End }: text.Append(" @ end()"); break;
        }

        if (shift.OffsetMs > 0) text.Append(" offset ").Append(DurationText.Of(shift.OffsetMs));
        else if (shift.OffsetMs < 0) text.Append(" offset -").Append(DurationText.Of(-shift.OffsetMs));
    }
}
