namespace ShitOps.PromQL.Ast;

/// <summary>What an expression yields at an instant.</summary>
public enum ExpressionType
{
    /// <summary>A number.</summary>
    Scalar,

    /// <summary>An instant vector: a sample for each of a set of series.</summary>
    Vector,

    /// <summary>A range vector: the samples of a span for each of a set of series.</summary>
    Matrix,

    String,
}

/// <summary>A node of a parsed query. <see cref="object.ToString"/> is its canonical text on one line, as Prometheus prints it.</summary>
public abstract class Expression
{
    private protected Expression(params ReadOnlySpan<Expression?> children)
    {
        foreach (var child in children) Depth = Math.Max(Depth, child?.Depth ?? 0);
        Depth++;
    }

    public abstract ExpressionType Type { get; }

    /// <summary>Where it begins in the query's text, in UTF-16 units from 0.</summary>
    public int Position { get; init; }

    /// <summary>Nodes from here to the deepest leaf, both included.</summary>
    public int Depth { get; }

    public sealed override string ToString() => ExpressionText.Of(this);
}

public sealed class NumberLiteral(double value) : Expression
{
    public double Value { get; } = value;

    public override ExpressionType Type => ExpressionType.Scalar;
}

public sealed class StringLiteral(string value) : Expression
{
    public string Value { get; } = value;

    public override ExpressionType Type => ExpressionType.String;
}

/// <summary>An expression in parentheses; they are kept, since they are printed again.</summary>
public sealed class Parenthesized(Expression inner) : Expression(inner)
{
    public Expression Inner { get; } = inner;

    public override ExpressionType Type => Inner.Type;
}

/// <summary>A sign before an expression.</summary>
public sealed class UnaryOperation(bool isNegation, Expression inner) : Expression(inner)
{
    /// <summary>Minus; else plus, which changes nothing.</summary>
    public bool IsNegation { get; } = isNegation;

    public Expression Inner { get; } = inner;

    public override ExpressionType Type => Inner.Type;
}

public sealed class FunctionCall(FunctionSignature function, IReadOnlyList<Expression> arguments) : Expression([.. arguments])
{
    public FunctionSignature Function { get; } = function;

    public IReadOnlyList<Expression> Arguments { get; } = arguments;

    public override ExpressionType Type => Function.ReturnType;
}
