using ShitOps.PromQL.Ast;

namespace ShitOps.PromQL.Evaluation;

/// <summary>The labels of what an operator makes of two samples: those of the "many" side, changed as the matching says.</summary>
internal sealed class ResultLabels(BinaryOperation operation)
{
    private readonly LabelsBuilder _builder = new();

    /// <summary>Whether the result is another quantity than the operands, so that it does not keep the metric's name. Prometheus 2.42 lets atan2 keep it.</summary>
    public static bool DropsName(BinaryOperation operation) => operation.ReturnsBool || !(operation.Operator.IsComparison() || operation.Operator == BinaryOperator.Atan2);

    public Labels Of(Labels many, Labels one)
    {
        var matching = operation.Matching!;
        _builder.Reset(many);
        if (DropsName(operation)) _builder.Remove(Labels.MetricName);
        if (matching.Cardinality == MatchCardinality.OneToOne)
        {
            if (matching.On) _builder.Keep(matching.Labels);
            else _builder.Remove(matching.Labels);
        }

        foreach (var label in matching.Include) _builder.Set(label, one[label]);
        if (operation.ReturnsBool) _builder.Remove(Labels.MetricName);
        return _builder.Build();
    }
}
