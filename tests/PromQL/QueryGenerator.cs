using System.Globalization;
using ShitOps.PromQL.Ast;

namespace ShitOps.Tests.PromQL;

/// <summary>
/// Random queries that pass the type checks, over the generated series: all functions, aggregations and operators, nested. The same for
/// the same seed.
/// </summary>
internal sealed class QueryGenerator(int seed)
{
    private readonly Random _random = new(seed);

    private string OneOf(params ReadOnlySpan<string> choices) => choices[_random.Next(choices.Length)];

    private bool Sometimes(int outOf) => _random.Next(outOf) == 0;

    /// <summary>A query whose outermost part is the given function.</summary>
    public string Call(FunctionSignature function, int depth)
    {
        var (name, parameters) = (function.Name, function.Parameters);
        switch (name)
        {
            case "label_replace": return $"label_replace({Vector(depth)}, \"{Label()}\", \"{OneOf("$1", "x-$1", "${1}y", "", "fixed")}\", \"{Label()}\", \"{OneOf("(.*)", "(.).*", "(a|b).*", "(.*):80", "none")}\")";
            case "label_join": return $"label_join({Vector(depth)}, \"{OneOf("joined", "job")}\", \"{OneOf("-", "", "/")}\", \"{Label()}\", \"{Label()}\")";
            case "predict_linear": return $"predict_linear({Selector()}[{OneOf("5m", "1h")}], {Scalar(depth)})"; // Prometheus moves windows that @ fixes.
            case "timestamp": return $"timestamp({OneOf(Selector(), $"{Selector()} offset 7m", $"{Selector()} @ start()", $"({Vector(depth)} + 1)")})"; // It forgets the offset beside @.
            case "sin" or "cos" or "tan": return $"{name}(clamp({Vector(depth)}, -1e3, 1e3))"; // Of great numbers the last digit decides.
            case "holt_winters": return $"holt_winters({Matrix(depth)}, {Factor()}, {Factor()})";
            case "quantile_over_time": return $"quantile_over_time({Fraction()}, {Matrix(depth)})";
            case "histogram_quantile": return $"histogram_quantile({Fraction()}, {OneOf("latency_bucket", "rate(latency_bucket[7m])", "sum by (le) (latency_bucket)", "sum by (job, le) (increase(latency_bucket[20m]))")})";
        }

        var count = function.Most > function.Parameters.Count ? function.Parameters.Count : _random.Next(function.Least, function.Most + 1);
        return $"{name}({string.Join(", ", Enumerable.Range(0, count).Select(i => Of(parameters[i], depth)))})";
    }

    /// <summary>A query whose outermost part is the given aggregation.</summary>
    public string Aggregate(AggregationOperator aggregation, int depth)
    {
        var parameter = aggregation switch
        {
            AggregationOperator.TopK or AggregationOperator.BottomK => $"{Rank()}, ",
            AggregationOperator.Quantile => $"{Fraction()}, ",
            AggregationOperator.CountValues => $"\"{OneOf("value", "value", "job", "__name__")}\", ",
            _ => "",
        };
        var grouping = _random.Next(4) switch { 0 => "", 1 => "", 2 => $"by ({Names()})", _ => $"without ({Names()})" };
        // Which of equal samples are the first, and how the last digit of a value is written, is not for computed values to decide.
        var isDelicate = aggregation is AggregationOperator.TopK or AggregationOperator.BottomK or AggregationOperator.CountValues;
        var body = $"({parameter}{(isDelicate ? Selector() + Shift() : Vector(depth))})";
        return Sometimes(2) ? $"{aggregation.Name()} {grouping} {body}" : $"{aggregation.Name()} {body} {grouping}";
    }

    /// <summary>A query whose outermost part is the given operator.</summary>
    public string Operate(BinaryOperator @operator, int depth)
    {
        var isBool = @operator.IsComparison() && Sometimes(2) ? " bool" : "";
        if (@operator.IsSet()) return $"({Vector(depth)} {@operator.Symbol()} {OneOf("", $"on ({Names()})", $"ignoring ({Names()})")} {Vector(depth)})";
        return _random.Next(6) switch
        {
            0 => $"({Vector(depth)} {@operator.Symbol()}{isBool} {Scalar(depth)})",
            1 => $"({Scalar(depth)} {@operator.Symbol()}{isBool} {Vector(depth)})",
            2 => $"({Vector(depth)} {@operator.Symbol()}{isBool} {Vector(depth)})",
            3 => $"(sum by (job) ({Vector(depth)}) {@operator.Symbol()}{isBool} on (job) avg by (job) ({Vector(depth)}))",
            4 => $"({Vector(depth)} {@operator.Symbol()}{isBool} on (job) group_left({OneOf("", "version", "owner, version")}) info)",
            _ => $"({OneOf("quota", "info", "sum by (job) (gauge)")} {@operator.Symbol()}{isBool} on (job) group_right() {Vector(depth)})",
        };
    }

