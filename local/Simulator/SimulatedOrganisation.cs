using ShitOps.Ingestion;

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
/// events may be produced again; their ids are the same, so nothing counts them twice.
/// </para>
/// </summary>
public sealed class SimulatedOrganisation
{
    /// <summary>The position's file in <see cref="SimulationOptions.DataDirectory"/>.</summary>
    public const string PositionFile = "simulation.json";

    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLag = TimeSpan.FromSeconds(2);

    private readonly SimulationOptions options;
    private readonly TimeProvider time;
    private readonly IProgress<SimulationProgress>? progress;
    private readonly string path;

    /// <summary>Prepares a run; nothing happens yet.</summary>
    /// <param name="options">Which organisation, how lively.</param>
    /// <param name="time">The clock.</param>
    /// <param name="progress">Told about once per second, and at the end.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public SimulatedOrganisation(SimulationOptions options, TimeProvider time, IProgress<SimulationProgress>? progress = null)
    {
        options.Check();
        this.options = options;
        this.time = time;
        this.progress = progress;
        path = Path.Combine(options.DataDirectory, PositionFile);
    }

    /// <summary>Runs until it is cancelled.</summary>
    /// <exception cref="OperationCanceledException">The regular end; the position is saved.</exception>
    /// <exception cref="InvalidOperationException">The data directory holds another organisation.</exception>
    public Task RunAsync(EventProducer producer, CancellationToken cancellationToken) => RunAsync(producer.ProduceAsync, cancellationToken);

    /// <inheritdoc cref="RunAsync(EventProducer, CancellationToken)"/>
    public async Task RunAsync(Produce produce, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.DataDirectory);
        var position = SimulationPosition.Load(path) ?? Begin();
        if (position.Seed != options.Seed || position.Teams != options.Teams)
        {
            throw new InvalidOperationException(
                $"{path} belongs to the organisation with seed {position.Seed} and {position.Teams} teams, "
                + $"not to seed {options.Seed} and {options.Teams} teams; delete it to begin another one");
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
        var start = time.GetUtcNow().AddDays(-options.BackfillDays);
        return new SimulationPosition(options.Seed, options.Teams, start, start, 0);
    }

    /// <summary>One run, from the position at its start.</summary>
    private sealed class Run(SimulatedOrganisation simulation, SimulationPosition start, Produce produce)
    {
        private readonly Organisation organisation = new(start.Seed, start.Teams, start.Start);
        private readonly TimeProvider time = simulation.time;
        private readonly InFlight inFlight = new(produce, simulation.time);
        private SimulationPosition? saved;
        private DateTimeOffset nextSave;
        private long lastReport;
        private long reports;
        private DateTimeOffset? liveSince;

        public async Task LiveAsync(CancellationToken cancellationToken)
        {
            for (long taken = 0; taken < start.Events; taken++) organisation.Next();
            while (true)
            {
                var sending = organisation.Next();
                if (sending.At > time.GetUtcNow()) await WaitAsync(sending.At, cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                await inFlight.SendAsync(sending.Event, sending.At, cancellationToken);
                SaveNowAndThen();
            }
        }

        public void Save()
        {
            var position = start with { Reached = inFlight.Reached ?? start.Reached, Events = start.Events + inFlight.Acknowledged };
            if (position != saved) position.Save(simulation.path);
            saved = position;
            var reached = liveSince is null ? position.Reached : time.GetUtcNow();
            simulation.progress?.Report(new SimulationProgress(position.Events, reports, reached, liveSince is not null));
        }

        /// <summary>Waits for the organisation's next event, and produces reports meanwhile.</summary>
        private async Task WaitAsync(DateTimeOffset until, CancellationToken cancellationToken)
        {
            if (liveSince is null)
            {
                await inFlight.DrainAsync();
                liveSince = time.GetUtcNow();
                Save();
            }

            while (time.GetUtcNow() is var now && now < until)
            {
                var due = await ReportAsync(now, cancellationToken);
                SaveNowAndThen();
                var pause = Earliest(due, until, nextSave) - time.GetUtcNow();
                if (pause <= TimeSpan.Zero) continue;

                // Task.Delay cuts off what is less than a millisecond and would return at once.
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(pause.TotalMilliseconds)), time, cancellationToken);
            }
        }

        /// <summary>
        /// Produces the reports that are due. Their instants are whole multiples of their distance, so that a report that is
        /// produced again is the same report.
        /// </summary>
        /// <returns>When the next one is due.</returns>
        private async Task<DateTimeOffset> ReportAsync(DateTimeOffset now, CancellationToken cancellationToken)
        {
            if (simulation.options.EventsPerSecond == 0) return DateTimeOffset.MaxValue;
            var distance = (long)(TimeSpan.TicksPerSecond / simulation.options.EventsPerSecond);
            var latest = now.UtcTicks / distance;

            // When Kafka or this machine has been away, reports of long ago would say nothing new.
            var earliest = now - LongestLag;
            lastReport = Math.Max(lastReport, (earliest > liveSince ? earliest : liveSince!.Value).UtcTicks / distance);
            while (lastReport < latest)
            {
                var instant = new DateTimeOffset(++lastReport * distance, TimeSpan.Zero);
                if (organisation.ReportAt(instant) is not { } report) continue;
                await inFlight.SendAsync(report, null, cancellationToken);
                reports++;
            }

            return new DateTimeOffset((lastReport + 1) * distance, TimeSpan.Zero);
        }

        private void SaveNowAndThen()
        {
            var now = time.GetUtcNow();
            if (now < nextSave) return;
            nextSave = now + SaveEvery;
            Save();
        }

        private static DateTimeOffset Earliest(DateTimeOffset one, DateTimeOffset other, DateTimeOffset third) =>
            one < other ? (one < third ? one : third) : (other < third ? other : third);
    }
}
