using ShitOps.PromQL.Ast;

namespace ShitOps.PromQL.Evaluation;

/// <summary>Gets the series of all selectors of a query, before it is evaluated; equal selections once.</summary>
internal sealed class Selection(ISeriesSource source, QueryContext context)
{
    private readonly Dictionary<string, IReadOnlyList<Series>> _answers = new(StringComparer.Ordinal);

    /// <exception cref="QueryException">The selectors find more than is allowed.</exception>
    public async Task RunAsync(Expression query, Timeline steps)
    {
        List<(VectorSelector Selector, SeriesSelector Asked)> selections = [];
        Collect(query, steps, selections);
        foreach (var (selector, asked) in selections) context.Selected[selector] = await SelectAsync(asked);
    }

    private async Task<IReadOnlyList<Series>> SelectAsync(SeriesSelector asked)
    {
        var key = $"{string.Join(',', asked.Matchers)} {asked.FromMs} {asked.ToMs} {asked.LookbackMs} {asked.RangeMs} {asked.StepMs}";
        if (_answers.TryGetValue(key, out var known)) return known;

        var found = await source.SelectAsync(asked with { MostSeries = context.Budget.Series, MostSamples = context.Budget.Samples }, context.CancellationToken);
        context.Budget.TakeSeries(found.Count);
        var samples = 0L;
        for (var i = 0; i < found.Count; i++) samples += found[i].Times.Length;
        context.Budget.TakeSamples(samples);
        return _answers[key] = InOrder(found);
    }

    private static IReadOnlyList<Series> InOrder(IReadOnlyList<Series> found)
    {
        for (var i = 1; i < found.Count; i++)
        {
            if (Labels.Compare(found[i - 1].Labels, found[i].Labels) <= 0) continue;
            Series[] ordered = [.. found];
            Array.Sort(ordered, (left, right) => Labels.Compare(left.Labels, right.Labels));
            return ordered;
        }

        return found;
    }

    private void Collect(Expression expression, Timeline steps, List<(VectorSelector, SeriesSelector)> to)
    {
        if (steps.Count == 0) return;
        switch (expression)
        {
            case VectorSelector vector:
                var lookback = context.Options.LookbackMs;
                to.Add((vector, Asked(vector, steps, lookback) with { LookbackMs = context.Options.HasFixedLookback ? 0 : lookback }));
                break;
            case MatrixSelector matrix:
                to.Add((matrix.Vector, Asked(matrix.Vector, steps, matrix.RangeMs) with { RangeMs = matrix.RangeMs }));
                break;
            case Subquery subquery: Collect(subquery.Inner, steps.Within(subquery, context.Shifts, context.Options.DefaultSubqueryStepMs), to); break;
            case Parenthesized parenthesized: Collect(parenthesized.Inner, steps, to); break;
            case UnaryOperation unary: Collect(unary.Inner, steps, to); break;
            case BinaryOperation binary:
                Collect(binary.Left, steps, to);
                Collect(binary.Right, steps, to);
                break;
            case AggregateOperation aggregation:
                if (aggregation.Parameter is { } parameter) Collect(parameter, steps, to);
                Collect(aggregation.Inner, steps, to);
                break;
            case FunctionCall call:
                foreach (var argument in call.Arguments) Collect(argument, steps, to);
                break;
        }
    }

    private SeriesSelector Asked(VectorSelector selector, Timeline steps, long spanMs) =>
        new(selector.Matchers, context.Shifts.Apply(steps.StartMs, selector.Shift) - spanMs, context.Shifts.Apply(steps.LastMs, selector.Shift))
        {
            StepMs = steps.Count > 1 ? steps.StepMs : 0,
        };
}
