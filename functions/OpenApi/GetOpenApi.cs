using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.OpenApi;

/// <summary><c>GET /api/openapi.json</c>: what the routes take and answer, for programs.</summary>
public sealed class GetOpenApi
{
    // The same for every request, and as an element, unlike as nodes, for several at once.
    private static readonly IActionResult Document = Json.Answer(StatusCodes.Status200OK, JsonSerializer.SerializeToElement(ApiDocument.Of()));

    [Function(nameof(GetOpenApi))]
    public IActionResult Run([HttpTrigger(AuthorizationLevel.Function, "get", Route = "openapi.json")] HttpRequest request) => Document;
}
