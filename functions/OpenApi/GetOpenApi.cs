using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.OpenApi;

/// <summary><c>GET /api/openapi.json</c>: what the routes take and answer, for programs.</summary>
public sealed class GetOpenApi
{
    [Function(nameof(GetOpenApi))]
    public IActionResult Run([HttpTrigger(AuthorizationLevel.Function, "get", Route = "openapi.json")] HttpRequest request) =>
        Json.Answer(StatusCodes.Status200OK, ApiDocument.Of());
}