    /// <summary>A vector of any kind.</summary>
    public string Vector(int depth)
    {
        if (depth == 0) return Selector() + Shift();
        switch (_random.Next(8))
        {
            case 0: return Selector() + Shift();
            case 1: return Aggregate(Any(Enum.GetValues<AggregationOperator>()), depth - 1);
            case 2 or 3: return Operate(Any(Enum.GetValues<BinaryOperator>()), depth - 1);
            case 4: return $"{OneOf("-", "+")}({Vector(depth - 1)})";
            default: return Call(Any([.. FunctionSignature.All.Where(function => function.ReturnType == ExpressionType.Vector).OrderBy(function => function.Name, StringComparer.Ordinal)]), depth - 1);
        }
    }

    public string Matrix(int depth) => depth == 0 || Sometimes(2)
        ? $"{Selector()}[{OneOf("1m", "5m", "10m", "1h", "90s", "7m13s")}]{Shift()}"
        : $"({Vector(depth - 1)})[{OneOf("5m", "20m", "1h")}:{OneOf("1m", "3m", "30s", "")}]{Shift()}";

    public string Scalar(int depth) => (depth == 0 ? _random.Next(3) : _random.Next(6)) switch
    {
        0 => _random.Next(-5, 120).ToString(CultureInfo.InvariantCulture),
        1 => $"{_random.Next(1, 50)}.{_random.Next(0, 100)}",
        2 => OneOf("time()", "pi()", "1e3", "0x1f"),
        3 => $"scalar({Vector(depth - 1)})",
        4 => $"({Scalar(depth - 1)} {OneOf("+", "-", "*", "/", "%", "> bool", "== bool")} {Scalar(depth - 1)})",
        _ => $"-{Scalar(depth - 1)}",
    };

    private string Of(ExpressionType type, int depth) => type switch
    {
        ExpressionType.Scalar => Scalar(depth),
        ExpressionType.Matrix => Matrix(depth),
        ExpressionType.String => $"\"{Label()}\"",
        _ => Vector(depth),
    };

    private string Selector() => OneOf(
        "gauge", "temperature", "requests_total", "irregular", "quota", "info", "special", "latency_bucket", "process", "single", "nothing",
        "gauge{job=\"api\"}", "requests_total{code=~\"4..|500\"}", "temperature{instance!~\"a.*\"}", "gauge{zone=\"east\"}", "special{kind!~\"huge|tiny\"}",
        "moment", "{__name__=~\"gauge|quota\"}", "{__name__=~\"even_total|odd_total\"}", "requests_total{code=\"200\",job!=\"db\"}");

    private string Shift() => _random.Next(12) switch
    {
        0 => $" offset {OneOf("1m", "7m", "1h", "-3m")}",
        1 => $" @ {GeneratedSeries.StartMs / 1000 + _random.Next(20_000)}",
        2 => OneOf(" @ start()", " @ end()", " @ end() offset 5m", " offset 2m @ start()"),
        _ => "",
    };

    private string Names() => string.Join(", ", Enumerable.Range(0, _random.Next(1, 3)).Select(_ => Label()).Distinct());

    private string Label() => OneOf("job", "instance", "zone", "code", "le", "kind", "version");

    private string Fraction() => OneOf("0", "0.1", "0.5", "0.9", "0.99", "1", "1.5", "-0.5", "NaN");

    private string Factor() => Sometimes(8) ? OneOf("NaN", "0", "1", "Inf", "-0.5") : $"0.{_random.Next(1, 10)}";

    private string Rank() => Sometimes(8) ? OneOf("2.7", "-1", "1000", "1e10") : _random.Next(0, 6).ToString(CultureInfo.InvariantCulture);

    private T Any<T>(T[] choices) => choices[_random.Next(choices.Length)];
}
