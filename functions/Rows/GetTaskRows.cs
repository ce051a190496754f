using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Rows;

/// <summary><c>GET /api/rows/tasks</c>: a row for each task; docs/rows.md lists its columns.</summary>
public sealed class GetTaskRows(TaskRows rows)
{
    [Function(nameof(GetTaskRows))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "rows/tasks")] HttpRequest request, CancellationToken cancellationToken) =>
        RowAnswer.OfAsync(request, TaskRows.Route, query => rows.ListAsync(query, cancellationToken));
}
