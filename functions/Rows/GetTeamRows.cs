using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Rows;

/// <summary><c>GET /api/rows/teams</c>: a row for each team; docs/rows.md lists its columns.</summary>
public sealed class GetTeamRows(TeamRows rows)
{
    [Function(nameof(GetTeamRows))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "rows/teams")] HttpRequest request, CancellationToken cancellationToken) =>
        RowAnswer.OfAsync(request, TeamRows.Route, query => rows.ListAsync(query, cancellationToken));
}
