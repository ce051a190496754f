using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Archive;

/// <summary>Compacts the archive's table, every hour at 17 minutes past.</summary>
public sealed class CompactArchive(Compactor compactor)
{
    [Function(nameof(CompactArchive))]
    public Task RunAsync([TimerTrigger("0 17 * * * *")] TimerInfo timer, CancellationToken cancellationToken) => compactor.CompactAsync(cancellationToken);
}
