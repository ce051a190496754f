using Microsoft.Extensions.Logging;
using ShitOps.Storage;
using ShitOps.Synthesis;
using ShitOps.Synthesis.Training;

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

/// <summary>Teaches the network corrections, and puts what comes of it in its place if it passes the gate.</summary>
public sealed class QuestionRefiner(StorageAccount account, CorrectionStore corrections, ModelStore models, TimeProvider time, ILogger<QuestionRefiner> log)
{
    private const string LockName = "refine-questions";

    /// <summary>How networks are taught; settable for tests.</summary>
    public RefinementOptions Options { get; init; } = new();

    /// <summary>Refines, if there is something new.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task<RefinementOutcome> RefineAsync(CancellationToken cancellationToken)
    {
        var current = await models.CurrentAsync(cancellationToken);
        var all = await corrections.AllAsync(cancellationToken);
        if (all.Count == 0 || all.Max(one => one.At) <= current?.NewestCorrection) return RefinementOutcome.NothingNew;
        await using var taken = await BlobLock.TryTakeAsync(account, LockName, cancellationToken);
        if (taken is null) return RefinementOutcome.Busy;

        var taught = all.Select(one => one.Correction).ToList();
        var before = current is null ? QuestionModel.Shipped() : QuestionModel.Read(await models.BytesAsync(current.Version, taken.Lost));
        var refined = await Task.Run(() => QuestionRefinement.Refine(before, taught, Options, taken.Lost), taken.Lost);
        var (right, rightBefore) = (QuestionRefinement.Right(refined, taught), QuestionRefinement.Right(before, taught));
        var scores = QuestionGate.Score(refined);
        var fault = right <= rightBefore
            ? $"it reads {right} of {taught.Count} corrections right, and the one in use {rightBefore}"
            : QuestionGate.Fault(scores, current?.Scores ?? QuestionGate.Shipped);
        if (fault is not null)
        {
            log.LogWarning("The network that was refined with {Corrections} corrections is not used: {Fault}", taught.Count, fault);
            return RefinementOutcome.Refused;
        }

        var version = new ModelVersion(
            await models.NextAsync(taken.Lost), current?.Version ?? 0, ModelStore.ShippedHash, time.GetUtcNow(), taught.Count, all.Max(one => one.At), right, scores);
        await models.PromoteAsync(version, refined.Write(), taken.Lost);
        log.LogInformation("Version {Version} of the network reads {Right} of {Corrections} corrections right, before {Before}", version.Version, right, taught.Count, rightBefore);
        return RefinementOutcome.Promoted;
    }
}
