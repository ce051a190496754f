using System.Diagnostics;
using System.Diagnostics.Metrics;
using Azure.Core;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ShitOps.Observability;

/// <summary>Where traces, metrics and logs go, and what the app's own are called. docs/telemetry.md lists them.</summary>
internal static class Telemetry
{
    private const string Name = "ShitOps";

    /// <summary>The spans of the app's own work; those of invocations are the worker's.</summary>
    public static ActivitySource Spans { get; } = new(Name);

    /// <summary>The bounds, in seconds, that OpenTelemetry's conventions advise for durations.</summary>
    public static InstrumentAdvice<double> Durations { get; } = new() { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] };

    /// <summary>The instruments of the app.</summary>
    public static Meter Meter { get; } = new(Name);

    /// <summary>
    /// Adds OpenTelemetry: to Azure Monitor if <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c> is set, to a collector if
    /// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, to both or to none. <c>APPLICATIONINSIGHTS_AUTHENTICATION_STRING</c>, which the Functions host
    /// reads as well, makes the first go by a managed identity: <c>Authorization=AAD</c>, and <c>ClientId=…</c> for a user-assigned one.
    /// </summary>
    /// <exception cref="SettingException">The authentication string is another one, or <c>TracesPerSecond</c> is no number.</exception>
    public static void AddTelemetry(this IServiceCollection services, IConfiguration settings)
    {
        var sampler = new TraceSampler(NumberSetting.Of(settings, "TracesPerSecond", 5, 0, 10_000, "traces"), TimeProvider.System);
        var connection = settings["APPLICATIONINSIGHTS_CONNECTION_STRING"];
        var hasCollector = settings["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 };
        if (string.IsNullOrEmpty(connection) && !hasCollector) return;

        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(settings["OTEL_SERVICE_NAME"] ?? settings["WEBSITE_SITE_NAME"] ?? "shitops", autoGenerateServiceInstanceId: true));
        telemetry.UseFunctionsWorkerDefaults();
        if (!string.IsNullOrEmpty(connection))
        {
            telemetry.UseAzureMonitorExporter(options =>
            {
                (options.ConnectionString, options.Credential) = (connection, Identity(settings["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"]));
                // A warning must be there whether or not its trace is.
                options.EnableTraceBasedLogsSampler = false;
            });
        }

        // The exporter reads the endpoint, protocol and headers from the variables that OpenTelemetry specifies.
        if (hasCollector) telemetry.UseOtlpExporter();
        telemetry.WithTracing(tracing => tracing.AddSource(Name).SetSampler(sampler));
        telemetry.WithMetrics(metrics => metrics.AddMeter(Name));
        // What servers and clients tell of each request holds its address, and with it keys and what was asked for.
        services.AddLogging(logging =>
        {
            foreach (var category in (string[])["Microsoft", "System", "Azure"]) logging.AddFilter<OpenTelemetryLoggerProvider>(category, LogLevel.Warning);
        });
    }

    internal static TokenCredential? Identity(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        var parts = text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(part => part.Split('=', 2)).Where(part => part.Length == 2).ToDictionary(part => part[0], part => part[1], StringComparer.OrdinalIgnoreCase);
        if (parts.GetValueOrDefault("Authorization") != "AAD")
            throw new SettingException($"the setting APPLICATIONINSIGHTS_AUTHENTICATION_STRING is \"{text}\"; expected Authorization=AAD, with ;ClientId=… for a user-assigned identity");
        return new ManagedIdentityCredential(parts.GetValueOrDefault("ClientId") is { Length: > 0 } clientId ? ManagedIdentityId.FromUserAssignedClientId(clientId) : ManagedIdentityId.SystemAssigned);
    }
}
