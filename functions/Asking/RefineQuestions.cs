using Microsoft.Azure.Functions.Worker;
using ShitOps.Planning;

namespace ShitOps.Asking;

/// <summary>Every night: forgets old corrections and queries, and teaches the network what questions were corrected.</summary>
public sealed class RefineQuestions(QuestionRefiner refiner, CorrectionStore corrections, QueryLog queries)
{
    [Function(nameof(RefineQuestions))]
    public async Task RunAsync([TimerTrigger("0 20 3 * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        await queries.ExpireAsync(cancellationToken);
        await corrections.ExpireAsync(cancellationToken);
        _ = await refiner.RefineAsync(cancellationToken);
    }
}
