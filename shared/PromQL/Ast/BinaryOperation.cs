namespace ShitOps.PromQL.Ast;

/// <summary>An operation on two scalars or vectors.</summary>
public sealed class BinaryOperation(BinaryOperator @operator, Expression left, Expression right, bool returnsBool, VectorMatching? matching) : Expression(left, right)
{
    public BinaryOperator Operator { get; } = @operator;

    public Expression Left { get; } = left;

    public Expression Right { get; } = right;

    /// <summary>Whether a comparison yields 0 or 1 (<c>bool</c>), instead of keeping the samples for which it holds.</summary>
    public bool ReturnsBool { get; } = returnsBool;

    /// <summary>How the samples of two vectors find each other; null if one side is a scalar.</summary>
    public VectorMatching? Matching { get; } = matching;

    public override ExpressionType Type =>
        Left.Type == ExpressionType.Scalar && Right.Type == ExpressionType.Scalar ? ExpressionType.Scalar : ExpressionType.Vector;
}

/// <summary>How many samples may match on either side.</summary>
public enum MatchCardinality
{
    OneToOne,

    /// <summary><c>group_left</c>.</summary>
    ManyToOne,

    /// <summary><c>group_right</c>.</summary>
    OneToMany,

    /// <summary>The set operators.</summary>
    ManyToMany,
}

/// <summary>How the samples of two vectors find each other.</summary>
/// <param name="Labels">The labels of <c>on</c> or <c>ignoring</c>.</param>
/// <param name="On">Samples match if these labels are equal; else if all others are, but for the metric's name.</param>
/// <param name="Include">Labels that the result takes from the "one" side (<c>group_left(…)</c>).</param>
public sealed record VectorMatching(MatchCardinality Cardinality, IReadOnlyList<string> Labels, bool On, IReadOnlyList<string> Include);
