using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Rows;

/// <summary><c>GET /api/rows/forecasts</c>: each project's latest forecast; docs/rows.md lists its columns.</summary>
public sealed class GetForecastRows(ForecastRows rows)
{
    [Function(nameof(GetForecastRows))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "rows/forecasts")] HttpRequest request, CancellationToken cancellationToken) =>
        RowAnswer.OfAsync(request, ForecastRows.Route, query => rows.ListAsync(query, cancellationToken));
}
