using Microsoft.Azure.Functions.Worker;

namespace ShitOps.History;

/// <summary>Builds blocks of history, every hour at 7 minutes past.</summary>
public sealed class BuildBlocks(BlockBuilder builder)
{
    [Function(nameof(BuildBlocks))]
    public Task RunAsync([TimerTrigger("0 7 * * * *")] TimerInfo timer, CancellationToken cancellationToken) => builder.BuildAsync(progress: null, isAnew: false, cancellationToken);
}
