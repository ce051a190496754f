using System.Globalization;
using ShitOps.Costs;
using ShitOps.Scaling;

namespace ShitOps.Bench.Scaling;

/// <summary>The words and tables of docs/scaling.md.</summary>
internal sealed class ScalingPage(TextWriter output, PriceList prices, double[] shape)
{
    private const int InstanceGigabytes = 2;

    private const string Figures = "instance-hours | a day | most | changes | turns | behind p99, s | behind most, s | drained after, s |";
    private const string Rule = "---:|---:|---:|---:|---:|---:|---:|---:|";

    /// <summary>What is played.</summary>
    public void Head(int rates, double drainedBehind)
    {
        var bursts = DayOfEvents.Bursts(shape);
        Write($$"""
            # Scaling

            Made by `dotnet run -c Release --project bench -- scaling > docs/scaling.md`: nothing here was run in Azure. The formulas of two autoscalers (`shared/Scaling`, tested against cases worked out by hand) are played second by second through a day.

            **The day** is a Wednesday of the simulated organisation with 1,000 teams: its emptiest five minutes have {{shape.Min():F2}} of its mean, its fullest {{shape.Max():F2}}. On top come two bursts of {{DayOfEvents.Burst}} times the mean for {{DayOfEvents.BurstSeconds / 60}} minutes, at {{Clock(bursts[0])}} and {{Clock(bursts[1])}}. It is played at {{rates}} means. Each 1,000 events a second are an organisation like W1 of [the benchmarks](benchmarks.md): 200 projects of Zipf sizes, of which the largest has a sixth; a project lies in one partition.

            **An instance** aggregates {{InstanceRate.Aggregation:N0}} events a second, as measured with Azurite on two cores, where the store is the limit. What an instance does in Azure was not measured: put what you see into `InstanceEventsPerSecond`, and think of the thresholds below as seconds of its work. Assumed: 20 s from the decision until an instance consumes; all pause for 5 s when their number changes; an event is in hand for 2 s before its offset is committed.

            **Functions** scale to ceil(lag ÷ `LagThreshold`), one instance per partition at most; the lag is measured anew after a minute; four instances at most are added every 30 s; none are taken away within a minute of adding some. They take no other signal. **KEDA** hands the same quotient to a HorizontalPodAutoscaler, which decides every 15 s, at most doubles or adds four, stays as it is within a tenth, and takes away only what five minutes did not ask for. There a second signal counts beside the lag: **demand**, the `instances` of `GET /api/scale`, (arrivals + lag ÷ {{TimeSpan.FromMinutes(1).TotalSeconds:F0}} s) ÷ {{InstanceRate.Aggregation:N0}}, with {{KedaScaling.DemandTarget}} as the target of one instance; the greater of the two is taken.

            The columns: instance-hours of the day; their price, {{InstanceGigabytes}} GB each at the {{prices["flex.gbSecond"].Amount}} {{prices.Currency}} a GB-second of [cli/prices.json](../cli/prices.json), for KEDA too, to compare; the most instances; how often their number changed; how often it turned from growing to shrinking or back (flapping); the age of the oldest event that waited, in 99% of the seconds and at most; how long after each burst no event waited for longer than {{drainedBehind:F0}} s.

            **What follows from it**

            - `LagThreshold` is {{InstanceRate.AggregationLagThreshold:N0}} for Functions: one second of an instance's work. The default of 1,000 pays for several times the instances that are needed, since what is in hand counts as lag. Ten seconds of work looks cheaper, but lag is then the only thing that keeps an instance: it grows until one is added, which pauses all, and is gone a minute later, and so all day long.
            - With KEDA the lag's threshold is {{10 * InstanceRate.Aggregation:N0}} beside the demand: what keeps pace is asked for before there is a lag. It drains bursts about as fast as lag alone with a low threshold, for less, and turns less often; from 100,000 events a second on the last of a burst goes more slowly, since less is kept to spare.
            - Partitions bound the drain, more than anything that scales: 8 for 1,000 events a second, 32 for 10,000, 256 for 100,000. A million a second is too much for one topic of 1,024, however it is scaled: divide the projects over several topics with an app each.
            - `LagThreshold` of the archive is {{InstanceRate.ArchiveLagThreshold:N0}}: what its batches gather in their ten seconds is no reason for another instance.


            """);
    }

    /// <summary>Begins the table of one rate.</summary>
    public void Rate(double mean, int partitions)
    {
        Write($"""

            ## {mean:N0} events a second, {partitions:N0} partitions

            | by | threshold | {Figures}
            |---|---:|{Rule}

            """);
    }

