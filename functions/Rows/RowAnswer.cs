using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace ShitOps.Rows;

/// <summary>
/// A page of rows over HTTP: JSON, or CSV where <c>format</c> or <c>Accept</c> asks for it. Whatever else a client accepts, it gets JSON
/// and never 406. The ETag is that of the bytes, so that a client which has them already is spared sending, though not reading.
/// </summary>
public sealed class RowAnswer : IActionResult
{
    /// <summary>The header that says where the next page goes on.</summary>
    public const string ContinuationHeader = "x-continuation-token";

    private const string Csv = "csv";

    private readonly RowPage _page;
    private readonly bool _isCsv;

    private RowAnswer(RowPage page, bool isCsv) => (_page, _isCsv) = (page, isCsv);

    /// <summary>The answer to a request: the rows that are read for its query, or what is wrong with it.</summary>
    public static async Task<IActionResult> OfAsync(HttpRequest request, RowRoute route, Func<RowQuery, Task<RowPage>> readAsync)
    {
        try
        {
            var query = new RowQuery(request.Query, route);
            var isCsv = query.Words("format", ["json", Csv]) is [var format] ? format == Csv : PrefersCsv(request);
            return new RowAnswer(await readAsync(query), isCsv);
        }
        catch (RowProblemException fault)
        {
            return Json.Answer(fault.Problem.Status, fault.Problem, "application/problem+json; charset=utf-8");
        }
    }

    /// <inheritdoc/>
    public async Task ExecuteResultAsync(ActionContext context)
    {
        var (request, response) = (context.HttpContext.Request, context.HttpContext.Response);
        var body = _isCsv ? CsvRows.Write(_page) : JsonRows.Write(_page);
        var hash = SHA256.HashData([.. SHA256.HashData(body), .. Encoding.UTF8.GetBytes(_page.Continuation ?? "")]);
        var tag = $"\"{Convert.ToHexStringLower(hash, 0, 16)}\"";
        response.Headers.ETag = tag;
        response.Headers.Vary = HeaderNames.Accept;
        response.Headers.CacheControl = "private, no-cache";
        if (_page.Continuation is { } continuation) response.Headers[ContinuationHeader] = continuation;
        if (request.Headers.IfNoneMatch.Any(tags => tags is not null && (tags == "*" || tags.Contains(tag, StringComparison.Ordinal))))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = _isCsv ? "text/csv; charset=utf-8; header=present" : "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.HttpContext.RequestAborted);
    }

    private static bool PrefersCsv(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)) return false;
        return Quality("text/csv") is > 0 and var csv && csv >= Quality("application/json");

        double Quality(string type) => accepted.Where(one => one.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase)).Select(one => one.Quality ?? 1).DefaultIfEmpty(0).Max();
    }
}
