using ShitOps.Planning;
using ShitOps.Scaling;

namespace ShitOps.Pipeline;

/// <summary>The body of <c>GET /api/scale</c>.</summary>
/// <param name="Aggregation">What the topic asks of the instances that aggregate; null: it cannot be told.</param>
/// <param name="Archive">Of those that archive; null: nothing of the topic is archived yet, and it may be that nothing shall be.</param>
/// <param name="Queries">What is asked of the live role; null: it cannot be told.</param>
/// <param name="Faults">Why something cannot be said; null: nothing is wrong.</param>
public sealed record ScaleReport(RoleDemand? Aggregation, RoleDemand? Archive, QueryLoad? Queries = null, IReadOnlyList<string>? Faults = null)
{
    internal static ScaleReport Of(HealthReport health, double arrivalsPerSecond, ScaleSettings settings) => new(
        RoleDemand.Of(new Backlog(health.Lag, arrivalsPerSecond), settings.Aggregation),
        health.Archive is { } archive ? RoleDemand.Of(new Backlog(archive.Lag, arrivalsPerSecond), settings.Archive) : null);
}

/// <summary>What the topic asks of one role.</summary>
/// <param name="Backlog">Records that wait.</param>
/// <param name="EventsPerSecond">Records put on the topic a second, over the last minute.</param>
/// <param name="Instances">Instances asked for, as a fraction; whoever scales rounds it up.</param>
public sealed record RoleDemand(long Backlog, double EventsPerSecond, double Instances)
{
    internal static RoleDemand Of(Backlog backlog, InstanceDemand demand) => new(backlog.Lag, Math.Round(backlog.ArrivalsPerSecond, 3), Math.Round(demand.Of(backlog), 3));
}
