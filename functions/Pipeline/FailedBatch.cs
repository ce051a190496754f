using Microsoft.Extensions.Logging;

namespace ShitOps.Pipeline;

/// <summary>What becomes of a batch that fails: the trigger delivers it again at once, so it is held back before.</summary>
public static class FailedBatch
{
    /// <summary>How long it is held back.</summary>
    public static readonly TimeSpan BackOff = TimeSpan.FromSeconds(5);

    /// <summary>Works on a batch; a fault is thrown after <see cref="BackOff"/>.</summary>
    /// <param name="work">What is done with it.</param>
    /// <param name="what">What that is called in the log, as the beginning of a sentence.</param>
    /// <param name="time">The clock to wait on.</param>
    /// <param name="logger">Is told of the fault.</param>
    /// <param name="cancellationToken">Stops the work, and the waiting at once.</param>
    /// <exception cref="OperationCanceledException">The host stops.</exception>
    /// <exception cref="Exception">The fault of the work.</exception>
    public static async Task HoldBackAsync(Func<Task> work, string what, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            await work();
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning("{What} failed and is tried again after {Seconds} s: {Fault}", what, BackOff.TotalSeconds, fault.Message.Split('\n')[0]);
            await Task.Delay(BackOff, time, cancellationToken);
            throw;
        }
    }
}
