namespace ShitOps.Scaling;

/// <summary>
/// What a rate of events needs, by the limits that Azure states: Event Hubs 1 MB and 1,000 events a second in per throughput unit, 40 units and 32 partitions
/// a topic in Standard; 5 MB a second per processing unit, 16 units and 100 partitions in Premium; Table storage 20,000 entities a second per account and
/// 2,000 per partition, of 1 KiB each; 1,000 instances per Flex Consumption app.
/// </summary>
/// <param name="ThroughputUnits">Of Event Hubs Standard, as if there were no limit to them.</param>
/// <param name="ProcessingUnits">Of Event Hubs Premium, likewise.</param>
/// <param name="Instances">That keep pace with the rate.</param>
/// <param name="TableAccounts">Storage accounts to spread the tables over.</param>
/// <param name="Slices">The least number of slices, a power of two, that leaves each under the half of a table partition's limit, if projects spread evenly.</param>
public sealed record CapacityNeed(int ThroughputUnits, int ProcessingUnits, int Instances, int TableAccounts, int Slices)
{
    /// <summary>Units of an Event Hubs Standard namespace, and partitions of a topic in it.</summary>
    public const int MostThroughputUnits = 40, MostStandardPartitions = 32;

    /// <summary>Units of an Event Hubs Premium namespace, and partitions of a topic in it.</summary>
    public const int MostProcessingUnits = 16, MostPremiumPartitions = 100;

    /// <summary>Partitions of a topic in an Event Hubs Dedicated cluster.</summary>
    public const int MostDedicatedPartitions = 1024;

    /// <summary>Instances of one Flex Consumption app.</summary>
    public const int MostInstances = 1000;

    private const double BytesPerThroughputUnit = 1e6, EventsPerThroughputUnit = 1000, BytesPerProcessingUnit = 5e6;
    private const double EntitiesPerAccount = 20_000, EntitiesPerPartition = 2_000;

    /// <summary>What a rate needs.</summary>
    /// <param name="eventsPerSecond">More than 0.</param>
    /// <param name="footprint">Of the events.</param>
    /// <param name="instanceEventsPerSecond">Of one instance, more than 0.</param>
    public static CapacityNeed Of(double eventsPerSecond, EventFootprint footprint, double instanceEventsPerSecond)
    {
        var bytes = eventsPerSecond * footprint.EventBytes;
        var entities = eventsPerSecond * footprint.TableEntities / 1000;
        var slices = 1;
        while (entities / slices > EntitiesPerPartition / 2) slices *= 2;
        return new CapacityNeed(
            (int)Math.Ceiling(Math.Max(eventsPerSecond / EventsPerThroughputUnit, bytes / BytesPerThroughputUnit)),
            (int)Math.Ceiling(bytes / BytesPerProcessingUnit),
            (int)Math.Ceiling(eventsPerSecond / instanceEventsPerSecond),
            (int)Math.Ceiling(entities / EntitiesPerAccount),
            slices);
    }
}
