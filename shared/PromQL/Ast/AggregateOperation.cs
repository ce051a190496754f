namespace ShitOps.PromQL.Ast;

public enum AggregationOperator
{
    Sum,
    Avg,
    Count,
    Min,
    Max,
    Group,
    StdDev,
    StdVar,
    TopK,
    BottomK,
    CountValues,
    Quantile,
}

/// <summary>Which samples an aggregation puts together.</summary>
/// <param name="Labels">Those named.</param>
/// <param name="Without">Samples go together if all labels but these are equal, and but for the metric's name; else if these are.</param>
public sealed record Grouping(IReadOnlyList<string> Labels, bool Without);

/// <summary>An aggregation of a vector's samples, by groups.</summary>
public sealed class AggregateOperation(AggregationOperator @operator, Expression? parameter, Expression inner, Grouping grouping) : Expression(parameter, inner)
{
    public AggregationOperator Operator { get; } = @operator;

    /// <summary>The k, the quantile or the label's name; null of the other operators.</summary>
    public Expression? Parameter { get; } = parameter;

    public Expression Inner { get; } = inner;

    public Grouping Grouping { get; } = grouping;

    public override ExpressionType Type => ExpressionType.Vector;
}

/// <summary>What holds of the aggregations by the language's definition.</summary>
public static class AggregationOperators
{
    private static readonly Dictionary<string, AggregationOperator> ByName = Enum.GetValues<AggregationOperator>().ToDictionary(Name, StringComparer.OrdinalIgnoreCase);

    public static string Name(this AggregationOperator @operator) => @operator switch
    {
        AggregationOperator.Sum => "sum",
        AggregationOperator.Avg => "avg",
        AggregationOperator.Count => "count",
        AggregationOperator.Min => "min",
        AggregationOperator.Max => "max",
        AggregationOperator.Group => "group",
        AggregationOperator.StdDev => "stddev",
        AggregationOperator.StdVar => "stdvar",
        AggregationOperator.TopK => "topk",
        AggregationOperator.BottomK => "bottomk",
        AggregationOperator.CountValues => "count_values",
        _ => "quantile",
    };

    /// <summary>The operator of a name, in upper or lower case.</summary>
    public static bool TryFind(string name, out AggregationOperator @operator) => ByName.TryGetValue(name, out @operator);

    public static bool TakesParameter(this AggregationOperator @operator) => @operator >= AggregationOperator.TopK;
}
