using ShitOps.Cli.Input;

namespace ShitOps.Cli.Output;

/// <summary>Where events go: to Kafka, or to standard output with <c>--dry-run</c>.</summary>
internal abstract class EventOutput : IAsyncDisposable
{
    /// <summary>Told of each event that the other side will never take, though it takes others, with the reason.</summary>
    public Action<OutgoingEvent, string> Refused { protected get; set; } = (_, _) => { };

    /// <summary>Events that have arrived for good.</summary>
    public abstract long Written { get; }

    /// <summary>Takes one event; waits while too many are under way.</summary>
    /// <exception cref="OutputFailedException">An event, this or an earlier one, could not be delivered.</exception>
    public abstract ValueTask WriteAsync(OutgoingEvent sent);

    /// <summary>Waits until everything taken has arrived or been refused.</summary>
    /// <exception cref="OutputFailedException">An event could not be delivered.</exception>
    public abstract ValueTask FlushAsync();

    public abstract ValueTask DisposeAsync();
}

/// <summary>An event on its way.</summary>
/// <param name="Place">Where it comes from, for messages.</param>
/// <param name="Type">Its type.</param>
/// <param name="Project">The key of its record.</param>
/// <param name="Json">The event; not to be changed.</param>
internal readonly record struct OutgoingEvent(Place Place, string Type, string Project, byte[] Json);

/// <summary>Events cannot be delivered. The message is for the user and says what to do.</summary>
internal sealed class OutputFailedException(string message) : Exception(message);
