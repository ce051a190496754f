using ShitOps.PromQL.Ast;
using ShitOps.PromQL.Parsing;

namespace ShitOps.PromQL.Evaluation;

/// <summary>
/// Answers PromQL over a source of series. All samples are selected first; then columns are computed, one series over all steps at a time.
/// An engine holds no state of queries, and may be asked by any number of threads at once.
/// </summary>
public sealed class QueryEngine(ISeriesSource source, QueryOptions? options = null)
{
    private readonly QueryOptions _options = options ?? new();

    /// <summary>Evaluates an expression at an instant.</summary>
    /// <param name="timeMs">Unix milliseconds.</param>
    /// <exception cref="QueryException">There is no answer; its kind says why.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<QueryResult> InstantAsync(Expression query, long timeMs, CancellationToken cancellationToken)
    {
        var steps = Timeline.At(timeMs);
        var context = new QueryContext(steps, _options, cancellationToken);
        await new Selection(source, context).RunAsync(query, steps);
        var evaluator = new Evaluator(context, steps);
        return query.Type switch
        {
            ExpressionType.String => new StringResult(timeMs, Evaluator.Text(query), []),
            ExpressionType.Scalar => new ScalarResult(timeMs, evaluator.Scalars(query)[0], [.. context.Warnings]),
            ExpressionType.Matrix => Answer.OfWindows(evaluator.Range(query), steps, context),
            _ => Answer.OfInstant(evaluator.Vector(query), timeMs, context),
        };
    }

    /// <inheritdoc cref="InstantAsync(Expression, long, CancellationToken)"/>
    /// <exception cref="ParseException">The text is no PromQL.</exception>
    public Task<QueryResult> InstantAsync(string query, long timeMs, CancellationToken cancellationToken) =>
        InstantAsync(Parser.Parse(query), timeMs, cancellationToken);

    /// <summary>Evaluates a vector or scalar at each step of a span.</summary>
    /// <param name="startMs">The first step, in Unix milliseconds.</param>
    /// <param name="endMs">No step lies after it; one lies on it if the steps meet it.</param>
    /// <param name="stepMs">Milliseconds between two steps.</param>
    /// <exception cref="QueryException">There is no answer; its kind says why.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<MatrixResult> RangeAsync(Expression query, long startMs, long endMs, long stepMs, CancellationToken cancellationToken)
    {
        if (query.Type is not (ExpressionType.Scalar or ExpressionType.Vector))
            throw new QueryException(QueryErrorKind.BadData, $"invalid expression type {QuotedText.Of(query.Type.Name())} for range query, must be Scalar or instant Vector");
        if (stepMs <= 0) throw new QueryException(QueryErrorKind.BadData, "zero or negative query resolution step widths are not accepted. Try a positive integer");
        if (endMs < startMs) throw new QueryException(QueryErrorKind.BadData, "end timestamp must not be before start time");

        var steps = Timeline.Of(startMs, endMs, stepMs);
        var context = new QueryContext(steps, _options, cancellationToken);
        context.Budget.TakeSamples(steps.Count);
        await new Selection(source, context).RunAsync(query, steps);
        var evaluator = new Evaluator(context, steps);
        var columns = query.Type == ExpressionType.Scalar ? new ArrayColumns([Labels.Empty], [evaluator.Scalars(query)]) : evaluator.Vector(query);
        return Answer.OfRange(columns, steps, context);
    }

    /// <inheritdoc cref="RangeAsync(Expression, long, long, long, CancellationToken)"/>
    /// <exception cref="ParseException">The text is no PromQL.</exception>
    public Task<MatrixResult> RangeAsync(string query, long startMs, long endMs, long stepMs, CancellationToken cancellationToken) =>
        RangeAsync(Parser.Parse(query), startMs, endMs, stepMs, cancellationToken);
}
