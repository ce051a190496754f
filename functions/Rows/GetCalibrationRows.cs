using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Rows;

/// <summary><c>GET /api/rows/calibration</c>: how often past promises held, by project and kind of promise; docs/rows.md lists its columns.</summary>
public sealed class GetCalibrationRows(CalibrationRows rows)
{
    [Function(nameof(GetCalibrationRows))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "rows/calibration")] HttpRequest request, CancellationToken cancellationToken) =>
        RowAnswer.OfAsync(request, CalibrationRows.Route, query => rows.ListAsync(query, cancellationToken));
}
