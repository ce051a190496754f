using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using ShitOps.Planning;
using ShitOps.Security;

namespace ShitOps.Rows;

/// <summary>
/// A page of rows over HTTP: JSON, or CSV where <c>format</c> asks for it or <c>Accept</c> prefers it: by a greater quality, or by as great a
/// one and a more specific media range. Whatever else a client accepts, it gets JSON and never 406. The ETag is that of the bytes and the scope, so that a client which has them already is spared sending, though not reading.
/// </summary>
public sealed class RowAnswer : IActionResult
{
    /// <summary>The header that says where the next page goes on.</summary>
    public const string ContinuationHeader = "x-continuation-token";

    private const string Csv = "csv";

    private static readonly MediaTypeHeaderValue CsvType = MediaTypeHeaderValue.Parse("text/csv; charset=utf-8; header=present");
    private static readonly MediaTypeHeaderValue JsonType = MediaTypeHeaderValue.Parse("application/json; charset=utf-8");

    private readonly RowPage _page;
    private readonly bool _isCsv;
    private readonly Scope _scope;

    private RowAnswer(RowPage page, bool isCsv, Scope scope) => (_page, _isCsv, _scope) = (page, isCsv, scope);

    /// <summary>The answer to a request: the rows that are read for its query, or what is wrong with it.</summary>
    public static async Task<IActionResult> OfAsync(HttpRequest request, RowRoute route, Func<RowQuery, Task<RowPage>> readAsync)
    {
        var isReading = false;
        try
        {
            var query = new RowQuery(request.Query, route, Scope.Of(request));
            var isCsv = query.Words("format", ["json", Csv]) is [var format] ? format == Csv : PrefersCsv(request);
            isReading = true;
            var page = await readAsync(query);
            request.HttpContext.Features.Set(new ReadingEnd(QueryOutcome.Answered, page.Rows.Count));
            return new RowAnswer(page, isCsv, query.Scope);
        }
        catch (RowProblemException fault)
        {
            // Only with what was read it is known that there is no such project, say.
            if (isReading) request.HttpContext.Features.Set(new ReadingEnd(QueryOutcome.Failed, Rows: 0));
            return Json.Answer(fault.Problem.Status, fault.Problem, "application/problem+json; charset=utf-8");
        }
    }

    /// <inheritdoc/>
    public async Task ExecuteResultAsync(ActionContext context)
    {
        var response = context.HttpContext.Response;
        var body = _isCsv ? CsvRows.Write(_page) : JsonRows.Write(_page);
        response.Headers.Vary = HeaderNames.Accept;
        response.Headers.CacheControl = "private, no-cache";
        if (_page.Continuation is { } continuation) response.Headers[ContinuationHeader] = continuation;
        if (EntityTag.IsKnown(context.HttpContext, EntityTag.Of(body, $"{_page.Continuation} {_scope.Key}"))) return;
        response.ContentType = (_isCsv ? CsvType : JsonType).ToString();
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.HttpContext.RequestAborted);
    }

    // Of the media ranges that match a type the most specific one says how welcome it is: RFC 9110, 12.5.1.
    private static bool PrefersCsv(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)) return false;
        var (csv, json) = (Welcome(CsvType), Welcome(JsonType));
        return csv.Quality > 0 && csv.CompareTo(json) > 0;

        (double Quality, int Specificity) Welcome(MediaTypeHeaderValue type) => accepted
            .Where(type.IsSubsetOf)
            .Select(range => (Quality: range.Quality ?? 1, Specificity: Specificity(range)))
            .OrderByDescending(range => range.Specificity)
            .ThenByDescending(range => range.Quality)
            .FirstOrDefault();
    }

    private static int Specificity(MediaTypeHeaderValue range) =>
        range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2 + range.Parameters.Count(parameter => !parameter.Name.Equals("q", StringComparison.OrdinalIgnoreCase));
}