    /// <summary>Begins the table of partitions.</summary>
    public void Partitions() => Write($"""

        ## Partitions

        One partition is one instance's work at most, and the partition of a large project is never done before the others. `LagThreshold` {InstanceRate.AggregationLagThreshold:N0} for Functions; KEDA with demand and {10 * InstanceRate.Aggregation:N0}.

        | events/s | partitions | by | {Figures}
        |---:|---:|---|{Rule}

        """);

    /// <summary>Begins the table of what was assumed.</summary>
    public void Assumptions() => Write($"""

        ## What was assumed

        The same for 10,000 events a second over 32 partitions with other cold starts and pauses.

        | cold start, s | pause, s | by | {Figures}
        |---:|---:|---|{Rule}

        """);

    /// <summary>Begins the table of the archive.</summary>
    public void Archive() => Write($"""

        ## The archive

        By Functions; an instance archives {InstanceRate.Archive:N0} events a second, and an event is in hand for 11 s.

        | events/s | threshold | {Figures}
        |---:|---:|{Rule}

        """);

    /// <summary>One run.</summary>
    public void Row(string[] first, ScalingRun run, string drained)
    {
        var cost = prices["flex.gbSecond"].Of((decimal)run.InstanceHours * InstanceGigabytes * 3600);
        Write($"| {string.Join(" | ", first)} | {run.InstanceHours:N1} | {cost:N2} | {run.Instances.Max():N0} | {run.Changes:N0} | {run.Turns:N0} | {run.BehindQuantile(0.99):N0} | {run.BehindQuantile(1):N0} | {drained} |\n");
    }

    /// <summary>Where Azure's limits bite.</summary>
    public void Limits(IReadOnlyList<(double Mean, int Partitions)> rates)
    {
        var footprint = EventFootprint.Greatest;
        Write($"""

            ## Where Azure's limits bite

            By the limits that Azure states (`shared/Scaling/CapacityNeed.cs`), {footprint.EventBytes:F0} bytes an event, and the most that was measured of tables: {footprint.TableEntities:N0} entities and {footprint.TableTransactions} transactions per 1,000 events. At the mean, and at the height of the day with a burst on it, {shape.Max() + DayOfEvents.Burst:F1} times as much. Table storage takes the burst from the lag, at the pace of the instances, so its accounts are those of the mean with twice as much for draining.

            | events/s | throughput units: mean, height | processing units: mean, height | Event Hubs | instances: mean, height | table accounts | slices | what is sharded then |
            |---:|---|---|---|---|---:|---:|---|

            """);
        foreach (var (mean, partitions) in rates)
        {
            var (need, height, draining) = (Need(mean), Need(mean * (shape.Max() + DayOfEvents.Burst)), Need(2 * mean));
            var hubs = height.ThroughputUnits <= CapacityNeed.MostThroughputUnits && partitions <= CapacityNeed.MostStandardPartitions ? "Standard"
                : height.ProcessingUnits <= CapacityNeed.MostProcessingUnits && partitions <= CapacityNeed.MostPremiumPartitions ? "Premium"
                : partitions <= CapacityNeed.MostDedicatedPartitions ? "Dedicated, or a Kafka of one's own" : "a Kafka of one's own";
            List<string> sharded = [];
            if (draining.TableAccounts > 1) sharded.Add("tables, by slice, over the accounts");
            if (height.Instances > CapacityNeed.MostInstances) sharded.Add($"the app: more than {CapacityNeed.MostInstances:N0} instances are several apps, each with topics of its own");
            if (sharded.Count == 0) sharded.Add("nothing");
            Write($"| {mean:N0} | {need.ThroughputUnits:N0}, {height.ThroughputUnits:N0} | {need.ProcessingUnits:N0}, {height.ProcessingUnits:N0} | {hubs} | {need.Instances:N0}, {height.Instances:N0} | {draining.TableAccounts:N0} | {draining.Slices:N0} | {string.Join("; ", sharded)} |\n");
        }

        Write($"""

            A project lies in one partition and one slice. So one project can have {InstanceRate.Aggregation:N0} events a second at most, what one instance does, and {2000 / (footprint.TableEntities / 1000):N0} by the 2,000 entities a second of a table's partition if it writes as many entities as measured; nothing that is added changes this.

            """);

        CapacityNeed Need(double rate) => CapacityNeed.Of(rate, footprint, InstanceRate.Aggregation);
    }

    private static string Clock(int second) => TimeSpan.FromSeconds(second).ToString(@"hh\:mm", CultureInfo.InvariantCulture);

    private void Write(FormattableString text) => output.Write(text.ToString(CultureInfo.InvariantCulture).ReplaceLineEndings("\n"));
}
