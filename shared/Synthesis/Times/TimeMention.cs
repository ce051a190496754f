using ShitOps.Planning;

namespace ShitOps.Synthesis.Times;

/// <summary>A time that a question names.</summary>
/// <param name="Start">Its first token.</param>
/// <param name="End">Behind its last token.</param>
/// <param name="Past">The span that it means for what is or was; null: now.</param>
/// <param name="Ahead">The span that it means for what is expected or due; null: now.</param>
/// <param name="IsCertain">Whether it can be read one way only.</param>
public sealed record TimeMention(int Start, int End, QuerySpan? Past, QuerySpan? Ahead, bool IsCertain)
{
    /// <summary>Whether it is now, in a word such as "currently".</summary>
    public bool IsNow => Past is null;
}

/// <summary>Days from one to another, both included, as some words mean them; perhaps in two ways.</summary>
/// <param name="From">The first day.</param>
/// <param name="To">The last day.</param>
internal readonly record struct Days(DateOnly From, DateOnly To)
{
    public static Days One(DateOnly day) => new(day, day);
}

/// <summary>What some tokens mean, before it is known whether what is asked lies ahead.</summary>
/// <param name="End">Behind the last token.</param>
/// <param name="Past">For what is or was.</param>
/// <param name="Ahead">For what is expected or due.</param>
/// <param name="HasYear">Whether it needs no year from elsewhere.</param>
internal sealed record Period(int End, Days Past, Days Ahead, bool HasYear = true)
{
    public bool IsCertain { get; init; } = true;

    /// <summary>For what has no year: the same in a year.</summary>
    public Func<int, Days>? InYear { get; init; }
}
