using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Rows;

/// <summary><c>GET /api/rows/projects/{id}</c>: the row of one project.</summary>
public sealed class GetProjectRow(ProjectRows rows)
{
    [Function(nameof(GetProjectRow))]
    public Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "rows/projects/{id}")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        RowAnswer.OfAsync(request, ProjectRows.OneRoute, _ => rows.OneAsync(ProjectOf(request) ?? id, cancellationToken));

    // The server leaves %2F in a path as it is, so that the route's value does not tell the names a/b and a%2Fb apart.
    private static string? ProjectOf(HttpRequest request)
    {
        if (request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget is not { Length: > 0 } target) return null;
        var path = target.Split('?')[0].TrimEnd('/');
        return Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]);
    }
}
