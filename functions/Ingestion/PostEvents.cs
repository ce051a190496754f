using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Ingestion;

/// <summary><c>POST /api/events</c>: takes events into the topic; docs/events.md says how.</summary>
public sealed class PostEvents(EventIntake intake)
{
    [Function(nameof(PostEvents))]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "events")] HttpRequest request, CancellationToken cancellationToken)
    {
        var outcome = await intake.TakeAsync(request, cancellationToken);
        return outcome.Problem is { } problem
            ? Json.Answer(problem.Status, problem, "application/problem+json; charset=utf-8")
            : Json.Answer(StatusCodes.Status202Accepted, new { outcome.Taken });
    }
}
