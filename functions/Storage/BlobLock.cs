using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace ShitOps.Storage;

/// <summary>
/// Keeps a piece of work to one process at a time, by a lease on a blob of the container <c>locks</c>. If it cannot be renewed in time,
/// <see cref="Lost"/> says so; who crashes holds it for a minute more.
/// </summary>
public sealed class BlobLock : IAsyncDisposable
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(15);

    private readonly BlobLeaseClient _lease;
    private readonly CancellationTokenSource _lost;
    private readonly CancellationTokenSource _released = new();
    private readonly Task _renewing;

    private BlobLock(BlobLeaseClient lease, CancellationToken cancellationToken)
    {
        _lease = lease;
        _lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _renewing = RenewAsync();
    }

    /// <summary>Cancelled when the lock is lost, or the caller has cancelled.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Takes the lock; null: another has it.</summary>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public static async Task<BlobLock?> TryTakeAsync(StorageAccount account, string name, CancellationToken cancellationToken)
    {
        var container = account.Blobs.GetBlobContainerClient("locks");
        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        var blob = container.GetBlobClient(name);
        try
        {
            await blob.UploadAsync(BinaryData.Empty, new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } }, cancellationToken);
        }
        catch (RequestFailedException there) when (there.Status is 409 or 412)
        {
            // It is not written again: a lease would forbid that.
        }

        var lease = blob.GetBlobLeaseClient();
        try
        {
            await lease.AcquireAsync(Duration, cancellationToken: cancellationToken);
            return new BlobLock(lease, cancellationToken);
        }
        catch (RequestFailedException held) when (held.ErrorCode == BlobErrorCode.LeaseAlreadyPresent)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _released.CancelAsync();
        await _renewing;
        try
        {
            await _lease.ReleaseAsync();
        }
        catch (RequestFailedException)
        {
            // It ends by itself.
        }

        _lost.Dispose();
        _released.Dispose();
    }

    private async Task RenewAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(Renewal, _released.Token);
                await _lease.RenewAsync(cancellationToken: _released.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Released.
        }
        catch (RequestFailedException)
        {
            await _lost.CancelAsync();
        }
    }
}
