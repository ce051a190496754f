namespace ShitOps.Costs;

/// <summary>A load, described by whoever wants to know what it costs.</summary>
public sealed record CostedLoad
{
    /// <summary>The mean over a month; more than 0.</summary>
    public required double EventsPerSecond { get; init; }

    /// <summary>The greatest rate over the mean, for what is paid by capacity; from 1.</summary>
    public double Peak { get; init; } = 2.7;

    /// <summary>The size of an event as JSON, in bytes; more than 0.</summary>
    public double EventBytes { get; init; } = 290;

    /// <summary>Whether Kafka is Event Hubs; else it is one that is paid for elsewhere.</summary>
    public bool EventHubs { get; init; } = true;

    /// <summary>The memory of an instance in GB: 0.5, 2 or 4.</summary>
    public double InstanceGigabytes { get; init; } = 2;

    /// <summary>Instances that are kept ready whether or not there is work, of both roles; from 0.</summary>
    public int AlwaysReady { get; init; }

    /// <summary>Months of events in the archive, the present one included; from 1.</summary>
    public int ArchiveMonths { get; init; } = 12;

    /// <summary>Private endpoints, from 0.</summary>
    public int PrivateEndpoints { get; init; }

    /// <summary>Telemetry taken in, in GB a month; from 0.</summary>
    public double TelemetryGigabytes { get; init; }

    /// <summary>Active users of Azure Managed Grafana; 0: there is none.</summary>
    public int GrafanaUsers { get; init; }
}
