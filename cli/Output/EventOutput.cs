namespace ShitOps.Cli.Output;

/// <summary>Where events go: to Kafka, or to standard output with <c>--dry-run</c>.</summary>
internal abstract class EventOutput : IAsyncDisposable
{
    /// <summary>Events that have arrived for good.</summary>
    public abstract long Written { get; }

    /// <summary>Takes one event; waits while too many are under way.</summary>
    /// <param name="project">The key of its record.</param>
    /// <param name="json">The event; not to be changed afterwards.</param>
    /// <exception cref="OutputFailedException">An event, this or an earlier one, could not be delivered.</exception>
    public abstract ValueTask WriteAsync(string project, byte[] json);

    /// <summary>Waits until everything taken has arrived.</summary>
    /// <exception cref="OutputFailedException">An event could not be delivered.</exception>
    public abstract ValueTask FlushAsync();

    public abstract ValueTask DisposeAsync();
}

/// <summary>Events cannot be delivered. The message is for the user and says what to do.</summary>
internal sealed class OutputFailedException(string message) : Exception(message);
