using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using ShitOps.Rows;

namespace ShitOps.Asking;

/// <summary>Answers questions in words and queries.</summary>
public sealed class AskApi(AskedQuery queries, LiveNames names, QueryPlanner planner, NothingFound nothing, TimeProvider time)
{
    private static readonly string[] Known = ["question", "query", "format"];

    /// <summary><c>/api/ask</c>.</summary>
    public Task<IActionResult> AskAsync(HttpRequest request, CancellationToken cancellationToken) => AskProblems.OrAnswerAsync(async () =>
    {
        var asked = await AskRequest.OfAsync(request, Known, cancellationToken);
        var format = asked.Value("format");
        if (format is not (null or "all" or "rows" or "frames")) throw RowProblemException.Invalid($"format is \"{format}\"; expected all, rows or frames.");
        var now = time.GetUtcNow().UtcDateTime;
        var (question, understood, query) = await queries.OfAsync(asked, now, cancellationToken);
        if (query is null) return new AskAnswer(question, understood, null, null, null, null, format);
        var (page, taken) = await planner.AnswerAsync(query, (await names.GetAsync(cancellationToken)).Fleet, now, cancellationToken);
        var empty = format is null or "all" ? await nothing.OfAsync(query, page, now, cancellationToken) : null;
        return new AskAnswer(question, understood, query, taken, page, empty, format);
    });
}
