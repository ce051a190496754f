using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Datasource;

/// <summary><c>/api/v1/metadata</c>: type, unit and meaning of the metrics.</summary>
public sealed class GetMetadata(PrometheusApi api)
{
    [Function(nameof(GetMetadata))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/metadata")] HttpRequest request, CancellationToken cancellationToken) =>
        api.MetadataAsync(request, cancellationToken);
}
