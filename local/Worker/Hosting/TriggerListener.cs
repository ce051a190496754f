namespace ShitOps.Local.Worker;

/// <summary>Waits for what starts a function, and runs it.</summary>
internal abstract class TriggerListener : IDisposable
{
    /// <summary>Begins to listen. Returns at once; what is not reachable yet is waited for.</summary>
    public abstract void Start();

    /// <summary>Cancels what runs, and returns when it has ended and the work that was finished is recorded.</summary>
    public abstract Task StopAsync();

    public abstract void Dispose();
}
