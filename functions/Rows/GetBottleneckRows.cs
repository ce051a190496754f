using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Rows;

/// <summary><c>GET /api/rows/bottlenecks</c>: what holds projects up, the worst first; docs/rows.md lists its columns.</summary>
public sealed class GetBottleneckRows(BottleneckRows rows)
{
    [Function(nameof(GetBottleneckRows))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "rows/bottlenecks")] HttpRequest request, CancellationToken cancellationToken) =>
        RowAnswer.OfAsync(request, BottleneckRows.Route, query => rows.ListAsync(query, cancellationToken));
}
