namespace ShitOps.Projects;

/// <summary>
/// What became of one event, for counting. An outcome depends on the order of arrival, so it never enters a state; all but
/// <see cref="TaskNotLoaded"/> are final.
/// </summary>
public enum FoldOutcome
{
    /// <summary>The state changed.</summary>
    Applied,

    /// <summary>The state changed, though later statements about the same thing were known: the past was corrected.</summary>
    Late,

    /// <summary>All of it was known.</summary>
    Repeated,

    /// <summary>It came too late: later statements stand against all that it says.</summary>
    Superseded,

    /// <summary>Another statement has the same time and id and says something else. The greater value stands.</summary>
    Contradictory,

    /// <summary>Of a type that this version does not know.</summary>
    Ignored,

    /// <summary>Nothing happened: the task's state has to be loaded, then the event applied again. Others may be applied before.</summary>
    TaskNotLoaded,
}

/// <summary>How the effects of one event's fields add up to its outcome.</summary>
internal static class FoldOutcomes
{
    public static FoldOutcome Of(StatementEffect effects, bool isLate)
    {
        if ((effects & StatementEffect.Contradicts) != StatementEffect.None) return FoldOutcome.Contradictory;
        if ((effects & StatementEffect.Changed) != StatementEffect.None) return isLate ? FoldOutcome.Late : FoldOutcome.Applied;
        return (effects & StatementEffect.Superseded) != StatementEffect.None ? FoldOutcome.Superseded : FoldOutcome.Repeated;
    }
}
