using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Archive;

/// <summary>Notes in the manifest what new segments are, every minute.</summary>
public sealed class KeepManifest(ArchiveManifest manifest)
{
    [Function(nameof(KeepManifest))]
    public Task RunAsync([TimerTrigger("30 * * * * *")] TimerInfo timer, CancellationToken cancellationToken) => manifest.ExtendAsync(cancellationToken);
}
