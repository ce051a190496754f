using System.Diagnostics.CodeAnalysis;
using static ShitOps.PromQL.Ast.ExpressionType;

namespace ShitOps.PromQL.Ast;

/// <summary>A function's name and types.</summary>
/// <param name="Parameters">The types of its arguments; the last one's holds for all further ones.</param>
/// <param name="Least">So many arguments it needs.</param>
/// <param name="Most">So many arguments it takes at most.</param>
public sealed record FunctionSignature(string Name, IReadOnlyList<ExpressionType> Parameters, int Least, int Most, ExpressionType ReturnType)
{
    private const ExpressionType Text = ExpressionType.String;

    private static readonly Dictionary<string, FunctionSignature> ByName = Declare().ToDictionary(function => function.Name, StringComparer.Ordinal);

    /// <summary>All functions of Prometheus 2.42.</summary>
    public static IReadOnlyCollection<FunctionSignature> All => ByName.Values;

    public static bool TryFind(string name, [NotNullWhen(true)] out FunctionSignature? function) => ByName.TryGetValue(name, out function);

    private static IEnumerable<FunctionSignature> Declare()
    {
        string[] ofVector =
        [
            "abs", "absent", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "cos", "cosh", "deg", "exp", "floor", "histogram_count", "histogram_sum",
            "ln", "log10", "log2", "rad", "sgn", "sin", "sinh", "sort", "sort_desc", "sqrt", "tan", "tanh", "timestamp",
        ];
        foreach (var name in ofVector) yield return Fixed(name, Vector, Vector);

        string[] ofRange =
        [
            "absent_over_time", "avg_over_time", "changes", "count_over_time", "delta", "deriv", "idelta", "increase", "irate", "last_over_time", "max_over_time",
            "min_over_time", "present_over_time", "rate", "resets", "stddev_over_time", "stdvar_over_time", "sum_over_time",
        ];
        foreach (var name in ofRange) yield return Fixed(name, Vector, Matrix);

        string[] ofTime = ["day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour", "minute", "month", "year"];
        foreach (var name in ofTime) yield return new(name, [Vector], 0, 1, Vector);

        yield return Fixed("clamp", Vector, Vector, Scalar, Scalar);
        yield return Fixed("clamp_max", Vector, Vector, Scalar);
        yield return Fixed("clamp_min", Vector, Vector, Scalar);
        yield return Fixed("histogram_fraction", Vector, Scalar, Scalar, Vector);
        yield return Fixed("histogram_quantile", Vector, Scalar, Vector);
        yield return Fixed("holt_winters", Vector, Matrix, Scalar, Scalar);
        yield return new("label_join", [Vector, Text, Text, Text], 3, int.MaxValue, Vector);
        yield return Fixed("label_replace", Vector, Vector, Text, Text, Text, Text);
        yield return Fixed("pi", Scalar);
        yield return Fixed("predict_linear", Vector, Matrix, Scalar);
        yield return Fixed("quantile_over_time", Vector, Scalar, Matrix);
        yield return new("round", [Vector, Scalar], 1, 2, Vector);
        yield return Fixed("scalar", Scalar, Vector);
        yield return Fixed("time", Scalar);
        yield return Fixed("vector", Vector, Scalar);
    }

    private static FunctionSignature Fixed(string name, ExpressionType returns, params ExpressionType[] parameters) =>
        new(name, parameters, parameters.Length, parameters.Length, returns);
}
