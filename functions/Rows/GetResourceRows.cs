using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Rows;

/// <summary><c>GET /api/rows/resources</c>: a row for each person or other resource; docs/rows.md lists its columns.</summary>
public sealed class GetResourceRows(ResourceRows rows)
{
    [Function(nameof(GetResourceRows))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "rows/resources")] HttpRequest request, CancellationToken cancellationToken) =>
        RowAnswer.OfAsync(request, ResourceRows.Route, query => rows.ListAsync(query, cancellationToken));
}
