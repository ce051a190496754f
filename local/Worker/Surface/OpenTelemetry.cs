using OpenTelemetry;

namespace Microsoft.Azure.Functions.Worker.OpenTelemetry;

/// <summary>The worker's own telemetry.</summary>
public static class ConfigureFunctionsOpenTelemetry
{
    internal const string ActivitySourceName = "Microsoft.Azure.Functions.Worker";

    /// <summary>Exports a span per invocation.</summary>
    public static IOpenTelemetryBuilder UseFunctionsWorkerDefaults(this IOpenTelemetryBuilder builder) =>
        builder.WithTracing(tracing => tracing.AddSource(ActivitySourceName));
}
