using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace ShitOps.Planning;

/// <summary>
/// The one-line form of queries, whose grammar is in <c>docs/asking.md</c>. A query has one form: parts in a fixed order, one blank between
/// words, filters by field, values sorted. Reading allows any order of filters and values, and more blanks.
/// </summary>
public static class QueryText
{
    /// <summary>The longest line that is read, in UTF-16 units.</summary>
    public const int MaxLength = 65_536;

    /// <summary>The query on one line, without a control character in it.</summary>
    public static string Of(Query query)
    {
        var line = new StringBuilder(96).Append(query.Kind.Word()).Append(' ').Append(QueryMetrics.Of(query.Metric).Word);
        if (query.Aggregation != QueryAggregation.Natural) line.Append(' ').Append(query.Aggregation.Word());

        var joint = " where ";
        foreach (var filter in query.Filters)
        {
            line.Append(joint).Append(filter.Field.Word()).Append(filter.Excludes ? " != " : " = ");
            for (var i = 0; i < filter.Values.Count; i++)
            {
                if (i > 0) line.Append(", ");
                AppendQuoted(line, filter.Values[i]);
            }

            joint = " and ";
        }

        if (query.By is { } by) line.Append(" by ").Append(by.Word());
        if (query.Span is { } span) AppendSpan(line, span);
        if (query.Versus is { } versus) AppendSpan(line.Append(" versus"), versus);
        if (query.Step is { } step) line.Append(" step ").Append(step.Word());
        if (query.Order is { } order) line.Append(" order ").Append(order.Word());
        if (query.Limit is { } limit) line.Append(CultureInfo.InvariantCulture, $" limit {limit}");
        return line.ToString();
    }

    /// <summary>Reads a line and checks that it can be answered.</summary>
    /// <exception cref="QueryTextException">The line is no query, or one that has no answer.</exception>
    public static Query Parse(string line)
    {
        var query = new QueryReader(line).Read(out var kind, out var kindPosition);
        if (QueryRules.Fault(query) is { } fault) throw new QueryTextException(0, fault);
        if (query.Kind != kind)
        {
            throw new QueryTextException(kindPosition, $"The query begins with {kind.Word()} and is a {query.Kind.Word()}; expected {query.Kind.Word()}.");
        }

        return query;
    }

    /// <summary>As <see cref="Parse"/>; false instead of an exception.</summary>
    public static bool TryParse(string line, [NotNullWhen(true)] out Query? query)
    {
        try
        {
            query = Parse(line);
            return true;
        }
        catch (QueryTextException)
        {
            query = null;
            return false;
        }
    }

    private static void AppendSpan(StringBuilder line, QuerySpan span)
    {
        if (span.IsOneDay)
        {
            line.Append(" on ").Append(span.From);
            return;
        }

        if (span.From is { } from) line.Append(" from ").Append(from);
        if (span.To is { } to) line.Append(" to ").Append(to);
    }

    private static void AppendQuoted(StringBuilder line, string value)
    {
        line.Append('"');
        foreach (var c in value)
        {
            if (c is '"' or '\\') line.Append('\\').Append(c);
            else if (char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029') line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else line.Append(c);
        }

        line.Append('"');
    }
}
