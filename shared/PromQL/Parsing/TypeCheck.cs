using ShitOps.PromQL.Ast;

namespace ShitOps.PromQL.Parsing;

/// <summary>Whether the parts of an expression have the types that the whole asks for. Errors speak as Prometheus' do.</summary>
internal static class TypeCheck
{
    /// <summary>The matching of a binary operation; null if there is none, since a side is a scalar.</summary>
    public static VectorMatching? Matching(string query, BinaryOperator @operator, Expression left, Expression right, bool returnsBool, VectorMatching matching)
    {
        var areScalars = left.Type == ExpressionType.Scalar && right.Type == ExpressionType.Scalar;
        if (returnsBool && !@operator.IsComparison()) throw new ParseException(query, left.Position, "bool modifier can only be used on comparison operators");
        if (@operator.IsComparison() && !returnsBool && areScalars) throw new ParseException(query, left.Position, "comparisons between scalars must use BOOL modifier");
        if (matching.On)
        {
            foreach (var label in matching.Include)
            {
                if (matching.Labels.Contains(label))
                    throw new ParseException(query, left.Position, $"label {QuotedText.Of(label)} must not occur in ON and GROUP clause at once");
            }
        }

        foreach (var side in (ReadOnlySpan<Expression>)[left, right])
        {
            if (side.Type is not (ExpressionType.Scalar or ExpressionType.Vector))
                throw new ParseException(query, side.Position, "binary expression must contain only scalar and instant vector types");
        }

        if (left.Type == ExpressionType.Vector && right.Type == ExpressionType.Vector) return matching;
        if (matching.Labels.Count > 0) throw new ParseException(query, left.Position, "vector matching only allowed between instant vectors");
        if (@operator.IsSet()) throw new ParseException(query, left.Position, $"set operator {QuotedText.Of(@operator.Symbol())} not allowed in binary scalar expression");
        return null;
    }

    public static void Sign(string query, Expression inner)
    {
        if (inner.Type is not (ExpressionType.Scalar or ExpressionType.Vector))
            throw new ParseException(query, inner.Position, $"unary expression only allowed on expressions of type scalar or instant vector, got {QuotedText.Of(inner.Type.Name())}");
    }

    public static void Subquery(string query, Expression inner)
    {
        if (inner.Type != ExpressionType.Vector)
            throw new ParseException(query, inner.Position, $"subquery is only allowed on instant vector, got {inner.Type.Name()} instead");
    }

    public static void Aggregation(string query, AggregationOperator @operator, Expression? parameter, Expression inner)
    {
        Expect(query, inner, ExpressionType.Vector, "aggregation expression");
        if (parameter is not null)
            Expect(query, parameter, @operator == AggregationOperator.CountValues ? ExpressionType.String : ExpressionType.Scalar, "aggregation parameter");
    }

    public static void Arguments(string query, int position, FunctionSignature function, List<Expression> arguments)
    {
        var (least, most) = (function.Least, function.Most);
        if (arguments.Count < least || arguments.Count > most)
        {
            var (bound, count) = least == most ? ("", least) : arguments.Count < least ? ("at least ", least) : ("at most ", most);
            throw new ParseException(query, position, $"expected {bound}{count} argument(s) in call to {QuotedText.Of(function.Name)}, got {arguments.Count}");
        }

        for (var i = 0; i < arguments.Count; i++)
            Expect(query, arguments[i], function.Parameters[Math.Min(i, function.Parameters.Count - 1)], $"call to function {QuotedText.Of(function.Name)}");
    }

    private static void Expect(string query, Expression expression, ExpressionType type, string place)
    {
        if (expression.Type != type) throw new ParseException(query, expression.Position, $"expected type {type.Name()} in {place}, got {expression.Type.Name()}");
    }
}
