namespace ShitOps.Pipeline;

/// <summary>Measures one at a time, and gives what was measured within the last second to all who ask, so that probing costs next to nothing.</summary>
/// <param name="time">The clock.</param>
internal sealed class SharedMeasurement<T>(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _measuring = new(1);
    private (long At, T Measured)? _last;

    /// <summary>The measurement, as of at most a second ago.</summary>
    /// <param name="measure">Measures.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    public async Task<T> GetAsync(Func<CancellationToken, Task<T>> measure, CancellationToken cancellationToken)
    {
        await _measuring.WaitAsync(cancellationToken);
        try
        {
            if (_last is { } recent && time.GetElapsedTime(recent.At) < Fresh) return recent.Measured;
            var measured = await measure(cancellationToken);
            _last = (time.GetTimestamp(), measured);
            return measured;
        }
        finally
        {
            _measuring.Release();
        }
    }

    public void Dispose() => _measuring.Dispose();
}
