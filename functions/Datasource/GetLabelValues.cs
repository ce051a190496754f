using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Datasource;

/// <summary><c>/api/v1/label/{name}/values</c>: the values of a label.</summary>
public sealed class GetLabelValues(PrometheusApi api)
{
    [Function(nameof(GetLabelValues))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "v1/label/{name}/values")] HttpRequest request, string name, CancellationToken cancellationToken) =>
        api.LabelValuesAsync(request, name, cancellationToken);
}
