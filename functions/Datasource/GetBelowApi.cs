using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Datasource;

/// <summary>
/// <c>/api/api/v1/…</c>: what a datasource asks for whose address ends with <c>/api</c>, since Grafana puts <c>/api/v1</c> behind it. It is answered like
/// <c>/api/v1/…</c>, so that both addresses work.
/// </summary>
public sealed class GetBelowApi(PrometheusApi api)
{
    [Function(nameof(GetBelowApi))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", "post", Route = "api/v1/{*path}")] HttpRequest request, string? path, CancellationToken cancellationToken) =>
        (path ?? "").Split('/') switch
        {
            ["query"] => api.QueryAsync(request, cancellationToken),
            ["query_range"] => api.QueryRangeAsync(request, cancellationToken),
            ["series"] => api.SeriesAsync(request, cancellationToken),
            ["labels"] => api.LabelNamesAsync(request, cancellationToken),
            ["label", var name, "values"] => api.LabelValuesAsync(request, name, cancellationToken),
            ["metadata"] => api.MetadataAsync(request, cancellationToken),
            ["status", "buildinfo"] => api.BuildInfoAsync(request, cancellationToken),
            ["format_query"] => api.FormatQueryAsync(request, cancellationToken),
            _ => Task.FromResult<IActionResult>(new NotFoundResult()),
        };
}
