using System.Globalization;

namespace ShitOps.Planning;

/// <summary>What queries that cost alike have in common: the parts, how many values each filter has, and how long ago and how long the time is. It has no names.</summary>
public static class QueryShape
{
    /// <summary>The shape of a query, as a line.</summary>
    /// <param name="query">The query.</param>
    /// <param name="now">When it is asked; UTC.</param>
    public static string Of(Query query, DateTime now)
    {
        var parts = new List<string> { QueryMetrics.Of(query.Metric).Word };
        if (query.Aggregation != QueryAggregation.Natural) parts.Add(query.Aggregation.Word());
        parts.AddRange(query.Filters.Select(filter => string.Create(CultureInfo.InvariantCulture, $"{filter.Field.Word()}{(filter.Excludes ? "!" : "")}={filter.Values.Count}")));
        if (query.By is { } by) parts.Add($"by {by.Word()}");
        if (query.Span is { } span) parts.Add(Time(span));
        if (query.Versus is { } versus) parts.Add($"versus {Time(versus)}");
        if (query.Step is { } step) parts.Add($"step {step.Word()}");
        return string.Join(' ', parts);

        string Time(QuerySpan span) =>
            $"{(span.From is { } from ? Magnitude(QuerySpans.EndOf(span, now) - from.Instant) : "all")}-{Magnitude(now - QuerySpans.EndOf(span, now))}";
    }

    /// <summary>A length in days to the next power of two, such as <c>32d</c>; 0: less than a day.</summary>
    public static string Magnitude(TimeSpan length) =>
        length.TotalDays < 1 ? "0" : string.Create(CultureInfo.InvariantCulture, $"{Math.Pow(2, Math.Ceiling(Math.Log2(length.TotalDays)))}d");
}
