using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Rows;

/// <summary><c>GET /api/rows/milestone-forecasts</c>: each milestone with a last day, as it is forecast; docs/rows.md lists its columns.</summary>
public sealed class GetMilestoneForecastRows(MilestoneForecastRows rows)
{
    [Function(nameof(GetMilestoneForecastRows))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "rows/milestone-forecasts")] HttpRequest request, CancellationToken cancellationToken) =>
        RowAnswer.OfAsync(request, MilestoneForecastRows.Route, query => rows.ListAsync(query, cancellationToken));
}
