namespace ShitOps.Local.Broker.Log;

/// <summary>A fetch that waits for records in any of its partitions.</summary>
internal sealed class AppendWaiter
{
    private readonly TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Woken => _woken.Task;

    public void Wake() => _woken.TrySetResult();
}
