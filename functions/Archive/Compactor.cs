using Microsoft.Extensions.Logging;
using ShitOps.Archive.Delta;
using ShitOps.Wording;

namespace ShitOps.Archive;

/// <summary>
/// Makes few large files of many small ones, sorted by project, task and time. The table holds the same events before and after, at every
/// moment: the new files come into it and the old ones leave it by one commit.
/// </summary>
public sealed class Compactor(ArchiveTable table, TimeProvider time, ILogger<Compactor> logger)
{
    /// <summary>Compacts until nothing is left to do.</summary>
    /// <returns>How many files were put together.</returns>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses; what was committed stands.</exception>
    public async Task<int> CompactAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        while (true)
        {
            if (await table.ReadAsync(cancellationToken) is not { } snapshot) return count;
            var jobs = CompactionPlan.For(snapshot, table.Settings, time.GetUtcNow());
            if (jobs.Count == 0) return count;
            foreach (var job in jobs)
            {
                if (await CompactAsync(job, cancellationToken)) count += job.Inputs.Count;
            }
        }
    }

    /// <summary>Does one job.</summary>
    /// <returns>False: one of its files has left the table meanwhile, and nothing was done.</returns>
    internal async Task<bool> CompactAsync(CompactionJob job, CancellationToken cancellationToken)
    {
        // Whatever fails from here on leaves blobs behind that nothing refers to, for a vacuum.
        var outputs = await WriteAsync(job, cancellationToken);
        var now = time.GetUtcNow();
        var isCommitted = await table.CommitAsync(
            "OPTIMIZE",
            snapshot => snapshot is not null && job.Inputs.All(input => snapshot.Has(input.Path)) ? [.. outputs, .. job.Inputs.Select(input => ArchiveTable.Remove(input, now, isChange: false))] : null,
            cancellationToken);
        if (!isCommitted)
        {
            logger.LogInformation("{Chain}: {Count} {Files} compacted by another", job.Chain.AppId, job.Inputs.Count, Quantity.Noun(job.Inputs.Count, "file was", "files were"));
            foreach (var output in outputs) await table.Blobs.GetBlobClient(ArchiveTable.Root + output.Path).DeleteIfExistsAsync(cancellationToken: cancellationToken);
            return false;
        }

        logger.LogInformation(
            "{Chain}: {Count} {Files} with {Before} bytes compacted to {Outputs} with {After}",
            job.Chain.AppId, job.Inputs.Count, Quantity.Noun(job.Inputs.Count, "file"), job.Inputs.Sum(input => input.Size), outputs.Count, outputs.Sum(output => output.Size));
        return true;
    }

    /// <summary>Writes the rows of a job's files in their new order, those of each retention to a file.</summary>
    private async Task<List<AddFile>> WriteAsync(CompactionJob job, CancellationToken cancellationToken)
    {
        var hasWholeMilliseconds = true;
        foreach (var input in job.Inputs)
        {
            using var file = await table.OpenAsync(input, cancellationToken);
            hasWholeMilliseconds &= file.HasWholeMilliseconds;
        }

        // The class of the rows that are kept for ever is -1.
        Dictionary<int, CompactedFile> files = [];
        List<AddFile> outputs = [];
        try
        {
            await foreach (var row in SortedRows.ReadAsync(table, job, cancellationToken))
            {
                var days = table.Settings.Retention.DaysOf(row.Type) ?? -1;
                if (!files.TryGetValue(days, out var file)) files[days] = file = new CompactedFile(hasWholeMilliseconds);
                file.Append(row);
            }

            foreach (var file in files.Values) outputs.Add(await file.StoreAsync(table, job.Chain, time.GetUtcNow(), cancellationToken));
            return outputs;
        }
        finally
        {
            foreach (var file in files.Values) file.Dispose();
        }
    }
}
