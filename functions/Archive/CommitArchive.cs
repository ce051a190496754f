using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Archive;

/// <summary>Brings new segments into the archive's table, every minute.</summary>
public sealed class CommitArchive(SegmentCommitter committer)
{
    [Function(nameof(CommitArchive))]
    public Task RunAsync([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellationToken) => committer.CommitAsync(cancellationToken);
}
