using System.Globalization;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;
using ShitOps.Archive.Delta;
using ShitOps.Wording;

namespace ShitOps.Archive;

/// <summary>Takes files out of the archive's table whose retention is over, and deletes blobs that the table no longer needs.</summary>
public sealed class ArchiveVacuum(ArchiveTable table, ArchiveManifest manifest, TimeProvider time, ILogger<ArchiveVacuum> logger)
{
    /// <summary>Takes every file out of the table whose events are all of types whose retention is over.</summary>
    /// <returns>How many files.</returns>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task<int> ExpireAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        IReadOnlyList<AddFile> expired = [];
        await table.CommitAsync(
            "DELETE",
            snapshot =>
            {
                expired = [.. (snapshot?.Files ?? []).Where(file => table.Settings.Retention.IsOver(file, now))];
                return [.. expired.Select(file => ArchiveTable.Remove(file, now, isChange: true))];
            },
            cancellationToken);
        var events = expired.Sum(file => file.Statistics!.Rows);
        if (expired.Count > 0)
            logger.LogInformation(
                "{Count} {Files} with {Events} {Noun} whose retention is over left the archive's table", expired.Count, Quantity.Noun(expired.Count, "file"), events, Quantity.Noun(events, "event"));
        return expired.Count;
    }

    /// <summary>
    /// Deletes the blobs that have left the table longer ago than <see cref="ArchiveTableSettings.VacuumAfter"/>, those that a compaction
    /// left behind that was never committed, and the log before <see cref="ArchiveTableSettings.LogRetention"/>.
    /// </summary>
    /// <remarks>
    /// Of a chain the last segment in the table stays, and all that are not in it yet: the archiver finds the end of a chain by its blobs. So do
    /// those that the manifest does not tell of yet.
    /// </remarks>
    /// <returns>How many data files were deleted.</returns>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses; the next run goes on.</exception>
    public async Task<int> VacuumAsync(CancellationToken cancellationToken)
    {
        if (await table.ReadAsync(cancellationToken) is not { } snapshot) return 0;
        var limit = time.GetUtcNow() - table.Settings.VacuumAfter;
        var deleted = 0;

        Dictionary<ArchiveChain, long> kept = [];

        // A segment can only be judged when the next one is seen: the last that the table has stays.
        (string Path, ArchiveChain Chain, bool IsOld)? last = null;
        await foreach (var blob in table.Blobs.GetBlobsAsync(BlobTraits.None, BlobStates.None, ArchiveTable.Root, cancellationToken))
        {
            var path = blob.Name[ArchiveTable.Root.Length..];
            if (ArchiveTable.IsCompacted(path))
            {
                if (blob.Properties.LastModified < limit && IsNeedless(path)) await DeleteAsync(path);
                continue;
            }

            if (SegmentOf(path) is not { } segment) continue;
            if (!kept.TryGetValue(segment.Chain, out var keptFrom))
                kept.Add(segment.Chain, keptFrom = Math.Min(snapshot.VersionOf(segment.Chain.AppId) ?? 0, await manifest.ReachedAsync(segment.Chain, cancellationToken)));
            if (segment.Start >= keptFrom) continue;
            if (last is { } before && before.Chain == segment.Chain && before.IsOld && IsNeedless(before.Path)) await DeleteAsync(before.Path);
            last = (path, segment.Chain, blob.Properties.LastModified < limit);
        }

        var commits = await table.Log.CleanUpAsync(time.GetUtcNow() - table.Settings.LogRetention, cancellationToken);
        logger.LogInformation("{Count} data files that the archive's table no longer needs deleted, and {Commits} of its log", deleted, commits);
        return deleted;

        bool IsNeedless(string path) => !snapshot.Has(path) && !(snapshot.TombstoneOf(path)?.DeletionTimestamp > limit.ToUnixTimeMilliseconds());

        async Task DeleteAsync(string path)
        {
            await table.Blobs.GetBlobClient(ArchiveTable.Root + path).DeleteIfExistsAsync(cancellationToken: cancellationToken);
            deleted++;
        }
    }

    /// <summary>The chain and the first offset of a segment; null: the path is none's.</summary>
    private static (ArchiveChain Chain, long Start)? SegmentOf(string path) =>
        path.Split('/') is [var stream, var topic, var partition, var file] && file.EndsWith(".parquet", StringComparison.Ordinal)
        && int.TryParse(partition, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && long.TryParse(file.AsSpan(0, file.Length - 8), NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            ? (new ArchiveChain(stream, topic, number), start)
            : null;
}
