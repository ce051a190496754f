using Microsoft.Extensions.Logging;
using ShitOps.Storage;
using ShitOps.Synthesis;
using ShitOps.Synthesis.Training;
using ShitOps.Wording;

namespace ShitOps.Asking;

/// <summary>What became of refining.</summary>
public enum RefinementOutcome
{
    /// <summary>There are no corrections that the version in use has not learnt from.</summary>
    NothingNew,

    /// <summary>Another process refines.</summary>
    Busy,

    /// <summary>What came of it does not read corrections better, or other questions worse; the version in use stays.</summary>
    Refused,

    /// <summary>What came of it is in use.</summary>
    Promoted,
}

/// <summary>What became of refining, and how it compares.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Right">How many corrections the refined network reads right; 0 if there is none.</param>
/// <param name="RightBefore">How many the one in use does.</param>
/// <param name="Fault">Why the refined one is refused; null: it is not.</param>
public sealed record Refinement(RefinementOutcome Outcome, int Right = 0, int RightBefore = 0, string? Fault = null);

/// <summary>Teaches the network corrections, and puts what comes of it in its place if it passes the gate.</summary>
public sealed class QuestionRefiner(StorageAccount account, CorrectionStore corrections, ModelStore models, TimeProvider time, ILogger<QuestionRefiner> log)
{
    private const string LockName = "refine-questions";

    /// <summary>How networks are taught; settable for tests.</summary>
    public RefinementOptions Options { get; init; } = new();

    /// <summary>Refines, if there are corrections newer than those that were learnt or tried before.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task<Refinement> RefineAsync(CancellationToken cancellationToken)
    {
        if ((await corrections.AllAsync(cancellationToken)).Count == 0) return new Refinement(RefinementOutcome.NothingNew);
        await using var taken = await BlobLock.TryTakeAsync(account, LockName, cancellationToken);
        if (taken is null) return new Refinement(RefinementOutcome.Busy);

        // Only now nobody else changes it.
        var current = await models.CurrentAsync(taken.Lost);
        var tried = await models.TriedAsync(taken.Lost);
        var all = await corrections.AllAsync(taken.Lost);
        if (all.Count == 0 || all.Max(one => one.At) is var newest && (newest <= current?.NewestCorrection || newest <= tried)) return new Refinement(RefinementOutcome.NothingNew);

        var taught = all.Select(one => one.Correction).ToList();
        var before = current is null ? QuestionModel.Shipped() : QuestionModel.Read(await models.BytesAsync(current.Version, taken.Lost));
        var refined = await Task.Run(() => QuestionRefinement.Refine(before, taught, Options, taken.Lost), taken.Lost);
        var (right, rightBefore) = (QuestionRefinement.Right(refined, taught), QuestionRefinement.Right(before, taught));
        var scores = QuestionGate.Score(refined);
        var fault = right <= rightBefore
            ? $"it reads {right} of {Quantity.Of(taught.Count, "correction")} right, and the one in use {rightBefore}"
            : QuestionGate.Fault(scores, current?.Scores ?? QuestionGate.Shipped);
        if (fault is not null)
        {
            log.LogWarning("The network that was refined with {Count} {Corrections} is not used: {Fault}", taught.Count, Quantity.Noun(taught.Count, "correction"), fault);
            await models.NoteTriedAsync(newest, taken.Lost);
            return new Refinement(RefinementOutcome.Refused, right, rightBefore, fault);
        }

        var version = new ModelVersion(
            await models.NextAsync(taken.Lost), current?.Version ?? 0, ModelStore.ShippedHash, time.GetUtcNow(), taught.Count, newest, right, scores);
        await models.PromoteAsync(version, refined.Write(), taken.Lost);
        log.LogInformation("Version {Version} of the network reads {Right} of {Count} {Corrections} right, before {Before}", version.Version, right, taught.Count, Quantity.Noun(taught.Count, "correction"), rightBefore);
        return new Refinement(RefinementOutcome.Promoted, right, rightBefore);
    }
}
