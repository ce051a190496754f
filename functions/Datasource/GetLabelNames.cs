using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Datasource;

/// <summary><c>/api/v1/labels</c>: the names of labels.</summary>
public sealed class GetLabelNames(PrometheusApi api)
{
    [Function(nameof(GetLabelNames))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", "post", Route = "v1/labels")] HttpRequest request, CancellationToken cancellationToken) =>
        api.LabelNamesAsync(request, cancellationToken);
}
