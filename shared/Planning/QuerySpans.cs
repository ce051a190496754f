namespace ShitOps.Planning;

/// <summary>The instants that a query's times mean.</summary>
public static class QuerySpans
{
    /// <summary>Where a query's span ends, at most <paramref name="now"/> for what is or was.</summary>
    /// <param name="span">The span; null: now.</param>
    /// <param name="now">When it is asked; UTC.</param>
    public static DateTime EndOf(QuerySpan? span, DateTime now) => span?.To is { } to && to.End < now ? to.End : now;

    /// <summary>Where it begins.</summary>
    /// <param name="query">The query.</param>
    /// <param name="span">Its span, or the one that it is put beside.</param>
    /// <param name="now">When it is asked; UTC.</param>
    /// <param name="earliest">When anything was known first.</param>
    public static DateTime BeginOf(Query query, QuerySpan? span, DateTime now, DateTime earliest)
    {
        if (span is { From: { } from }) return from.Instant > earliest ? from.Instant : earliest;
        if (span is not null) return earliest;
        var days = QueryMetrics.Of(query.Metric).DefaultSpan ?? DefaultTrendDays;
        return DateOnly.FromDateTime(now).AddDays(1 - days).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
    }

    /// <summary>How many days a trend covers if no span is stated.</summary>
    public const int DefaultTrendDays = 90;

    /// <summary>The ends of a trend's steps: those of whole hours, days, weeks, months or quarters after <paramref name="begin"/>, the last at <paramref name="end"/>.</summary>
    public static IReadOnlyList<DateTime> StepEnds(QueryStep step, DateTime begin, DateTime end)
    {
        var ends = new List<DateTime>();
        for (var at = NextBorder(begin, Resolved(step, begin, end)); at < end; at = NextBorder(at.Value, Resolved(step, begin, end))) ends.Add(at.Value);
        ends.Add(end);
        return ends;
    }

    /// <summary>The step that <see cref="QueryStep.Auto"/> means for a span: hours up to 2 days, days up to 93, weeks up to 2 years, and months.</summary>
    public static QueryStep Resolved(QueryStep step, DateTime begin, DateTime end) =>
        step != QueryStep.Auto ? step : (end - begin).TotalDays switch
        {
            <= 2 => QueryStep.Hour,
            <= 93 => QueryStep.Day,
            <= 731 => QueryStep.Week,
            _ => QueryStep.Month,
        };

    /// <summary>The next border of steps; null: it lies behind all instants that there are.</summary>
    private static DateTime? NextBorder(DateTime at, QueryStep step)
    {
        var day = DateTime.SpecifyKind(at.Date, DateTimeKind.Utc);
        return step switch
        {
            QueryStep.Hour => After(TimeSpan.FromHours(at.Hour + 1)),
            QueryStep.Day => After(TimeSpan.FromDays(1)),
            QueryStep.Week => After(TimeSpan.FromDays(7 - (((int)day.DayOfWeek + 6) % 7))),
            QueryStep.Month => FirstAfter(months: 1),
            _ => FirstAfter(months: 3 - ((day.Month - 1) % 3)),
        };

        DateTime? After(TimeSpan length) => length <= DateTime.MaxValue - day ? day + length : null;
        DateTime? FirstAfter(int months) => day.Year < DateTime.MaxValue.Year || day.Month + months <= 12 ? day.AddDays(1 - day.Day).AddMonths(months) : null;
    }
}
