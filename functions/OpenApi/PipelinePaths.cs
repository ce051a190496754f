using System.Text.Json.Nodes;
using ShitOps.Pipeline;

namespace ShitOps.OpenApi;

/// <summary>The paths that probes and autoscalers ask, open to all.</summary>
internal static class PipelinePaths
{
    /// <summary>Each, with its operations.</summary>
    public static IEnumerable<(string Path, JsonObject Operations)> All() =>
    [
        ("/api/health", Get<HealthReport>("How far behind the topic the aggregates are, by partition.", "Nothing is wrong.", "faults says what is wrong; what is known is there.")),
        ("/api/scale", Get<ScaleReport>("How many instances the topic and the queries ask for.", "What is asked for.", "faults says why nothing can be said.")),
    ];

    private static JsonObject Get<T>(string summary, string well, string ill) => new()
    {
        ["get"] = new Operation(summary) { IsOpen = true, Answers = [(200, Operation.Answer(well, Json.SchemaOf<T>())), (503, Operation.Answer(ill, Json.SchemaOf<T>()))] }.Write(),
    };
}
