using OpenTelemetry;

namespace Microsoft.Azure.Functions.Worker.OpenTelemetry;

/// <summary>The worker's own telemetry.</summary>
public static class ConfigureFunctionsOpenTelemetry
{
    internal const string ActivitySourceName = "Microsoft.Azure.Functions.Worker";

    // The name of ASP.NET Core's own source.
    private const string ServerActivitySourceName = "Microsoft.AspNetCore";

    /// <summary>Exports a span per invocation, and one per request as the host does.</summary>
    public static IOpenTelemetryBuilder UseFunctionsWorkerDefaults(this IOpenTelemetryBuilder builder) =>
        builder.WithTracing(tracing => tracing.AddSource(ActivitySourceName, ServerActivitySourceName));
}
