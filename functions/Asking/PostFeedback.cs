using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Asking;

/// <summary><c>POST /api/ask/feedback</c>: what a question means; docs/asking.md.</summary>
public sealed class PostFeedback(FeedbackApi api)
{
    [Function(nameof(PostFeedback))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "post", Route = "ask/feedback")] HttpRequest request, CancellationToken cancellationToken) =>
        api.TakeAsync(request, cancellationToken);
}
