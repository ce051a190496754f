using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Pipeline;

/// <summary><c>GET /api/health</c>: lag and freshness per partition. Open to all, since it is what probes and load balancers ask.</summary>
public sealed class GetHealth(PipelineHealth health)
{
    [Function(nameof(GetHealth))]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request, CancellationToken cancellationToken)
    {
        var report = await health.MeasureAsync(cancellationToken);
        return Json.Answer(report.IsHealthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, report);
    }
}
