using ShitOps.Cli.CommandLine;
using ShitOps.Cli.Input;
using ShitOps.Events;

namespace ShitOps.Cli.Output;

/// <summary>One run of a command that sends events: hands them to the output and counts what became of them.</summary>
internal sealed class EventRun
{
    /// <summary>A file of another format has a fault in each line; the first ones show which.</summary>
    private const int MostFaultsOfOneFile = 10;

    private readonly EventOutput _output;
    private readonly Terminal _terminal;
    private readonly SortedDictionary<string, long> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _projects = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _faults = new(StringComparer.Ordinal);
    private readonly long _started;

    public EventRun(EventOutput output, Terminal terminal)
    {
        (_output, _terminal, _started) = (output, terminal, terminal.Clock.GetTimestamp());
        output.Refused = (sent, reason) =>
        {
            Count(sent, -1);
            Reject(sent.Place, reason);
        };
    }

    /// <summary>Inputs that were no events and were reported.</summary>
    public long Rejected { get; private set; }

    /// <summary>Events that have arrived.</summary>
    public long Written => _output.Written;

    public TimeSpan Elapsed => _terminal.Clock.GetElapsedTime(_started);

    /// <summary>Events a second since the run began.</summary>
    public double Rate => Elapsed.TotalSeconds is > 0 and var seconds ? Written / seconds : 0;

    /// <summary>Events by type.</summary>
    public IEnumerable<KeyValuePair<string, long>> Types => _types.Where(type => type.Value > 0);

    /// <summary>How many projects the events are about.</summary>
    public int Projects => _projects.Values.Count(events => events > 0);

    /// <summary>Events about one project, that of its creation included.</summary>
    public long EventsOf(string project) => _projects.GetValueOrDefault(project);

    /// <summary>Sends an event whose bytes are known.</summary>
    /// <param name="place">Where it comes from, should it be refused.</param>
    /// <param name="sent">The event.</param>
    /// <param name="json">The same as bytes.</param>
    public ValueTask SendAsync(Place place, Event sent, byte[] json)
    {
        var outgoing = new OutgoingEvent(place, sent.Type, sent.Project, json);
        Count(outgoing, 1);
        return _output.WriteAsync(outgoing);
    }

    /// <summary>Sends an event.</summary>
    public ValueTask SendAsync(Place place, Event sent) => SendAsync(place, sent, EventEncoder.Encode(sent));

    /// <summary>Reports an input that is left out, unless many of its file have been reported.</summary>
    /// <param name="place">Where it is.</param>
    /// <param name="message">What is wrong with it.</param>
    public void Reject(Place place, string message)
    {
        Rejected++;
        var faults = _faults[place.Source] = _faults.GetValueOrDefault(place.Source) + 1;
        if (faults <= MostFaultsOfOneFile) _terminal.Report($"{place}: {message}");
    }

    /// <summary>Says something that makes no input left out.</summary>
    public void Note(string line) => _terminal.Report(line);

    /// <summary>Reports how many faults were not, file by file.</summary>
    public void ReportOmitted()
    {
        foreach (var (file, faults) in _faults)
            if (faults > MostFaultsOfOneFile) _terminal.Report($"{file}: … and {faults - MostFaultsOfOneFile:N0} more");
    }

    /// <summary>Waits until all events have arrived.</summary>
    public ValueTask FlushAsync() => _output.FlushAsync();

    private void Count(OutgoingEvent sent, int change)
    {
        _types[sent.Type] = _types.GetValueOrDefault(sent.Type) + change;
        _projects[sent.Project] = _projects.GetValueOrDefault(sent.Project) + change;
    }
}
