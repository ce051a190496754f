namespace ShitOps.PromQL.Ast;

/// <summary>What an <c>@</c> modifier fixes the evaluated instant to.</summary>
public enum AtKind
{
    /// <summary>An instant of its own.</summary>
    Instant,

    /// <summary>The start of the whole query.</summary>
    Start,

    /// <summary>The end of the whole query, whether or not a step lies on it.</summary>
    End,
}

/// <summary>An <c>@</c> modifier.</summary>
/// <param name="Ms">Unix milliseconds, if the kind is <see cref="AtKind.Instant"/>.</param>
public readonly record struct AtModifier(AtKind Kind, long Ms = 0);

/// <summary>Which instant a selector or subquery is evaluated for, instead of the step's own: <c>@</c>, then <c>offset</c> back from there.</summary>
/// <param name="OffsetMs">Positive: into the past.</param>
public readonly record struct TimeShift(long OffsetMs, AtModifier? At);
