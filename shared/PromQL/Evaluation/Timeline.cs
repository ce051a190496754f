using ShitOps.PromQL.Ast;

namespace ShitOps.PromQL.Evaluation;

/// <summary>The instants for which an expression is evaluated: its steps.</summary>
/// <param name="StartMs">The first, in Unix milliseconds.</param>
/// <param name="StepMs">Between two; greater than 0.</param>
/// <param name="Count">How many there are; 0 if a subquery's span holds no multiple of its step.</param>
/// <param name="EndMs">The end that was asked for: the last step or less than a step behind it. What <c>@ end()</c> names, and what subqueries reach to.</param>
internal readonly record struct Timeline(long StartMs, long StepMs, int Count, long EndMs)
{
    public long LastMs => StartMs + (Count - 1) * StepMs;

    /// <summary>One instant.</summary>
    public static Timeline At(long instantMs) => new(instantMs, 1, 1, instantMs);

    public long this[int step] => StartMs + step * StepMs;

    /// <summary>The steps from a start to an end, both included.</summary>
    /// <exception cref="QueryException">There are more than an array can hold.</exception>
    public static Timeline Of(long startMs, long endMs, long stepMs)
    {
        if (endMs < startMs) return new(startMs, stepMs, 0, endMs);
        var count = ((Int128)endMs - startMs) / stepMs + 1;
        if (count > Array.MaxLength) throw new QueryException(QueryErrorKind.TooManySamples, $"{count} steps are more than fit into memory; take a longer step");
        return new(startMs, stepMs, (int)count, endMs);
    }

    /// <summary>The steps of a subquery that is evaluated at all of these steps: multiples of its own step.</summary>
    public Timeline Within(Subquery subquery, TimeShifts shifts, long defaultStepMs)
    {
        var step = subquery.StepMs ?? defaultStepMs;
        var from = shifts.Apply(StartMs, subquery.Shift) - subquery.RangeMs;
        var first = from / step * step;
        if (first < from) first += step;
        return Of(first, shifts.Apply(EndMs, subquery.Shift), step);
    }
}

/// <summary>What <c>@ start()</c> and <c>@ end()</c> mean: the bounds of the whole query.</summary>
internal readonly record struct TimeShifts(long StartMs, long EndMs)
{
    /// <summary>The instant that a selector sees instead of a step's.</summary>
    public long Apply(long stepMs, TimeShift shift) => shift.At switch
    {
        null => stepMs,
        { Kind: AtKind.Start } => StartMs,
        { Kind: AtKind.End } => EndMs,
        { Ms: var ms } => ms,
    } - shift.OffsetMs;
}
