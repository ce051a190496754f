using System.Text.Json;
using ShitOps.Cli.Import;

namespace ShitOps.Cli.Health;

/// <summary>What <c>GET /api/health</c> says; whatever a version of the app leaves out is null or empty.</summary>
internal sealed record HealthReport
{
    /// <summary>The status of an app that has nothing to complain about.</summary>
    public const string Healthy = "healthy";

    public string? Status { get; init; }

    public string? Stream { get; init; }

    public string? Topic { get; init; }

    public IReadOnlyList<PartitionHealth> Partitions { get; init; } = [];

    public long? Decoded { get; init; }

    public long? Unknown { get; init; }

    public long? Undecodable { get; init; }

    public IReadOnlyList<(string Type, long Count)> ByType { get; init; } = [];

    /// <summary>Events on the topic that have not been processed, over all partitions.</summary>
    public long? Lag { get; init; }

    public long? DeadLetters { get; init; }

    /// <summary>Reads the answer.</summary>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    public static HealthReport Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object) throw new JsonException("expected an object");
        var events = root.Get("events") ?? default;
        return new HealthReport
        {
            Status = root.Text("status"),
            Stream = root.Text("stream"),
            Topic = root.Text("topic"),
            Partitions = [.. root.Items("partitions").Select(PartitionHealth.Parse)],
            Decoded = Count(events, "decoded"),
            Unknown = Count(events, "unknown"),
            Undecodable = Count(events, "undecodable"),
            ByType = events.Get("byType") is { ValueKind: JsonValueKind.Object } types
                ? [.. types.EnumerateObject().Select(type => (type.Name, Count(types, type.Name) ?? 0))]
                : [],
            Lag = Count(root, "lag"),
            DeadLetters = Count(root, "deadLetters"),
        };
    }

    internal static long? Count(JsonElement json, string name) =>
        json.Get(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var count) ? count : null;
}

/// <summary>How far one partition has been processed.</summary>
internal sealed record PartitionHealth
{
    public long? Partition { get; init; }

    /// <summary>The offset that the next event on the topic will get.</summary>
    public long? EndOffset { get; init; }

    /// <summary>The offset that has been consumed.</summary>
    public long? Checkpoint { get; init; }

    public long? Lag { get; init; }

    public DateTimeOffset? NewestEventTime { get; init; }

    public DateTimeOffset? LastProcessed { get; init; }

    /// <summary>Reads one entry.</summary>
    public static PartitionHealth Parse(JsonElement json) => new()
    {
        Partition = HealthReport.Count(json, "partition"),
        EndOffset = HealthReport.Count(json, "endOffset"),
        Checkpoint = HealthReport.Count(json, "checkpoint"),
        Lag = HealthReport.Count(json, "lag"),
        NewestEventTime = json.Time("newestEventTime"),
        LastProcessed = json.Time("lastProcessed"),
    };
}
