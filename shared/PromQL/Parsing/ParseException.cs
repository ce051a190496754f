using System.Globalization;

namespace ShitOps.PromQL.Parsing;

/// <summary>A text that is no PromQL. The message begins with the place: <c>line:column: parse error: …</c>, both from 1.</summary>
public sealed class ParseException : QueryException
{
    internal ParseException(string query, int position, string problem)
        : base(QueryErrorKind.BadData, Describe(query, position, problem))
    {
        Position = position;
    }

    /// <summary>Where in the query, in UTF-16 units from 0.</summary>
    public int Position { get; }

    private static string Describe(string query, int position, string problem)
    {
        var before = query.AsSpan(0, Math.Min(position, query.Length));
        var line = before.Count('\n') + 1;
        var column = before.Length - before.LastIndexOf('\n');
        return string.Create(CultureInfo.InvariantCulture, $"{line}:{column}: parse error: {problem}");
    }
}
