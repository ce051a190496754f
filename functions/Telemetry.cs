using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;

namespace ShitOps;

/// <summary>Where traces, metrics and logs go.</summary>
internal static class Telemetry
{
    /// <summary>
    /// Adds OpenTelemetry: to Azure Monitor if <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c> is set, to a collector if
    /// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, to both or to none.
    /// </summary>
    public static void AddTelemetry(this IServiceCollection services, IConfiguration settings)
    {
        var telemetry = services.AddOpenTelemetry();
        telemetry.UseFunctionsWorkerDefaults();
        if (settings["APPLICATIONINSIGHTS_CONNECTION_STRING"] is { Length: > 0 } connection)
            telemetry.UseAzureMonitorExporter(options => options.ConnectionString = connection);
        // The exporter reads the endpoint, protocol and headers from the variables that OpenTelemetry specifies.
        if (settings["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 }) telemetry.UseOtlpExporter();
    }
}
