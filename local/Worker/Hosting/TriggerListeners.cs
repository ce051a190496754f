using Microsoft.Extensions.Hosting;

namespace ShitOps.Local.Worker;

/// <summary>
/// Begins to listen when the app's own services have started and HTTP is answered, and stops before they do:
/// functions find what they need as long as they run.
/// </summary>
internal sealed class TriggerListeners : IHostedLifecycleService, IDisposable
{
    private readonly List<TriggerListener> _listeners = [];
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Cancelled when the app begins to stop.</summary>
    public CancellationToken Stopping => _stopping.Token;

    public void Add(TriggerListener listener) => _listeners.Add(listener);

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var listener in _listeners)
        {
            listener.Start();
        }

        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_listeners.Select(listener => listener.StopAsync())).WaitAsync(cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var listener in _listeners)
        {
            listener.Dispose();
        }

        _stopping.Dispose();
    }
}
