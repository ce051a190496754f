namespace ShitOps.PromQL.Evaluation;

/// <summary>How much a query has taken of its limits.</summary>
internal sealed class Budget(QueryLimits limits)
{
    private long _series;
    private long _samples;

    /// <exception cref="QueryException">That is more than is allowed.</exception>
    public void TakeSeries(long count)
    {
        _series += count;
        if (_series > limits.MaxSeries)
            throw new QueryException(QueryErrorKind.TooManySeries, $"the query selects more than {limits.MaxSeries} series; select fewer by matchers on labels");
    }

    /// <exception cref="QueryException">That is more than is allowed.</exception>
    public void TakeSamples(long count)
    {
        _samples += count;
        if (_samples > limits.MaxSamples)
            throw new QueryException(QueryErrorKind.TooManySamples, $"query processing would load too many samples into memory in query execution: more than {limits.MaxSamples}; take a shorter span, a longer step or fewer series");
    }
}
