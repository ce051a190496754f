using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace ShitOps.Local.Worker;

/// <summary>A lease on a blob, renewed until it is given back or lost. Who has it may run the timer.</summary>
internal sealed class TimerLease : IAsyncDisposable
{
    private readonly BlobLeaseClient _lease;
    private readonly TimerLock _lock;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lapsed;
    private readonly CancellationTokenSource _givenBack = new();
    private readonly Task _renewing;

    private TimerLease(BlobLeaseClient lease, TimerLock @lock, TimeProvider time, long asked)
    {
        _lease = lease;
        _lock = @lock;
        _time = time;
        _lapsed = new CancellationTokenSource(Left(asked), time);
        Lost = _lapsed.Token;
        _renewing = RenewAsync();
    }

    /// <summary>Cancelled before another instance can have the lease.</summary>
    public CancellationToken Lost { get; }

    /// <returns>The lease, or null while another instance has it.</returns>
    public static async Task<TimerLease?> TryAcquireAsync(BlobClient blob, TimerLock @lock, TimeProvider time, CancellationToken cancelled)
    {
        var lease = blob.GetBlobLeaseClient();
        for (; ; )
        {
            try
            {
                var asked = time.GetTimestamp();
                await lease.AcquireAsync(@lock.Period, cancellationToken: cancelled);
                return new TimerLease(lease, @lock, time, asked);
            }
            catch (RequestFailedException fault) when (fault.ErrorCode == BlobErrorCode.LeaseAlreadyPresent)
            {
                return null;
            }
            catch (RequestFailedException fault) when (fault.Status == 404)
            {
                await blob.GetParentBlobContainerClient().CreateIfNotExistsAsync(cancellationToken: cancelled);
                await CreateAsync(blob, cancelled);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _givenBack.CancelAsync();
        await _renewing;
        if (!Lost.IsCancellationRequested)
        {
            try
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5), _time);
                await _lease.ReleaseAsync(cancellationToken: limit.Token);
            }
            catch (Exception fault) when (IsOfStorage(fault) || fault is OperationCanceledException)
            {
                // It ends by itself after the period.
            }
        }

        _givenBack.Dispose();
        _lapsed.Dispose();
    }

    private static async Task CreateAsync(BlobClient blob, CancellationToken cancelled)
    {
        try
        {
            await blob.UploadAsync(BinaryData.Empty, new BlobUploadOptions { Conditions = new() { IfNoneMatch = ETag.All } }, cancelled);
        }
        catch (RequestFailedException fault) when (fault.Status is 409 or 412)
        {
            // Another instance was faster.
        }
    }

    private async Task RenewAsync()
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_givenBack.Token, Lost);
        try
        {
            while (true)
            {
                await Task.Delay(_lock.Period / 3, _time, ended.Token);
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
                catch (Exception fault) when (IsOfStorage(fault))
                {
                    // It is asked for again as long as the lease is safe.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Given back, or lapsed.
        }
    }

    /// <summary>How long the lease is safe yet that was asked for then: by storage's clock it ends a period after that at the earliest.</summary>
    private TimeSpan Left(long asked) => (_lock.Period * 0.8) - _time.GetElapsedTime(asked) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>
    /// Whether storage is down, cannot be reached, refuses, or lets nobody in. After its retries the SDK throws their faults all together, attempts
    /// among them that were given up since no answer came.
    /// </summary>
    private static bool IsOfStorage(Exception fault) =>
        fault is RequestFailedException or AuthenticationFailedException || (fault is AggregateException all && all.InnerExceptions.All(one => IsOfStorage(one) || one is OperationCanceledException));
}
