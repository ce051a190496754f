using ShitOps.PromQL.Ast;

namespace ShitOps.PromQL.Evaluation;

/// <summary>
/// Matches in which several series compete, decided step by step: at each step one of the "one" side at most may have a sample, and of
/// one-to-one matches one of either side. Series that follow each other in time pass, as they do in Prometheus.
/// </summary>
internal sealed class MatchContest(BinaryOperation operation, Columns many, Columns one, Timeline steps, QueryContext context)
{
    private readonly VectorMatching _matching = operation.Matching!;
    private bool[]? _manyPresent;

    /// <summary>Adds the pairs that meet at any step.</summary>
    /// <exception cref="QueryException">At a step more series match than the matching allows, or the pairs are more than is allowed.</exception>
    public void Decide(List<int> manySide, List<int> oneSide, List<(int Many, int One)> pairs)
    {
        var present = OneSidePresent(oneSide);
        List<int> competing = [.. oneSide.Where(present.ToHashSet().Contains)];
        if (competing.Count == 0) return;
        var met = new HashSet<(int, int)>();
        var taken = new bool[steps.Count];
        var (column, other) = (new double[steps.Count], new double[steps.Count]);
        foreach (var series in manySide)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            foreach (var opposite in competing)
            {
                many.Fill(series, column);
                one.Fill(opposite, other);
                if (_matching.Cardinality == MatchCardinality.OneToMany) (column, other) = (other, column);
                Arithmetic.Apply(operation.Operator, column, other, operation.ReturnsBool ? Arithmetic.Kept.Bool : Arithmetic.Kept.Left);
                for (var step = 0; step < column.Length; step++)
                {
                    if (StaleMarker.Is(column[step]) || present[step] != opposite) continue;
                    if (taken[step] && _matching.Cardinality == MatchCardinality.OneToOne)
                        throw QueryContext.ExecutionError("multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)");
                    taken[step] = true;
                    if (met.Add((series, opposite))) context.Budget.TakeSamples(1);
                }
            }
        }

        pairs.AddRange(met);
    }

    /// <summary>Several series of the "one" side with the same matching labels are an error even if nothing matches them.</summary>
    /// <exception cref="QueryException">There is a step at which two of them have samples.</exception>
    public void CheckUnmatched(MatchGroups groups)
    {
        foreach (var oneSide in groups.UnmatchedRight())
        {
            if (oneSide.Count > 1) OneSidePresent(oneSide);
        }
    }

    /// <summary>Which of the series has a sample at each step; −1: none.</summary>
    private int[] OneSidePresent(List<int> oneSide)
    {
        var present = new int[steps.Count];
        Array.Fill(present, -1);
        var column = new double[steps.Count];
        foreach (var series in oneSide)
        {
            one.Fill(series, column);
            for (var step = 0; step < column.Length; step++)
            {
                if (StaleMarker.Is(column[step])) continue;
                if (present[step] >= 0 && ManyPresent()[step]) throw Duplicate(one.Labels[series], one.Labels[present[step]]);
                present[step] = series;
            }
        }

        return present;
    }

    /// <summary>At which steps the "many" side has any sample: without, nothing is matched, and nothing can be wrong.</summary>
    private bool[] ManyPresent()
    {
        if (_manyPresent is not null) return _manyPresent;
        _manyPresent = new bool[steps.Count];
        var column = new double[steps.Count];
        for (var i = 0; i < many.Count; i++)
        {
            many.Fill(i, column);
            for (var step = 0; step < column.Length; step++) _manyPresent[step] |= !StaleMarker.Is(column[step]);
        }

        return _manyPresent;
    }

    private QueryException Duplicate(Labels second, Labels first)
    {
        var builder = new LabelsBuilder().Reset(second);
        var common = _matching.On ? builder.Keep(_matching.Labels).Build() : builder.Remove(_matching.Labels).Remove(Labels.MetricName).Build();
        var side = _matching.Cardinality == MatchCardinality.OneToMany ? "left" : "right";
        return QueryContext.ExecutionError(
            $"found duplicate series for the match group {common.ToSetText()} on the {side} hand-side of the operation: [{second.ToSetText()}, {first.ToSetText()}]"
            + ";many-to-many matching not allowed: matching labels must be unique on one side");
    }
}
