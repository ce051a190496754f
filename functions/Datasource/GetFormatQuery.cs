using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Datasource;

/// <summary><c>/api/v1/format_query</c>: an expression, laid out.</summary>
public sealed class GetFormatQuery(PrometheusApi api)
{
    [Function(nameof(GetFormatQuery))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", "post", Route = "v1/format_query")] HttpRequest request, CancellationToken cancellationToken) =>
        api.FormatQueryAsync(request, cancellationToken);
}
