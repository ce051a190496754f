using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Asking;

/// <summary><c>/api/explain</c>: the ways to an answer, what they are expected to cost, and what the cheapest touches; docs/asking.md.</summary>
public sealed class Explain(ExplainApi api)
{
    [Function(nameof(Explain))]
    public Task<IActionResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "get", "post", Route = "explain")] HttpRequest request, CancellationToken cancellationToken) =>
        api.ExplainAsync(request, cancellationToken);
}
