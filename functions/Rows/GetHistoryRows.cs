using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Rows;

/// <summary><c>GET /api/rows/history</c>: a row for each step of time of a project; docs/rows.md lists its columns.</summary>
public sealed class GetHistoryRows(HistoryRows rows)
{
    [Function(nameof(GetHistoryRows))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "rows/history")] HttpRequest request, CancellationToken cancellationToken) =>
        RowAnswer.OfAsync(request, HistoryRows.Route, query => rows.ListAsync(query, cancellationToken));
}
