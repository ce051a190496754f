namespace ShitOps.Planning;

/// <summary>A line is no query. The message says what was found and what was expected.</summary>
public sealed class QueryTextException : FormatException
{
    /// <param name="position">Where in the line, from 0.</param>
    /// <param name="message">What is wrong and what was expected.</param>
    public QueryTextException(int position, string message)
        : base(message) => Position = position;

    /// <summary>Where in the line the fault is, from 0; for a query that has no answer, 0.</summary>
    public int Position { get; }
}
