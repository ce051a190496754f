using System.Diagnostics;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace ShitOps.Observability;

/// <summary>
/// A client span for each request to storage within a span that is kept, by OpenTelemetry's conventions for HTTP clients. Of the address it has the
/// table or container alone: the rest may name projects and people.
/// </summary>
internal sealed class StorageSpans : HttpPipelinePolicy
{
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        using var span = Start(message.Request);
        try
        {
            ProcessNext(message, pipeline);
        }
        catch (Exception fault)
        {
            Failed(span, fault);
            throw;
        }

        Answered(span, message.Response);
    }

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        using var span = Start(message.Request);
        try
        {
            await ProcessNextAsync(message, pipeline);
        }
        catch (Exception fault)
        {
            Failed(span, fault);
            throw;
        }

        Answered(span, message.Response);
    }

    private static Activity? Start(Request request)
    {
        if (Activity.Current is not { Recorded: true }) return null;
        var address = request.Uri.ToUri();
        var template = TemplateOf(address);
        return Telemetry.Spans.StartActivity($"{request.Method} {template}", ActivityKind.Client)?
            .SetTag("http.request.method", request.Method.ToString())
            .SetTag("url.template", template)
            .SetTag("server.address", address.Host)
            .SetTag("server.port", address.Port)
            .SetTag("azure.resource_provider.namespace", "Microsoft.Storage");
    }

    private static void Answered(Activity? span, Response response)
    {
        if (span is null) return;
        span.SetTag("http.response.status_code", response.Status).SetTag("azure.service.request.id", response.Headers.RequestId);
        // What is not there, or was there or changed before, is an answer too.
        if (response.Status is >= 400 and not (404 or 409 or 412)) span.SetTag("error.type", $"{response.Status}").SetStatus(ActivityStatusCode.Error);
    }

    private static void Failed(Activity? span, Exception fault) => span?.SetTag("error.type", fault.GetType().FullName).SetStatus(ActivityStatusCode.Error);

    /// <summary>The path up to the table or container; an emulator's begins with the account.</summary>
    private static string TemplateOf(Uri address)
    {
        var parts = address.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var hasAccount = address.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 || address.Host == "localhost";
        var place = parts.Length > (hasAccount ? 1 : 0) ? parts[hasAccount ? 1 : 0] : "";
        return "/" + place.Split('(')[0] + (parts.Length > (hasAccount ? 2 : 1) || place.Contains('(', StringComparison.Ordinal) ? "/{name}" : "");
    }
}
