using ShitOps.PromQL.Ast;

namespace ShitOps.PromQL.Evaluation;

/// <summary>
/// An operator between two vectors, one-to-one or many-to-one. Labels do not change from step to step, so who matches whom is found once,
/// for all steps. Only where several series of a side have the same matching labels does it depend on which of them has a sample at a step.
/// </summary>
internal sealed class MatchedColumns : Columns
{
    private readonly BinaryOperation _operation;
    private readonly Columns _many;
    private readonly Columns _one;
    private readonly (int Many, int One)[] _pairs;
    private readonly double[] _other;

    private MatchedColumns(BinaryOperation operation, Columns many, Columns one, (int Many, int One)[] pairs, Labels[] labels, double[] other)
        : base(labels)
    {
        _operation = operation;
        _many = many;
        _one = one;
        _pairs = pairs;
        _other = other;
    }

    /// <exception cref="QueryException">At a step more series match than the matching allows, or it takes more than is allowed.</exception>
    public static Columns Of(BinaryOperation operation, Columns left, Columns right, Timeline steps, QueryContext context)
    {
        var budget = context.Budget;
        var matching = operation.Matching!;
        var (many, one) = matching.Cardinality == MatchCardinality.OneToMany ? (right, left) : (left, right);
        var groups = MatchGroups.Of(many, one, matching);
        if (groups.AreContested(matching.Cardinality))
        {
            // Who meets whom is found by the values at each step, which are asked for again when the pairs are known.
            (many, one) = (many.Computed(steps.Count, budget), one.Computed(steps.Count, budget));
        }

        var contest = new MatchContest(operation, many, one, steps, context);
        List<(int Many, int One)> pairs = [];
        var users = new int[one.Count];
        for (var group = 0; group < groups.Left.Members.Length; group++)
        {
            var (manySide, oneSide) = (groups.Left.Members[group], groups.RightOf(group));
            if (oneSide.Count == 0) continue;
            if (MatchGroups.IsContested(matching.Cardinality, manySide, oneSide)) contest.Decide(manySide, oneSide, pairs);
            else foreach (var series in manySide) pairs.Add((series, oneSide[0]));
        }

        contest.CheckUnmatched(groups);
        pairs.Sort();
        foreach (var (_, shared) in pairs) users[shared]++;
        if (Array.Exists(users, count => count > 1) && one is not ArrayColumns) one = one.Computed(steps.Count, budget);

        var labels = new Labels[pairs.Count];
        var result = new ResultLabels(operation);
        for (var i = 0; i < labels.Length; i++) labels[i] = result.Of(many.Labels[pairs[i].Many], one.Labels[pairs[i].One]);
        var matched = new MatchedColumns(operation, many, one, [.. pairs], labels, budget.Column(steps.Count));
        return matching.Cardinality == MatchCardinality.OneToOne
            ? MergedColumns.Of(matched, steps, budget)
            : MergedColumns.Of(matched, steps, budget, fault: "multiple matches for labels: grouping labels must ensure unique matches");
    }

    public override void Fill(int index, Span<double> column)
    {
        var (many, one) = _pairs[index];
        var oneIsLeft = _operation.Matching!.Cardinality == MatchCardinality.OneToMany;
        (oneIsLeft ? _one : _many).Fill(oneIsLeft ? one : many, column);
        (oneIsLeft ? _many : _one).Fill(oneIsLeft ? many : one, _other);
        Arithmetic.Apply(_operation.Operator, column, _other, _operation.ReturnsBool ? Arithmetic.Kept.Bool : Arithmetic.Kept.Left);
    }
}
