using ShitOps.Ingestion;
using ShitOps.Wording;

namespace ShitOps.Local.Simulator;

/// <summary>
/// Runs an <see cref="Organisation"/> into Kafka: at the first start its past, as fast as Kafka takes it, and from then on the present.
/// <para>
/// The organisation's clock is the real one. Its past ends now, and its people work as fast as real people, so that no event lies in the
/// future and lead times, throughput and due dates mean the same before and after the first start. A demonstration moves all the same:
/// the build servers and time trackers of the tasks in work report progress <see cref="SimulationOptions.EventsPerSecond"/> times per
/// second, night and day. These reports state hours and labels and leave the flow of work alone.
/// </para>
/// <para>
/// The next start goes on where this one ended and first makes up for the time between (without reports). After a crash the last
/// events may be produced again; their ids are the same, so they state nothing new.
/// </para>
/// </summary>
public sealed class SimulatedOrganisation
{
    /// <summary>The position's file in <see cref="SimulationOptions.DataDirectory"/>.</summary>
    public const string PositionFile = "simulation.json";

    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLag = TimeSpan.FromSeconds(2);

    private readonly SimulationOptions _options;
    private readonly TimeProvider _time;
    private readonly IProgress<SimulationProgress>? _progress;
    private readonly string _path;

    /// <summary>Prepares a run; nothing happens yet.</summary>
    /// <param name="options">Which organisation, how lively.</param>
    /// <param name="time">The clock.</param>
    /// <param name="progress">Told about once per second, and at the end.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public SimulatedOrganisation(SimulationOptions options, TimeProvider time, IProgress<SimulationProgress>? progress = null)
    {
        options.Check();
        _options = options;
        _time = time;
        _progress = progress;
        _path = Path.Combine(options.DataDirectory, PositionFile);
    }

    /// <summary>Runs until it is cancelled.</summary>
    /// <exception cref="OperationCanceledException">The regular end; the position is saved.</exception>
    /// <exception cref="InvalidOperationException">The data directory holds another organisation.</exception>
    public Task RunAsync(EventProducer producer, CancellationToken cancellationToken) => RunAsync(producer.ProduceAsync, cancellationToken);

    /// <inheritdoc cref="RunAsync(EventProducer, CancellationToken)"/>
    public async Task RunAsync(Produce produce, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_options.DataDirectory);
        var position = SimulationPosition.Load(_path) ?? Begin();
        if (position.Seed != _options.Seed || position.Teams != _options.Teams)
        {
            throw new InvalidOperationException(
                $"{_path} belongs to the organisation with seed {position.Seed} and {Quantity.Of(position.Teams, "team")}, "
                + $"not to seed {_options.Seed} and {Quantity.Of(_options.Teams, "team")}; delete it to begin another one");
        }

        var run = new Run(this, position, produce);
        try
        {
            await run.LiveAsync(cancellationToken);
        }
        finally
        {
            run.Save();
        }
    }

    private SimulationPosition Begin()
    {
        var start = _time.GetUtcNow().AddDays(-_options.BackfillDays);
        return new SimulationPosition(_options.Seed, _options.Teams, start, start, 0);
    }

    /// <summary>One run, from the position at its start.</summary>
    private sealed class Run(SimulatedOrganisation simulation, SimulationPosition start, Produce produce)
    {
        private readonly Organisation _organisation = new(start.Seed, start.Teams, start.Start);
        private readonly TimeProvider _time = simulation._time;
        private readonly InFlight _inFlight = new(produce, simulation._time);
        private SimulationPosition? _saved;
        private DateTimeOffset _nextSave;
        private long _lastReport;
        private long _reports;
        private DateTimeOffset? _liveSince;

        public async Task LiveAsync(CancellationToken cancellationToken)
        {
            for (long taken = 0; taken < start.Events; taken++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                _organisation.Next();
            }

            while (true)
            {
                var sending = _organisation.Next();
                if (sending.At > _time.GetUtcNow()) await WaitAsync(sending.At, cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                await _inFlight.SendAsync(sending.Event, sending.At, cancellationToken);
                SaveNowAndThen();
            }
        }

        public void Save()
        {
            var position = start with { Reached = _inFlight.Reached ?? start.Reached, Events = start.Events + _inFlight.Acknowledged };
            if (position != _saved) position.Save(simulation._path);
            _saved = position;
            var reached = _liveSince is null ? position.Reached : _time.GetUtcNow();
            simulation._progress?.Report(new SimulationProgress(position.Events, _reports, reached, _liveSince is not null));
        }

        /// <summary>Waits for the organisation's next event, and produces reports meanwhile.</summary>
        private async Task WaitAsync(DateTimeOffset until, CancellationToken cancellationToken)
        {
            if (_liveSince is null)
            {
                await _inFlight.DrainAsync();
                _liveSince = _time.GetUtcNow();
                Save();
            }

            while (_time.GetUtcNow() is var now && now < until)
            {
                var due = await ReportAsync(now, cancellationToken);
                SaveNowAndThen();
                var pause = Earliest(due, until, _nextSave) - _time.GetUtcNow();
                if (pause <= TimeSpan.Zero) continue;

                // Task.Delay cuts off what is less than a millisecond and would return at once.
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(pause.TotalMilliseconds)), _time, cancellationToken);
            }
        }

        /// <summary>
        /// Produces the reports that are due. Their instants are whole multiples of their distance, so that a report that is
        /// produced again is the same report.
        /// </summary>
        /// <returns>When the next one is due.</returns>
        private async Task<DateTimeOffset> ReportAsync(DateTimeOffset now, CancellationToken cancellationToken)
        {
            if (simulation._options.EventsPerSecond == 0) return DateTimeOffset.MaxValue;
            var distance = (long)(TimeSpan.TicksPerSecond / simulation._options.EventsPerSecond);
            var latest = now.UtcTicks / distance;

            // When Kafka or this machine has been away, reports of long ago would say nothing new.
            var earliest = now - LongestLag;
            _lastReport = Math.Max(_lastReport, (earliest > _liveSince ? earliest : _liveSince!.Value).UtcTicks / distance);
            while (_lastReport < latest)
            {
                var instant = new DateTimeOffset(++_lastReport * distance, TimeSpan.Zero);
                if (_organisation.ReportAt(instant) is not { } report) continue;
                await _inFlight.SendAsync(report, null, cancellationToken);
                _reports++;
            }

            return new DateTimeOffset((_lastReport + 1) * distance, TimeSpan.Zero);
        }

        private void SaveNowAndThen()
        {
            var now = _time.GetUtcNow();
            if (now < _nextSave) return;
            _nextSave = now + SaveEvery;
            Save();
        }

        private static DateTimeOffset Earliest(DateTimeOffset one, DateTimeOffset other, DateTimeOffset third) =>
            one < other ? (one < third ? one : third) : (other < third ? other : third);
    }
}
