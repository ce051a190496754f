using Azure;
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
    private readonly CancellationTokenSource _held;
    private readonly CancellationTokenSource _givenBack = new();
    private readonly Task _renewing;

    // The lease ends a period after it was asked for at the earliest.
    private TimerLease(BlobLeaseClient lease, TimerLock @lock, TimeProvider time, long asked)
    {
        _lease = lease;
        _lock = @lock;
        _time = time;
        _held = new CancellationTokenSource();
        Lost = _held.Token;
        _renewing = RenewAsync(asked);
    }

    /// <summary>Cancelled when another instance may have the lease.</summary>
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
            catch (Exception fault) when (fault is RequestFailedException or OperationCanceledException or AggregateException)
            {
                // It ends by itself after the period.
            }
        }

        _givenBack.Dispose();
        _held.Dispose();
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

    private async Task RenewAsync(long lastAsked)
    {
        try
        {
            for (var left = Left(lastAsked); left > TimeSpan.Zero; left = Left(lastAsked))
            {
                var third = _lock.Period / 3;
                await Task.Delay(left < third ? left : third, _time, _givenBack.Token);
                var asked = _time.GetTimestamp();
                left = Left(lastAsked);
                using var limit = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time);
                using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _givenBack.Token);
                try
                {
                    await _lease.RenewAsync(cancellationToken: cancelled.Token);
                    lastAsked = asked;
                }
                catch (RequestFailedException fault) when (fault.Status is 404 or 409 or 412)
                {
                    break;
                }
                catch (Exception fault) when (fault is RequestFailedException or AggregateException || limit.IsCancellationRequested)
                {
                    // Storage is away or does not answer. It is asked again as long as the lease is safe.
                }
            }

            await _held.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // Given back.
        }
    }

    /// <summary>How long the lease is safe yet: it holds for its period since the last renewal that was asked for, by storage's clock.</summary>
    private TimeSpan Left(long lastAsked) => (_lock.Period * 0.8) - _time.GetElapsedTime(lastAsked);
}
