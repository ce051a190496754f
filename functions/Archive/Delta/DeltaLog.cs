using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace ShitOps.Archive.Delta;

/// <summary>
/// The log of a Delta table in blob storage, <c>_delta_log</c> in the table's root: a commit is a blob that is created only where there is
/// none, so of those who want to be the next version one is.
/// </summary>
/// <param name="container">The container of the table.</param>
/// <param name="root">The folder of the table in it, ending with /.</param>
public sealed class DeltaLog(BlobContainerClient container, string root)
{
    private const string LastCheckpoint = "_last_checkpoint";

    private readonly string _folder = $"{root}_delta_log/";

    /// <summary>The table's present state; null: there is no table.</summary>
    /// <param name="known">A state of before, from which on it is read if that is less; null: from the last checkpoint on.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="InvalidDataException">The log is damaged, or asks for what this version does not know.</exception>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public async Task<DeltaSnapshot?> ReadAsync(DeltaSnapshot? known, CancellationToken cancellationToken)
    {
        var checkpoint = await LastCheckpointAsync(cancellationToken);
        var snapshot = known is not null && known.Version >= (checkpoint ?? 0) ? known : checkpoint is { } version ? await AtCheckpointAsync(version, cancellationToken) : null;
        while (await CommitAsync((snapshot?.Version ?? -1) + 1, cancellationToken) is { } commit) snapshot = snapshot is null ? DeltaSnapshot.From(0, commit) : snapshot.After(commit);
        return snapshot ?? await FromListingAsync(cancellationToken);
    }

    /// <summary>Commits what is to be done in view of the table's state, as soon as nobody else has committed in between.</summary>
    /// <param name="snapshot">The state as it was last read; null: there was no table.</param>
    /// <param name="operation">What it is for: <see cref="DeltaCommitInfo.Operation"/>.</param>
    /// <param name="actions">
    /// Gives what to commit upon a state, and is asked again when another has committed first: that is where the conflict is resolved. Null:
    /// nothing.
    /// </param>
    /// <param name="now">The present time, for the log.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The state with the commit, or, if there was nothing to commit, the state that was last seen.</returns>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public async Task<(DeltaSnapshot? Snapshot, bool IsCommitted)> CommitAsync(
        DeltaSnapshot? snapshot, string operation, Func<DeltaSnapshot?, IReadOnlyList<DeltaAction>?> actions, DateTimeOffset now, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (actions(snapshot) is not { Count: > 0 } what) return (snapshot, false);
            var info = new DeltaCommitInfo(now.ToUnixTimeMilliseconds(), operation, Guid.NewGuid().ToString());
            var version = (snapshot?.Version ?? -1) + 1;
            if (await TryCreateAsync(CommitName(version), DeltaJson.Write([info, .. what]), cancellationToken)) return (snapshot is null ? DeltaSnapshot.From(0, what) : snapshot.After(what), true);

