namespace ShitOps.PromQL.Ast;

public enum BinaryOperator
{
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
    Atan2,
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    And,
    Or,
    Unless,
}

/// <summary>What holds of the operators by the language's definition.</summary>
public static class BinaryOperators
{
    /// <summary>How strongly an operator binds: the greater, the stronger.</summary>
    public static int Precedence(this BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Or => 1,
        BinaryOperator.And or BinaryOperator.Unless => 2,
        BinaryOperator.Add or BinaryOperator.Subtract => 4,
        BinaryOperator.Multiply or BinaryOperator.Divide or BinaryOperator.Modulo or BinaryOperator.Atan2 => 5,
        BinaryOperator.Power => 6,
        _ => 3,
    };

    /// <summary>What a sign's operand binds with: <c>-a ^ b</c> is <c>-(a ^ b)</c>, but <c>-a * b</c> is <c>(-a) * b</c>.</summary>
    public const int SignedPrecedence = 6;

    /// <summary><c>a ^ b ^ c</c> is <c>a ^ (b ^ c)</c>; all others begin at the left.</summary>
    public static bool IsRightAssociative(this BinaryOperator @operator) => @operator == BinaryOperator.Power;

    public static bool IsComparison(this BinaryOperator @operator) => @operator is >= BinaryOperator.Equal and <= BinaryOperator.LessOrEqual;

    public static bool IsSet(this BinaryOperator @operator) => @operator >= BinaryOperator.And;

    public static string Symbol(this BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.Modulo => "%",
        BinaryOperator.Power => "^",
        BinaryOperator.Atan2 => "atan2",
        BinaryOperator.Equal => "==",
        BinaryOperator.NotEqual => "!=",
        BinaryOperator.Greater => ">",
        BinaryOperator.Less => "<",
        BinaryOperator.GreaterOrEqual => ">=",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.And => "and",
        BinaryOperator.Or => "or",
        _ => "unless",
    };
}
