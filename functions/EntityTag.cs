using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ShitOps;

/// <summary>Entity tags of answers, RFC 9110, 8.8.3, by which a client that has an answer already is spared being sent it.</summary>
internal static class EntityTag
{
    /// <summary>The tag of a body, and of what else tells one answer from another; a weak one, since the body may travel compressed.</summary>
    public static string Of(ReadOnlySpan<byte> body, string context) =>
        $"W/\"{Convert.ToHexStringLower(SHA256.HashData([.. SHA256.HashData(body), .. Encoding.UTF8.GetBytes(context)]), 0, 16)}\"";

    /// <summary>States the tag, and answers 304 if the client has what it stands for.</summary>
    /// <returns>Whether that was the answer.</returns>
    public static bool IsKnown(HttpContext context, string tag)
    {
        context.Response.Headers.ETag = tag;
        if (!context.Request.Headers.IfNoneMatch.Any(tags => tags is not null && (tags == "*" || tags.Contains(tag["W/".Length..], StringComparison.Ordinal)))) return false;
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        return true;
    }
}
