namespace ShitOps.Planning;

/// <summary>
/// What is asked, whoever asked it in whatever form. Written on one line by <see cref="QueryText"/>, and checked by <see cref="QueryRules"/>;
/// <c>docs/asking.md</c> says what each part means. Two queries are the same if their lines are.
/// </summary>
public sealed record Query
{
    /// <summary>What is measured.</summary>
    public required QueryMetric Metric { get; init; }

    /// <summary>How values become one.</summary>
    public QueryAggregation Aggregation { get; init; }

    /// <summary>All must hold; at most one that keeps and one that excludes for each field.</summary>
    public IReadOnlyList<QueryFilter> Filters
    {
        get;
        init => field = [.. value.OrderBy(filter => filter.Field).ThenBy(filter => filter.Excludes)];
    } = [];

    /// <summary>One value for each value of this field; null: one for all.</summary>
    public QueryField? By { get; init; }

    /// <summary>When; null: now, or the default span of the metric (<see cref="MetricMeaning.DefaultSpan"/>).</summary>
    public QuerySpan? Span { get; init; }

    /// <summary>The span that the values are put beside; null: none.</summary>
    public QuerySpan? Versus { get; init; }

    /// <summary>How long the steps are that values are asked for; null: one value for the whole span.</summary>
    public QueryStep? Step { get; init; }

    /// <summary>Which group comes first; null: by the group's name.</summary>
    public QueryOrder? Order { get; init; }

    /// <summary>How many groups, or rows of a list, are answered at most; null: all.</summary>
    public int? Limit { get; init; }

    /// <summary>
    /// An audit if it is about changes, a forecast if about what is to come, a comparison if two spans or several named groups stand side by
    /// side, a rank if groups are ordered, a trend if it goes step by step, and otherwise a report.
    /// </summary>
    public QueryKind Kind =>
        Metric == QueryMetric.Changes ? QueryKind.Audit
        : QueryMetrics.Of(Metric).IsForecast ? QueryKind.Forecast
        : Versus is not null || ComparesGroups ? QueryKind.Compare
        : Order is not null ? QueryKind.Rank
        : Step is not null ? QueryKind.Trend
        : QueryKind.Report;

    private bool ComparesGroups =>
        By is { } by && Order is null && Filters.Any(filter => filter.Field == by && !filter.Excludes && filter.Values.Count > 1);

    /// <inheritdoc/>
    public bool Equals(Query? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => ((int)Metric * 397) ^ (Filters.Count * 31) ^ (By is { } by ? (int)by + 1 : 0);

    /// <summary>The one-line form.</summary>
    public override string ToString() => QueryText.Of(this);
}
