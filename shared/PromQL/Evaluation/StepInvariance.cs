using ShitOps.PromQL.Ast;

namespace ShitOps.PromQL.Evaluation;

/// <summary>
/// Which expressions have the same value at every step, since all their selectors are fixed by <c>@</c>: they are evaluated once.
/// </summary>
internal sealed class StepInvariance
{
    private static readonly HashSet<string> OfTheStep =
        ["time", "timestamp", "predict_linear", "day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour", "minute", "month", "year"];

    private readonly Dictionary<Expression, bool> _known = new(ReferenceEqualityComparer.Instance);

    public bool Holds(Expression expression)
    {
        if (_known.TryGetValue(expression, out var known)) return known;
        return _known[expression] = expression switch
        {
            VectorSelector vector => vector.Shift.At is not null,
            MatrixSelector matrix => matrix.Vector.Shift.At is not null,
            Subquery subquery => subquery.Shift.At is not null,
            Parenthesized parenthesized => Holds(parenthesized.Inner),
            UnaryOperation unary => Holds(unary.Inner),
            BinaryOperation binary => Holds(binary.Left) & Holds(binary.Right),
            AggregateOperation aggregation => (aggregation.Parameter is null || Holds(aggregation.Parameter)) & Holds(aggregation.Inner),
            FunctionCall call => !OfTheStep.Contains(call.Function.Name) && call.Arguments.All(Holds),
            _ => true,
        };
    }
}
