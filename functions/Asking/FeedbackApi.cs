using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using ShitOps.Rows;
using ShitOps.Synthesis.Training;

namespace ShitOps.Asking;

/// <summary>Takes what people say that questions mean.</summary>
public sealed class FeedbackApi(LiveNames names, CorrectionStore corrections, TimeProvider time)
{
    private static readonly string[] Known = ["question", "query"];

    /// <summary><c>/api/ask/feedback</c>: 202 if it is kept, and what of it.</summary>
    public Task<IActionResult> TakeAsync(HttpRequest request, CancellationToken cancellationToken) => AskProblems.OrAnswerAsync(async () =>
    {
        var asked = await AskRequest.OfAsync(request, Known, cancellationToken);
        if (asked.Value("question") is not { } question || asked.Value("query") is not { } line) throw RowProblemException.Invalid("Expected a question, and the query that it means as docs/asking.md describes it.");
        var query = AskedQuery.Parse(line);
        var index = (await names.GetAsync(cancellationToken)).Index;
        if (CorrectedQuestion.Of(question, query, time.GetUtcNow().UtcDateTime, index) is not { } correction)
            throw new RowProblemException(new RowProblem("Nothing to learn", StatusCodes.Status422UnprocessableEntity, "This cannot be learnt: the query has a name, a time or a number that the question has not. Expected a query whose names, times and numbers are those of the question."));
        return await corrections.TryAddAsync(correction, cancellationToken)
            ? Json.Answer(StatusCodes.Status202Accepted, new { Kept = correction.Words, Query = query.ToString() })
            : throw new RowProblemException(new RowProblem("Too many corrections", StatusCodes.Status429TooManyRequests, $"No more corrections are taken now: at most {CorrectionStore.MostAnHour} an hour and {CorrectionStore.MostKept:N0} in all. Try again later."));
    });
}
