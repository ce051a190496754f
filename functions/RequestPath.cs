using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ShitOps;

/// <summary>The path of a request as the client wrote it.</summary>
internal static class RequestPath
{
    /// <summary>
    /// Its last part, decoded; null: the server does not tell it. The server leaves %2F in a path as it is, so that a route's value does not tell the names
    /// a/b and a%2Fb apart.
    /// </summary>
    public static string? LastSegment(HttpRequest request)
    {
        if (request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget is not { Length: > 0 } target) return null;
        var path = target.Split('?')[0].TrimEnd('/');
        return Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]);
    }
}
