using ShitOps.PromQL.Ast;

namespace ShitOps.PromQL.Evaluation;

/// <summary>absent and absent_over_time: 1 at the steps at which a vector has no sample at all.</summary>
internal static class Absence
{
    public static Columns Of(Expression argument, Columns vector, Timeline steps, Budget budget)
    {
        var absent = budget.Column(steps.Count);
        Array.Fill(absent, 1);
        var column = budget.Column(steps.Count);
        for (var i = 0; i < vector.Count; i++)
        {
            vector.Fill(i, column);
            for (var step = 0; step < column.Length; step++)
            {
                if (!StaleMarker.Is(column[step])) absent[step] = StaleMarker.Value;
            }
        }

        return new ArrayColumns([Described(argument)], [absent]);
    }

    /// <summary>The labels that a selector asks for by equality, each named once; of other expressions none.</summary>
    private static Labels Described(Expression argument)
    {
        while (argument is Parenthesized parenthesized) argument = parenthesized.Inner;
        var matchers = argument switch
        {
            VectorSelector vector => vector.Matchers,
            MatrixSelector matrix => matrix.Vector.Matchers,
            _ => [],
        };
        var builder = new LabelsBuilder();
        var named = new HashSet<string>(StringComparer.Ordinal) { Labels.MetricName };
        foreach (var matcher in matchers)
        {
            if (matcher.Name == Labels.MetricName) continue;
            if (matcher.Operator == MatchOperator.Equal && named.Add(matcher.Name)) builder.Set(matcher.Name, matcher.Value);
            else builder.Remove(matcher.Name);
        }

        return builder.Build();
    }
}
