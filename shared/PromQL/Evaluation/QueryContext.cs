using ShitOps.PromQL.Ast;

namespace ShitOps.PromQL.Evaluation;

/// <summary>What is the same for all parts of a query.</summary>
internal sealed class QueryContext(Timeline steps, QueryOptions options, CancellationToken cancellationToken)
{
    public QueryOptions Options { get; } = options;

    public TimeShifts Shifts { get; } = new(steps.StartMs, steps.EndMs);

    public Budget Budget { get; } = new(options.Limits);

    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>The series of each selector, in the order of their labels.</summary>
    public Dictionary<VectorSelector, IReadOnlyList<Series>> Selected { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>How many unions have been built.</summary>
    public int Unions { get; set; }

    public SortedSet<string> Warnings { get; } = new(StringComparer.Ordinal);

    public long LookbackOf(Series series) => Options.HasFixedLookback ? Options.LookbackMs : Lookback.Of(Options.LookbackMs, series.ResolutionMs);

    public static QueryException ExecutionError(string message) => new(QueryErrorKind.Execution, message);
}
