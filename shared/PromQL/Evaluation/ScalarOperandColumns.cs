using ShitOps.PromQL.Ast;

namespace ShitOps.PromQL.Evaluation;

/// <summary>An operator between a vector and a scalar. A comparison keeps the vector's values, on whichever side it stands.</summary>
internal sealed class ScalarOperandColumns(BinaryOperation operation, Columns vector, Labels[] labels, double[] scalars, bool scalarIsLeft, Budget budget) : Columns(labels)
{
    private readonly double[] _vector = scalarIsLeft ? budget.Column(scalars.Length) : [];

    public override void Fill(int index, Span<double> column)
    {
        var kept = operation.ReturnsBool ? Arithmetic.Kept.Bool : scalarIsLeft ? Arithmetic.Kept.Right : Arithmetic.Kept.Left;
        if (!scalarIsLeft)
        {
            vector.Fill(index, column);
            Arithmetic.Apply(operation.Operator, column, scalars, kept);
            return;
        }

        vector.Fill(index, _vector);
        scalars.CopyTo(column);
        Arithmetic.Apply(operation.Operator, column, _vector, kept);
    }
}
