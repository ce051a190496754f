using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Rows;

/// <summary><c>GET /api/rows/audit</c>: a row for each archived event; docs/rows.md lists its columns.</summary>
public sealed class GetAuditRows(AuditRows rows)
{
    [Function(nameof(GetAuditRows))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "rows/audit")] HttpRequest request, CancellationToken cancellationToken) =>
        RowAnswer.OfAsync(request, AuditRows.Route, query => rows.ListAsync(query, cancellationToken));
}
