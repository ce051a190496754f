namespace ShitOps.Planning;

/// <summary>What sort of answer a query asks for. It follows from the query's other parts (<see cref="Query.Kind"/>).</summary>
public enum QueryKind
{
    /// <summary>Values, or a list, as they are or were. <c>report</c></summary>
    Report,

    /// <summary>Values step by step over a span. <c>trend</c></summary>
    Trend,

    /// <summary>Values of named things, or of two spans, side by side. <c>compare</c></summary>
    Compare,

    /// <summary>Groups by the order of their values. <c>rank</c></summary>
    Rank,

    /// <summary>What is expected to come. <c>forecast</c></summary>
    Forecast,

    /// <summary>Who changed what. <c>audit</c></summary>
    Audit,
}

/// <summary>How the values of a metric become one.</summary>
public enum QueryAggregation
{
    /// <summary>The metric's own way (<see cref="MetricMeaning.Natural"/>); not written.</summary>
    Natural,

    /// <summary>The arithmetic mean over a span. <c>mean</c></summary>
    Mean,

    /// <summary>The least. <c>min</c></summary>
    Min,

    /// <summary>The greatest. <c>max</c></summary>
    Max,

    /// <summary>The median. <c>p50</c></summary>
    P50,

    /// <summary>What 85 % are at most. <c>p85</c></summary>
    P85,

    /// <summary>What 95 % are at most. <c>p95</c></summary>
    P95,

    /// <summary>The things themselves, one row each. <c>list</c></summary>
    List,

    /// <summary>How many there are, where the natural answer is a list. <c>count</c></summary>
    Count,
}

/// <summary>What a query filters or groups by.</summary>
public enum QueryField
{
    /// <summary>The project, by its key. <c>project</c></summary>
    Project,

    /// <summary>The team that has the task, else the team that has its project. <c>team</c></summary>
    Team,

    /// <summary>The assignee of a task, owner of a project, holder of an allocation, or actor of a change. <c>person</c></summary>
    Person,

    /// <summary>The status in the tracker's word. <c>status</c></summary>
    Status,

    /// <summary>The tracker's kind of issue. <c>type</c></summary>
    Type,

    /// <summary>The milestone, sprint or version that a task is planned for. <c>milestone</c></summary>
    Milestone,

    /// <summary>The task, by its key. <c>task</c></summary>
    Task,

    /// <summary>What a change was: a word of <see cref="QueryWords.Changes"/>. <c>change</c></summary>
    Change,

    /// <summary>What a status means: a word of <see cref="Events.StatusCategories"/>; groups only. <c>category</c></summary>
    Category,
}

/// <summary>The length of a trend's steps. Weeks begin on Monday; months and quarters are the calendar's.</summary>
public enum QueryStep
{
    /// <summary>Chosen by the length of the span. <c>auto</c></summary>
    Auto,

    /// <summary><c>1h</c></summary>
    Hour,

    /// <summary><c>1d</c></summary>
    Day,

    /// <summary><c>1w</c></summary>
    Week,

    /// <summary><c>1mo</c></summary>
    Month,

    /// <summary><c>1q</c></summary>
    Quarter,
}

/// <summary>Which end of the order comes first.</summary>
public enum QueryOrder
{
    /// <summary>The least first. <c>asc</c></summary>
    Ascending,

    /// <summary>The greatest first. <c>desc</c></summary>
    Descending,
}
