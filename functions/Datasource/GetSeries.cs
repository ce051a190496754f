using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Datasource;

/// <summary><c>/api/v1/series</c>: label sets.</summary>
public sealed class GetSeries(PrometheusApi api)
{
    [Function(nameof(GetSeries))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", "post", Route = "v1/series")] HttpRequest request, CancellationToken cancellationToken) =>
        api.SeriesAsync(request, cancellationToken);
}
