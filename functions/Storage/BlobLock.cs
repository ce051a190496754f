using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace ShitOps.Storage;

/// <summary>
/// Keeps a piece of work to one process at a time, by a lease on a blob of the container <c>locks</c>. If it cannot be renewed in time,
/// <see cref="Lost"/> says so before another can take it; who crashes holds it for a minute more.
/// </summary>
public sealed class BlobLock : IAsyncDisposable
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(15);

    /// <summary>So long after a renewal was asked for, the lease has certainly not ended yet.</summary>
    private static readonly TimeSpan Safe = TimeSpan.FromSeconds(50);

    private readonly BlobLeaseClient _lease;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lapsed;
    private readonly CancellationTokenSource _lost;
    private readonly CancellationTokenSource _released = new();
    private readonly Task _renewing;

    private BlobLock(BlobLeaseClient lease, TimeProvider time, long asked, CancellationToken cancellationToken)
    {
        _lease = lease;
        _time = time;
        _lapsed = new CancellationTokenSource(Left(asked), time);
        _lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _lapsed.Token);
        _renewing = RenewAsync();
    }

    /// <summary>Cancelled before another can have the lock, or when the caller has cancelled.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Takes the lock; null: another has it.</summary>
    /// <param name="account">The account that has the locks.</param>
    /// <param name="name">Which one.</param>
    /// <param name="cancellationToken">Gives up the taking, and afterwards cancels <see cref="Lost"/>.</param>
    /// <param name="time">The clock by which it is renewed and lost; null: the system's, as storage has one of its own.</param>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public static async Task<BlobLock?> TryTakeAsync(StorageAccount account, string name, CancellationToken cancellationToken, TimeProvider? time = null)
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
            time ??= TimeProvider.System;
            var asked = time.GetTimestamp();
            await lease.AcquireAsync(Duration, cancellationToken: cancellationToken);
            return new BlobLock(lease, time, asked, cancellationToken);
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
        if (!_lapsed.IsCancellationRequested)
        {
            try
            {
                using var limit = new CancellationTokenSource(Renewal);
                await _lease.ReleaseAsync(cancellationToken: limit.Token);
            }
            catch (Exception fault) when (StorageFault.Is(fault) || fault is OperationCanceledException)
            {
                // It ends by itself.
            }
        }

        _lost.Dispose();
        _lapsed.Dispose();
        _released.Dispose();
    }

    private async Task RenewAsync()
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_released.Token, _lapsed.Token);
        try
        {
            while (true)
            {
                await Task.Delay(Renewal, _time, ended.Token);
                var asked = _time.GetTimestamp();
                try
                {
                    await _lease.RenewAsync(cancellationToken: ended.Token);
                    _lapsed.CancelAfter(Left(asked));
                }
                catch (RequestFailedException fault) when (fault.Status is 404 or 409 or 412)
                {
                    // It was broken, and another may have it.
                    await _lapsed.CancelAsync();
                }
                catch (Exception fault) when (StorageFault.Is(fault))
                {
                    // It is asked for again as long as the lease is safe.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Released, or lapsed.
        }
    }

    /// <summary>How long the lease is safe yet that was asked for then.</summary>
    private TimeSpan Left(long asked) => Safe - _time.GetElapsedTime(asked) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;
}
