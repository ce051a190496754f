using ShitOps.Cli.CommandLine;
using ShitOps.Events;

namespace ShitOps.Cli.Output;

/// <summary>One run of a command that sends events: hands them to the output and counts what became of them.</summary>
internal sealed class EventRun(EventOutput output, Terminal terminal)
{
    private readonly SortedDictionary<string, long> _types = new(StringComparer.Ordinal);
    private readonly HashSet<string> _projects = new(StringComparer.Ordinal);
    private readonly long _started = terminal.Clock.GetTimestamp();

    /// <summary>Events handed to the output.</summary>
    public long Sent { get; private set; }

    /// <summary>Inputs that were no events and were reported.</summary>
    public long Rejected { get; private set; }

    /// <summary>Events that have arrived.</summary>
    public long Written => output.Written;

    public TimeSpan Elapsed => terminal.Clock.GetElapsedTime(_started);

    /// <summary>Events a second since the run began.</summary>
    public double Rate => Elapsed.TotalSeconds is > 0 and var seconds ? Written / seconds : 0;

    /// <summary>Events by type.</summary>
    public IReadOnlyDictionary<string, long> Types => _types;

    /// <summary>How many projects the events are about.</summary>
    public int Projects => _projects.Count;

    /// <summary>Sends an event whose bytes are known.</summary>
    public ValueTask SendAsync(Event sent, byte[] json)
    {
        _types[sent.Type] = _types.GetValueOrDefault(sent.Type) + 1;
        _projects.Add(sent.Project);
        Sent++;
        return output.WriteAsync(sent.Project, json);
    }

    /// <summary>Sends an event.</summary>
    public ValueTask SendAsync(Event sent) => SendAsync(sent, EventEncoder.Encode(sent));

    /// <summary>Reports an input that is left out.</summary>
    /// <param name="place"><c>file:line</c>, as editors follow it.</param>
    /// <param name="message">What is wrong with it.</param>
    public void Reject(string place, string message)
    {
        Rejected++;
        terminal.Report($"{place}: {message}");
    }

    /// <summary>Waits until all events have arrived.</summary>
    public ValueTask FlushAsync() => output.FlushAsync();
}
