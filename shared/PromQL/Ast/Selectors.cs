namespace ShitOps.PromQL.Ast;

/// <summary>An instant selector: the last sample of each fitting series.</summary>
public sealed class VectorSelector(string name, IReadOnlyList<LabelMatcher> matchers, TimeShift shift) : Expression
{
    /// <summary>The metric's name, if it stands before the braces; else empty.</summary>
    public string Name { get; } = name;

    /// <summary>All conditions, that of <see cref="Name"/> included.</summary>
    public IReadOnlyList<LabelMatcher> Matchers { get; } = matchers;

    public TimeShift Shift { get; } = shift;

    public override ExpressionType Type => ExpressionType.Vector;
}

/// <summary>A range selector: the samples of each fitting series in a span that ends at the evaluated instant; both ends are included.</summary>
public sealed class MatrixSelector(VectorSelector vector, long rangeMs) : Expression(vector)
{
    public VectorSelector Vector { get; } = vector;

    public long RangeMs { get; } = rangeMs;

    public override ExpressionType Type => ExpressionType.Matrix;
}

/// <summary>A vector evaluated at each step of a span that ends at the evaluated instant. The steps are multiples of the step's length.</summary>
public sealed class Subquery(Expression inner, long rangeMs, long? stepMs, TimeShift shift) : Expression(inner)
{
    public Expression Inner { get; } = inner;

    public long RangeMs { get; } = rangeMs;

    /// <summary>Null: the evaluation's default.</summary>
    public long? StepMs { get; } = stepMs;

    public TimeShift Shift { get; } = shift;

    public override ExpressionType Type => ExpressionType.Matrix;
}
