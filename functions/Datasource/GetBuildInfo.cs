using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Datasource;

/// <summary><c>/api/v1/status/buildinfo</c>: the version that this speaks as.</summary>
public sealed class GetBuildInfo(PrometheusApi api)
{
    [Function(nameof(GetBuildInfo))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/status/buildinfo")] HttpRequest request, CancellationToken cancellationToken) =>
        api.BuildInfoAsync(request, cancellationToken);
}
