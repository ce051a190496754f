namespace ShitOps.PromQL;

/// <summary>What kind of error a query met; Prometheus' API has a word and an HTTP status for each.</summary>
public enum QueryErrorKind
{
    /// <summary>The question is wrong: <c>bad_data</c>, 400.</summary>
    BadData,

    /// <summary>The question cannot be answered over these series: <c>execution</c>, 422.</summary>
    Execution,

    /// <summary>It needs more series than are allowed: <c>execution</c>, 422.</summary>
    TooManySeries,

    /// <summary>It needs more samples in memory than are allowed: <c>execution</c>, 422.</summary>
    TooManySamples,

    /// <summary>It took longer than is allowed: <c>timeout</c>, 503.</summary>
    Timeout,

    /// <summary>Whoever asked went away: <c>canceled</c>, 503.</summary>
    Canceled,
}

/// <summary>A query that cannot be answered, with a reason to show to whoever asked.</summary>
public class QueryException(QueryErrorKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    public QueryErrorKind Kind { get; } = kind;

    /// <summary>A query whose selectors find more series than it may hold.</summary>
    public static QueryException TooManySeries() => new(QueryErrorKind.TooManySeries, "the query selects more series than are allowed; select fewer by matchers on labels");

    /// <summary>A query that would hold more samples than it may.</summary>
    public static QueryException TooManySamples() => new(
        QueryErrorKind.TooManySamples, "query processing would load too many samples into memory in query execution; take a shorter span, a longer step or fewer series");
}
