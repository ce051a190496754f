using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Archive;

/// <summary>Lets events go whose retention is over, and deletes what nobody needs any more, every night at 04:10 UTC.</summary>
public sealed class VacuumArchive(ArchiveVacuum vacuum)
{
    [Function(nameof(VacuumArchive))]
    public async Task RunAsync([TimerTrigger("0 10 4 * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        await vacuum.ExpireAsync(cancellationToken);
        await vacuum.VacuumAsync(cancellationToken);
    }
}
