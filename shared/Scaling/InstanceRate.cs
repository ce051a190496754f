namespace ShitOps.Scaling;

/// <summary>
/// Events that one instance processes in a second, for what scales by it. Measured with Azurite on two shared cores (docs/benchmarks.md), where the store
/// is the limit; a deployment states its own in the settings <c>InstanceEventsPerSecond</c> and <c>InstanceArchiveEventsPerSecond</c>.
/// </summary>
public static class InstanceRate
{
    /// <summary>Of the aggregates: <c>pipeline_events_per_s</c>.</summary>
    public const int Aggregation = 4_500;

    /// <summary>Of the archive: <c>encode_events_per_cpu_s</c>.</summary>
    public const int Archive = 44_000;

    /// <summary>The <c>LagThreshold</c> of <c>AggregateProjects</c>: one second of an instance's work; docs/scaling.md says why.</summary>
    public const int AggregationLagThreshold = Aggregation;

    /// <summary>The <c>LagThreshold</c> of <c>ArchiveEvents</c>: as much as its batches take, which are gathered over ten seconds.</summary>
    public const int ArchiveLagThreshold = 10 * Archive;
}
