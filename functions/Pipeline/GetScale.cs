using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Pipeline;

/// <summary><c>GET /api/scale</c>: how many instances the topic asks for, for an autoscaler. Open to all, as health is, of which it is made.</summary>
public sealed class GetScale(PipelineScale scale)
{
    [Function(nameof(GetScale))]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "scale")] HttpRequest request, CancellationToken cancellationToken)
    {
        var report = await scale.MeasureAsync(cancellationToken);
        return Json.Answer(report.Faults is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, report);
    }
}
