namespace ShitOps.Local.Worker;

/// <summary>
/// host.json's maxConcurrentRequests and maxOutstandingRequests: so many run, so many more wait, and what comes beyond is turned away.
/// </summary>
/// <param name="limits">Outstanding are those that run and those that wait.</param>
internal sealed class RequestThrottle(HttpLimits limits) : IDisposable
{
    private readonly SemaphoreSlim? _concurrent = limits.MaxConcurrentRequests is { } most ? new SemaphoreSlim(most) : null;
    private int _outstanding;

    /// <returns>False when there are too many already: <paramref name="request"/> was not run.</returns>
    public async Task<bool> TryRunAsync(Func<Task> request, CancellationToken cancelled)
    {
        try
        {
            if (Interlocked.Increment(ref _outstanding) > limits.MaxOutstandingRequests)
            {
                return false;
            }

            if (_concurrent is null)
            {
                await request();
                return true;
            }

            await _concurrent.WaitAsync(cancelled);
            try
            {
                await request();
            }
            finally
            {
                _concurrent.Release();
            }

            return true;
        }
        finally
        {
            Interlocked.Decrement(ref _outstanding);
        }
    }

    public void Dispose() => _concurrent?.Dispose();
}
