using Azure.Core;
using Azure.Identity;
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
    /// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, to both or to none. <c>APPLICATIONINSIGHTS_AUTHENTICATION_STRING</c>, which the Functions host
    /// reads as well, makes the first go by a managed identity: <c>Authorization=AAD</c>, and <c>ClientId=…</c> for a user-assigned one.
    /// </summary>
    /// <exception cref="SettingException">The authentication string is another one.</exception>
    public static void AddTelemetry(this IServiceCollection services, IConfiguration settings)
    {
        var telemetry = services.AddOpenTelemetry();
        telemetry.UseFunctionsWorkerDefaults();
        if (settings["APPLICATIONINSIGHTS_CONNECTION_STRING"] is { Length: > 0 } connection)
            telemetry.UseAzureMonitorExporter(options => (options.ConnectionString, options.Credential) = (connection, Identity(settings["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"])));
        // The exporter reads the endpoint, protocol and headers from the variables that OpenTelemetry specifies.
        if (settings["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 }) telemetry.UseOtlpExporter();
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
