using ShitOps.Scaling;

namespace ShitOps.Costs;

/// <summary>One line of a bill.</summary>
/// <param name="What">What is paid for.</param>
/// <param name="Quantity">How much of it in a month.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="Amount">For a month, in the currency of the prices.</param>
public sealed record CostLine(string What, decimal Quantity, string Unit, decimal Amount);

/// <summary>
/// What a load costs in a month of 730 hours, from what a thousand events were measured to ask for. Left out, since nothing measured tells them: what readers ask
/// for, the size of the tables, data between zones and regions, and what the archive's timers write, which does not grow with the load.
/// </summary>
public sealed record MonthlyCost(IReadOnlyList<CostLine> Lines, decimal Events)
{
    /// <summary>Hours of a month, as Azure's price pages count them.</summary>
    public const int Hours = 730;

    /// <summary>The archive lies in the hot tier for a month, in the cool one until the sixth is over, then in the cold one, as infra/bicep has it.</summary>
    private const int HotMonths = 1, CoolMonths = 5;

    private const int Seconds = Hours * 3600;
    private const decimal Gigabyte = 1e9m;

    // A batch is gathered for a second, in the archive for ten.
    private const int ArchiveLinger = 10;

    /// <summary>The sum of the lines.</summary>
    public decimal Total => Lines.Sum(line => line.Amount);

    /// <summary>The total by millions of events.</summary>
    public decimal PerMillionEvents => Total / Events * 1_000_000;

    /// <summary>The bill of a load.</summary>
    /// <exception cref="FormatException">A price is missing.</exception>
    public static MonthlyCost Of(CostedLoad load, EventFootprint footprint, PriceList prices)
    {
        List<CostLine> lines = [];
        var events = (decimal)load.EventsPerSecond * Seconds;
        var live = Math.Ceiling(load.EventsPerSecond / InstanceRate.Aggregation);
        var archive = Math.Ceiling(load.EventsPerSecond / InstanceRate.Archive);
        Add("Functions: instances of the live role", "flex.gbSecond", (decimal)(live * load.InstanceGigabytes) * Seconds);
        Add("Functions: instances of the archive role", "flex.gbSecond", (decimal)(archive * load.InstanceGigabytes) * Seconds);
        Add("Functions: executions", "flex.execution", (decimal)(live + (archive / ArchiveLinger)) * Seconds);
        Add("Functions: instances kept ready", "flex.alwaysReadyGbSecond", (decimal)(load.AlwaysReady * load.InstanceGigabytes) * Seconds);
        Add("Tables: transactions", "table.transaction", events / 1000 * (decimal)footprint.TableTransactions);
        Add("Archive: blobs written", "blob.hot.write", events / 1000 * (decimal)footprint.BlobWrites);

        var month = events * (decimal)footprint.ArchiveBytes / Gigabyte;
        var (hot, cool) = (Math.Min(HotMonths, load.ArchiveMonths), Math.Clamp(load.ArchiveMonths - HotMonths, 0, CoolMonths));
        Add("Archive: stored, hot", "blob.hot.gbMonth", month * hot);
        Add("Archive: stored, cool", "blob.cool.gbMonth", month * cool);
        Add("Archive: stored, cold", "blob.cold.gbMonth", month * (load.ArchiveMonths - hot - cool));
        if (load.EventHubs) AddEventHubs();
        Add("Private endpoints", "privateEndpoint.hour", load.PrivateEndpoints * Hours);
        Add("Telemetry", "logs.gb", (decimal)load.TelemetryGigabytes);
        Add("Grafana: instance", "grafana.hour", load.GrafanaUsers > 0 ? Hours : 0);
        Add("Grafana: users", "grafana.user", load.GrafanaUsers);
        return new MonthlyCost(lines, events);

        void AddEventHubs()
        {
            var need = CapacityNeed.Of(load.EventsPerSecond * load.Peak, footprint with { EventBytes = load.EventBytes }, InstanceRate.Aggregation);
            if (need.ThroughputUnits <= CapacityNeed.MostThroughputUnits)
            {
                Add("Event Hubs Standard: throughput units", "eventHubs.throughputUnitHour", need.ThroughputUnits * Hours);
                Add("Event Hubs Standard: events in", "eventHubs.event", events);
            }
            else
            {
                // A namespace has 16 at most; more of them, or a Dedicated cluster, cost at least as much.
                Add("Event Hubs Premium: processing units", "eventHubs.processingUnitHour", need.ProcessingUnits * Hours);
            }
        }

        void Add(string what, string price, decimal quantity)
        {
            if (quantity > 0) lines.Add(new CostLine(what, quantity, prices[price].Unit, prices[price].Of(quantity)));
        }
    }
}