            // Another was first; or it was this one, and the answer was lost.
            var commit = await CommitAsync(version, cancellationToken) ?? throw new InvalidDataException($"{_folder}: version {version} was there, and is not");
            snapshot = snapshot is null ? DeltaSnapshot.From(0, commit) : snapshot.After(commit);
            if (commit.OfType<DeltaCommitInfo>().Any(other => other.TransactionId == info.TransactionId)) return (snapshot, true);
        }
    }

    /// <summary>Writes a checkpoint of a state, and tells readers of it.</summary>
    /// <param name="snapshot">The state.</param>
    /// <param name="tombstonesFrom">What was removed earlier is forgotten.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task WriteCheckpointAsync(DeltaSnapshot snapshot, DateTimeOffset tombstonesFrom, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        var count = DeltaCheckpoint.Write(bytes, snapshot.ToActions(tombstonesFrom.ToUnixTimeMilliseconds()));
        await TryCreateAsync(CheckpointName(snapshot.Version), bytes.ToArray(), cancellationToken);

        // It may lag behind, since it is only a hint; that it is not set back keeps readers from reading more than they need.
        var json = JsonSerializer.SerializeToUtf8Bytes(new { version = snapshot.Version, size = count });
        while (true)
        {
            var (version, etag) = await LastCheckpointWithTagAsync(cancellationToken);
            if (version >= snapshot.Version) return;
            try
            {
                var conditions = etag is { } known ? new BlobRequestConditions { IfMatch = known } : new BlobRequestConditions { IfNoneMatch = ETag.All };
                await Blob(LastCheckpoint).UploadAsync(new BinaryData(json), new BlobUploadOptions { Conditions = conditions }, cancellationToken);
                return;
            }
            catch (RequestFailedException conflict) when (conflict.Status is 409 or 412)
            {
                // Read again: another has told of a checkpoint meanwhile.
            }
        }
    }

    /// <summary>
    /// Deletes commits and checkpoints that nobody needs who reads a version of the last while (the protocol's "Metadata Cleanup"): all
    /// before the newest checkpoint that is as old as that.
    /// </summary>
    /// <returns>How many blobs.</returns>
    public async Task<int> CleanUpAsync(DateTimeOffset olderThan, CancellationToken cancellationToken)
    {
        // By day, as the protocol says, so that not every run deletes a little.
        var limit = new DateTimeOffset(olderThan.UtcDateTime.Date, TimeSpan.Zero);
        List<(string Name, long Version, DateTimeOffset At)> blobs = [];
        long? kept = null;
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, _folder, cancellationToken))
        {
            var name = blob.Name[_folder.Length..];
            if (VersionOf(name) is not { } version || blob.Properties.LastModified is not { } at) continue;
            blobs.Add((name, version, at));
        }

        var commits = blobs.Where(blob => blob.Name == CommitName(blob.Version)).ToDictionary(blob => blob.Version, blob => blob.At);
        foreach (var checkpoint in blobs.Where(blob => blob.Name == CheckpointName(blob.Version)).Select(blob => blob.Version))
        {
            if (commits.TryGetValue(checkpoint, out var at) && at < limit && checkpoint > (kept ?? -1)) kept = checkpoint;
        }

        if (kept is not { } first) return 0;
        var needless = blobs.Where(blob => blob.Version < first).OrderBy(blob => blob.Version).ToList();
        foreach (var (name, _, _) in needless) await Blob(name).DeleteIfExistsAsync(cancellationToken: cancellationToken);
        return needless.Count;
    }

    /// <summary>The version of the newest checkpoint that readers have been told of; null: none.</summary>
    public async Task<long?> LastCheckpointAsync(CancellationToken cancellationToken) => (await LastCheckpointWithTagAsync(cancellationToken)).Version;

    private async Task<(long? Version, ETag? Tag)> LastCheckpointWithTagAsync(CancellationToken cancellationToken)
    {
        if (await DownloadAsync(LastCheckpoint, cancellationToken) is not { } blob) return (null, null);
        using var document = JsonDocument.Parse(blob.Content);
        if (document.RootElement.TryGetProperty("parts", out _)) throw new InvalidDataException($"{_folder}{LastCheckpoint}: another engine has written a checkpoint in parts, which this version does not read. Let other engines read the archive's table only");
        return (document.RootElement.GetProperty("version").GetInt64(), blob.Details.ETag);
    }

    /// <summary>The state of a table whose first commits are gone and that does not tell of its last checkpoint; null: there is no table.</summary>
    private async Task<DeltaSnapshot?> FromListingAsync(CancellationToken cancellationToken)
    {
        if (!await container.ExistsAsync(cancellationToken)) return null;
        long? newest = null;
        var (isThere, isWhole) = (false, false);
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, _folder, cancellationToken))
        {
            var name = blob.Name[_folder.Length..];
            isThere = true;
            isWhole |= name == CommitName(0);
            if (VersionOf(name) is { } version && name == CheckpointName(version)) newest = version;
        }

        if (!isThere) return null;

        // Somebody has made the table since its first commit was asked for.
        if (newest is null && isWhole) return await ReadAsync(null, cancellationToken);
        var snapshot = await AtCheckpointAsync(newest ?? throw new InvalidDataException($"{_folder} holds neither its first commit nor a checkpoint"), cancellationToken);
        while (await CommitAsync(snapshot.Version + 1, cancellationToken) is { } commit) snapshot = snapshot.After(commit);
        return snapshot;
    }

    private async Task<DeltaSnapshot> AtCheckpointAsync(long version, CancellationToken cancellationToken)
    {
        var blob = await DownloadAsync(CheckpointName(version), cancellationToken) ?? throw new InvalidDataException($"{_folder}{CheckpointName(version)} is missing, though {LastCheckpoint} tells of it");
        return DeltaSnapshot.From(version, DeltaCheckpoint.Read(blob.Content.ToArray()));
    }

    private async Task<List<DeltaAction>?> CommitAsync(long version, CancellationToken cancellationToken)
    {
        if (await DownloadAsync(CommitName(version), cancellationToken) is not { } blob) return null;
        try
        {
            return DeltaJson.Read(blob.Content);
        }
        catch (Exception damage) when (damage is JsonException or InvalidDataException)
        {
            throw new InvalidDataException($"{_folder}{CommitName(version)}: {damage.Message}", damage);
        }
    }

    private async Task<bool> TryCreateAsync(string name, byte[] content, CancellationToken cancellationToken)
    {
        try
        {
            await Blob(name).UploadAsync(new BinaryData(content), new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } }, cancellationToken);
            return true;
        }
        catch (RequestFailedException taken) when (taken.ErrorCode == BlobErrorCode.BlobAlreadyExists || taken.ErrorCode == BlobErrorCode.ConditionNotMet)
        {
            return false;
        }
    }

    private async Task<BlobDownloadResult?> DownloadAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await Blob(name).DownloadContentAsync(cancellationToken);
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }
    }

    private BlobClient Blob(string name) => container.GetBlobClient(_folder + name);

    private static string CommitName(long version) => $"{version:D20}.json";

    private static string CheckpointName(long version) => $"{version:D20}.checkpoint.parquet";

    private static long? VersionOf(string name) => name.Length > 20 && name[20] == '.' && long.TryParse(name.AsSpan(0, 20), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;
}
