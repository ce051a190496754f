using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Datasource;

/// <summary><c>/api/v1/query_range</c>: an expression at each step of a span.</summary>
public sealed class GetQueryRange(PrometheusApi api)
{
    [Function(nameof(GetQueryRange))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", "post", Route = "v1/query_range")] HttpRequest request, CancellationToken cancellationToken) =>
        api.QueryRangeAsync(request, cancellationToken);
}
