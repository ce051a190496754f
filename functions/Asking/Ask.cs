using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Asking;

/// <summary><c>/api/ask</c>: the answer to a question in words, or to a query; docs/asking.md.</summary>
public sealed class Ask(AskApi api)
{
    [Function(nameof(Ask))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", "post", Route = "ask")] HttpRequest request, CancellationToken cancellationToken) =>
        api.AskAsync(request, cancellationToken);
}
