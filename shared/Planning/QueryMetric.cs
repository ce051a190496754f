namespace ShitOps.Planning;

/// <summary>What can be measured. <see cref="QueryMetrics"/> says what each means and which fields it knows.</summary>
public enum QueryMetric
{
    Tasks,
    OpenTasks,
    TodoTasks,
    InProgressTasks,
    BlockedTasks,
    DoneTasks,
    CancelledTasks,
    Wip,
    OverdueTasks,
    EstimatedHours,
    RemainingHours,
    SpentHours,
    TaskAge,
    BlockedTime,
    Created,
    Completed,
    Reopened,
    Dropped,
    LeadTime,
    CycleTime,
    Projects,
    OverdueProjects,
    DueDate,
    People,
    AllocatedHours,
    CompletionDate,
    ExpectedTasks,
    OnTimeProbability,
    Bottleneck,
    Changes,
}

/// <summary>How a metric stands to time.</summary>
public enum MetricTime
{
    /// <summary>It has a value at every instant, now and in the past; of a span, that at the span's end.</summary>
    Level,

    /// <summary>It has a value now, and none is kept of the past.</summary>
    Present,

    /// <summary>It counts, or averages, what happened within a span.</summary>
    Flow,

    /// <summary>It is a day, and a span keeps those within.</summary>
    Day,

    /// <summary>It is expected: a span lies ahead.</summary>
    Ahead,
}

/// <summary>The unit of a metric's values.</summary>
public enum MetricUnit
{
    /// <summary>A number of things.</summary>
    Count,

    /// <summary>Hours of effort.</summary>
    Hours,

    /// <summary>Hours a week.</summary>
    HoursPerWeek,

    /// <summary>Seconds that pass by the clock.</summary>
    Seconds,

    /// <summary>A day (UTC).</summary>
    Date,

    /// <summary>A probability, 0 to 1.</summary>
    Probability,

    /// <summary>A score; the greater, the worse.</summary>
    Score,
}

/// <summary>What a metric means and which queries of it can be answered.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Word">Its word in the one-line form.</param>
/// <param name="Help">What it is, in a phrase that follows "I can tell".</param>
/// <param name="Time">How it stands to time.</param>
/// <param name="Unit">What its values are in.</param>
/// <param name="Natural">What <see cref="QueryAggregation.Natural"/> does.</param>
/// <param name="Aggregations">The others that it knows.</param>
/// <param name="Fields">What it can be filtered and grouped by, whenever.</param>
/// <param name="PresentFields">What it can be filtered and grouped by only as of now.</param>
/// <param name="GroupFields">What it can be grouped by besides, but not filtered.</param>
public sealed record MetricMeaning(
    QueryMetric Metric,
    string Word,
    string Help,
    MetricTime Time,
    MetricUnit Unit,
    string Natural,
    IReadOnlyList<QueryAggregation> Aggregations,
    IReadOnlyList<QueryField> Fields,
    IReadOnlyList<QueryField> PresentFields,
    IReadOnlyList<QueryField> GroupFields)
{
    /// <summary>Whether it tells what is to come.</summary>
    public bool IsForecast => Time == MetricTime.Ahead;

    /// <summary>How many days, today included, a flow covers if no span is stated; null: none is needed.</summary>
    public int? DefaultSpan => Time == MetricTime.Flow ? 30 : null;

    /// <summary>Whether values can be asked for step by step.</summary>
    public bool HasSteps => Time is MetricTime.Level or MetricTime.Flow || Metric == QueryMetric.ExpectedTasks;

    /// <summary>Whether it can be grouped by the field, as of now at least.</summary>
    public bool GroupsBy(QueryField field) => FiltersBy(field) || GroupFields.Contains(field);

    /// <summary>Whether it can be filtered by the field, as of now at least.</summary>
    public bool FiltersBy(QueryField field) => Fields.Contains(field) || PresentFields.Contains(field);
}
