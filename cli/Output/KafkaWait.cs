using ShitOps.Cli.CommandLine;

namespace ShitOps.Cli.Output;

/// <summary>Says that Kafka is waited for and how long already: soon, and then now and then.</summary>
internal sealed class KafkaWait : IDisposable
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(15);

    private readonly Terminal _terminal;
    private readonly string _brokers;
    private readonly ITimer _looking;
    private volatile Task? _awaited;
    private Task? _seen;
    private long _since;
    private TimeSpan _next;

    /// <summary>Looks from now on.</summary>
    /// <param name="terminal">Where it is said.</param>
    /// <param name="brokers">Which Kafka.</param>
    public KafkaWait(Terminal terminal, string brokers)
    {
        (_terminal, _brokers) = (terminal, brokers);
        _looking = terminal.Clock.CreateTimer(_ => Look(), state: null, BetweenLooks, BetweenLooks);
    }

    /// <summary>What Kafka has to answer next; as long as it is the same and has not ended, it is waited for.</summary>
    public Task Awaited
    {
        set => _awaited = value;
    }

    public void Dispose() => _looking.Dispose();

    private void Look()
    {
        var awaited = _awaited is { IsCompleted: false } waiting ? waiting : null;
        if (awaited is null || awaited != _seen)
        {
            (_seen, _since, _next) = (awaited, _terminal.Clock.GetTimestamp(), Soon);
            return;
        }

        var waited = _terminal.Clock.GetElapsedTime(_since);
        if (waited < _next) return;
        _next = waited + BetweenLines;
        _terminal.Report($"Waiting for Kafka at {_brokers}, for {waited.TotalSeconds:N0} s so far");
    }
}
