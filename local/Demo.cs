using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using ShitOps.Ingestion;
using ShitOps.Local.Simulator;
using ShitOps.Wording;

namespace ShitOps.Local;

/// <summary>The simulated organisation as a part of the run on one machine.</summary>
internal sealed class Demo : IAsyncDisposable, IProgress<SimulationProgress>
{
    private readonly CancellationTokenSource _stopping;
    private readonly EventProducer _producer;
    private readonly Task _running;
    private SimulationProgress _latest;

    private Demo(LocalOptions options, LocalKafka kafka, Action<string> print, CancellationToken cancellationToken)
    {
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _producer = new EventProducer(kafka.Connection, NullLogger<EventProducer>.Instance);
        _running = Task.Run(() => RunAsync(Simulation(options, kafka), print), CancellationToken.None);
    }

    /// <summary>How far it has come, in a few words; null: it has not begun.</summary>
    public string? Status => _latest switch
    {
        { Events: 0, Reports: 0 } => null,
        { IsLive: false } => $"{Quantity.Of(_latest.Events, "event")} of the past, at {_latest.Reached:d MMM yyyy}",
        _ => $"{Quantity.Of(_latest.Events + _latest.Reports, "event")}, live",
    };

    /// <summary>Starts it where it is wanted: with the embedded broker on a topic that holds nothing but its own events, or by --demo.</summary>
    /// <exception cref="LocalFault">Kafka does not answer.</exception>
    public static Demo? StartIfWanted(LocalOptions options, LocalKafka kafka, Action<string> print, CancellationToken cancellationToken)
    {
        if (options.Demo is null)
        {
            if (!kafka.IsEmbedded) return Without("this Kafka is not the embedded one");
            if (!File.Exists(Path.Combine(Simulation(options, kafka).DataDirectory, SimulatedOrganisation.PositionFile)) && !kafka.IsTopicEmpty()) return Without("the topic holds events already");
        }

        return options.Demo == false ? null : new Demo(options, kafka, print, cancellationToken);

        Demo? Without(string reason)
        {
            print($"No simulated organisation, since {reason}; --demo starts it all the same.");
            return null;
        }
    }

    public void Report(SimulationProgress value) => _latest = value;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _producer.Dispose();
        _stopping.Dispose();
    }

    private static SimulationOptions Simulation(LocalOptions options, LocalKafka kafka) => new()
    {
        Seed = options.DemoSeed,
        Teams = options.DemoTeams,
        BackfillDays = options.DemoDays,
        EventsPerSecond = options.DemoRate,
        // A log that is new has none of the organisation's past.
        DataDirectory = Path.Combine(options.DataDirectory, "demo", kafka.Stream.Name),
    };

    private async Task RunAsync(SimulationOptions options, Action<string> print)
    {
        try
        {
            await new SimulatedOrganisation(options, TimeProvider.System, this).RunAsync(_producer, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The regular end.
        }
        catch (Exception fault) when (fault is InvalidOperationException or InvalidDataException or IOException or KafkaException)
        {
            print($"The simulated organisation has stopped: {fault.Message}");
        }
    }
}
