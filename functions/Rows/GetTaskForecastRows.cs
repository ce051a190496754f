using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Rows;

/// <summary><c>GET /api/rows/task-forecasts</c>: each open task of a project, as it is forecast; docs/rows.md lists its columns.</summary>
public sealed class GetTaskForecastRows(TaskForecastRows rows)
{
    [Function(nameof(GetTaskForecastRows))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "rows/task-forecasts")] HttpRequest request, CancellationToken cancellationToken) =>
        RowAnswer.OfAsync(request, TaskForecastRows.Route, query => rows.ListAsync(query, cancellationToken));
}
