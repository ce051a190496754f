namespace ShitOps.Verification;

/// <summary>Something that is not as it should be.</summary>
/// <param name="Place">Where: a blob, a row, a range of offsets.</param>
/// <param name="Fault">What is wrong with it.</param>
public sealed record Finding(string Place, string Fault)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Place}: {Fault}";
}

/// <summary>What was looked at, and what was found.</summary>
/// <param name="Events">How many events were looked at; of blocks, how many days of projects.</param>
/// <param name="Findings">In no particular order; none: all is as it should be.</param>
public sealed record Verified(long Events, IReadOnlyList<Finding> Findings)
{
    /// <summary>Records that were on their way: archived, but not in the manifest yet, or archived and not aggregated yet when it began.</summary>
    public long Behind { get; init; }

    /// <summary>Records that the aggregates had before the archive had them, when it began; they were waited for.</summary>
    public long Ahead { get; init; }
}

/// <summary>How far a verification is.</summary>
/// <param name="Phase">What it does.</param>
/// <param name="Done">How much of that is done.</param>
/// <param name="Of">Out of how much; 0: not known.</param>
public readonly record struct VerificationProgress(string Phase, long Done, long Of);
