using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using ShitOps.Planning;
using ShitOps.Rows;
using ShitOps.Synthesis;

namespace ShitOps.Asking;

/// <summary>Answers questions in words and queries.</summary>
public sealed class AskApi(LiveNames names, LiveModel model, QueryPlanner planner, TimeProvider time)
{
    private static readonly string[] Known = ["question", "query", "format"];

    /// <summary><c>/api/ask</c>.</summary>
    public async Task<IActionResult> AskAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var asked = await AskRequest.OfAsync(request, Known, cancellationToken);
            var format = asked.Value("format");
            if (format is not (null or "all" or "rows" or "frames")) throw RowProblemException.Invalid($"format is \"{format}\"; expected all, rows or frames.");
            var now = time.GetUtcNow().UtcDateTime;
            var known = await names.GetAsync(cancellationToken);
            Understanding? understood = null;
            var query = asked.Value("query") is { } line ? QueryOf(line) : null;
            if (asked.Value("question") is { } question)
            {
                if (query is not null) throw RowProblemException.Invalid("There are a question and a query; expected one of them.");
                understood = (await model.SynthesizerAsync(cancellationToken)).Understand(question, now, known.Index);
                if (understood.Query is null || !understood.IsSure) return new AskAnswer(question, understood, null, null, null, format);
                query = understood.Query;
            }

            if (query is null) throw RowProblemException.Invalid("There is nothing to answer; expected question, in words, or query, a line as docs/asking.md describes it.");
            var (page, taken) = await planner.AnswerAsync(query, known.Fleet, now, cancellationToken);
            return new AskAnswer(understood?.Question, understood, query, taken, page, format);
        }
        catch (RowProblemException fault)
        {
            return Json.Answer(fault.Problem.Status, fault.Problem, "application/problem+json; charset=utf-8");
        }
        catch (QuerySpanException fault)
        {
            return Json.Answer(StatusCodes.Status400BadRequest, RowProblemException.Invalid(fault.Message).Problem, "application/problem+json; charset=utf-8");
        }
    }

    private static Query QueryOf(string line)
    {
        try
        {
            return QueryText.Parse(line);
        }
        catch (QueryTextException fault)
        {
            throw RowProblemException.Invalid(FormattableString.Invariant($"The query has a fault at {fault.Position}: {fault.Message}"));
        }
    }
}
