using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Local.Worker;

/// <summary>Why a request did not reach a function: the body of an error answer by RFC 9457, as the app's own errors have it.</summary>
/// <param name="Title">The kind of problem in a few words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What to do.</param>
internal sealed record HttpProblem(string Title, int Status, string Detail)
{
    /// <summary>The request brings no key, or none that opens this.</summary>
    /// <param name="request">The request.</param>
    /// <param name="level">What the key has to be for.</param>
    /// <param name="function">Whose own keys count too at <see cref="AuthorizationLevel.Function"/>.</param>
    public static HttpProblem Unauthorized(HttpRequest request, AuthorizationLevel level, string? function)
    {
        var accepted = level switch
        {
            AuthorizationLevel.Function => $"a key of the function {function}, a host key or the master key",
            AuthorizationLevel.System => "a system key or the master key",
            _ => "the master key",
        };
        return new(
            "Unauthorized",
            StatusCodes.Status401Unauthorized,
            $"{request.Method} {request.Path} wants {accepted}, in the header x-functions-key or the query's code. The keys are in the file that the setting FUNCTIONS_KEYS_FILE names.");
    }

    /// <summary>No function has such a route.</summary>
    /// <param name="request">The request.</param>
    /// <param name="methods">What the route can be asked with; null: there is no such route at all.</param>
    public static HttpProblem NotFound(HttpRequest request, string? methods) => new(
        "Not found",
        StatusCodes.Status404NotFound,
        $"No function answers {request.Method} {request.Path}{(methods is null ? "" : $", only {methods}")}. GET /admin/functions lists the functions with their routes.");

    /// <summary>Answers with it; an answer to HEAD has no body.</summary>
    public Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.WriteAsJsonAsync(this, options: null, contentType: "application/problem+json; charset=utf-8", context.RequestAborted);
    }
}
