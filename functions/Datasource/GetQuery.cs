using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Datasource;

/// <summary><c>/api/v1/query</c>: an expression at an instant.</summary>
public sealed class GetQuery(PrometheusApi api)
{
    [Function(nameof(GetQuery))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", "post", Route = "v1/query")] HttpRequest request, CancellationToken cancellationToken) =>
        api.QueryAsync(request, cancellationToken);
}
