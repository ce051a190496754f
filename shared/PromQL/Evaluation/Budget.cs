namespace ShitOps.PromQL.Evaluation;

/// <summary>How much a query may still take of its limits.</summary>
internal sealed class Budget(QueryLimits limits)
{
    /// <summary>How many series may still be taken; 0 or more.</summary>
    public long Series { get; private set; } = limits.MaxSeries;

    /// <summary>How many samples may still be taken; 0 or more.</summary>
    public long Samples { get; private set; } = limits.MaxSamples;

    /// <exception cref="QueryException">That is more than is allowed.</exception>
    public void TakeSeries(long count) => Series = count <= Series ? Series - count : throw QueryException.TooManySeries();

    /// <exception cref="QueryException">That is more than is allowed.</exception>
    public void TakeSamples(long count) => Samples = count <= Samples ? Samples - count : throw QueryException.TooManySamples();

    /// <summary>Room for a value at each of so many steps, which counts as samples: an expression of many operators over a subquery of many steps needs much of it.</summary>
    /// <exception cref="QueryException">That is more than is allowed.</exception>
    public double[] Column(int steps)
    {
        TakeSamples(steps);
        return new double[steps];
    }
}
