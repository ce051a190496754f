using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Rows;

/// <summary><c>GET /api/rows/projects</c>: a row for each project; docs/rows.md lists its columns.</summary>
public sealed class GetProjectRows(ProjectRows rows)
{
    [Function(nameof(GetProjectRows))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "rows/projects")] HttpRequest request, CancellationToken cancellationToken) =>
        RowAnswer.OfAsync(request, ProjectRows.Route, query => rows.ListAsync(query, cancellationToken));
}
