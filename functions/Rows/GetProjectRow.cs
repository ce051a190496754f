using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Rows;

/// <summary><c>GET /api/rows/projects/{id}</c>: the row of one project.</summary>
public sealed class GetProjectRow(ProjectRows rows)
{
    [Function(nameof(GetProjectRow))]
    public Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "rows/projects/{id}")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        RowAnswer.OfAsync(request, ProjectRows.OneRoute, query => rows.OneAsync(RequestPath.LastSegment(request) ?? id, query.Scope, cancellationToken));
}
