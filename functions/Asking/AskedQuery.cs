using ShitOps.Planning;
using ShitOps.Rows;
using ShitOps.Synthesis;

namespace ShitOps.Asking;

/// <summary>The query of a request: as it is stated, or as its question is understood.</summary>
public sealed class AskedQuery(LiveNames names, LiveModel model)
{
    /// <summary>The question, what it was understood as, and the query; null: it is not sure which, or there is no answer.</summary>
    /// <exception cref="RowProblemException">There is neither a question nor a query, both, or one that is none.</exception>
    internal async Task<(string? Question, Understanding? Understood, Query? Query)> OfAsync(AskRequest asked, DateTime now, CancellationToken cancellationToken)
    {
        var query = asked.Value("query") is { } line ? Parse(line) : null;
        if (asked.Value("question") is not { } question)
            return query is null ? throw RowProblemException.Invalid("There is nothing to answer; expected question, in words, or query, a line as docs/asking.md describes it.") : (null, null, query);
        if (query is not null) throw RowProblemException.Invalid("There are a question and a query; expected one of them.");
        var understood = (await model.SynthesizerAsync(cancellationToken)).Understand(question, now, (await names.GetAsync(cancellationToken)).Index);
        return (question, understood, understood.IsSure ? understood.Query : null);
    }

    /// <summary>The query of a line.</summary>
    /// <exception cref="RowProblemException">It is none.</exception>
    internal static Query Parse(string line)
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
