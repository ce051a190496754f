namespace ShitOps.Planning;

/// <summary>The words of the one-line form for each enumeration.</summary>
public static class QueryWords
{
    private static readonly string[] KindWords = ["report", "trend", "compare", "rank", "forecast", "audit"];
    private static readonly string[] AggregationWords = ["", "mean", "min", "max", "p50", "p85", "p95", "list", "count"];
    private static readonly string[] FieldWords = ["project", "team", "person", "status", "type", "milestone", "task", "change", "category"];
    private static readonly string[] StepWords = ["auto", "1h", "1d", "1w", "1mo", "1q"];
    private static readonly string[] OrderWords = ["asc", "desc"];

    /// <summary>What a change can be, in a filter on <see cref="QueryField.Change"/>.</summary>
    public static IReadOnlyList<string> Changes { get; } =
        ["created", "updated", "status", "assigned", "estimated", "blocked", "unblocked", "deleted", "allocated", "released"];

    /// <summary>The word of a kind.</summary>
    public static string Word(this QueryKind kind) => KindWords[(int)kind];

    /// <summary>The word of an aggregation; empty for <see cref="QueryAggregation.Natural"/>.</summary>
    public static string Word(this QueryAggregation aggregation) => AggregationWords[(int)aggregation];

    /// <summary>The word of a field.</summary>
    public static string Word(this QueryField field) => FieldWords[(int)field];

    /// <summary>The word of a step.</summary>
    public static string Word(this QueryStep step) => StepWords[(int)step];

    /// <summary>The word of an order.</summary>
    public static string Word(this QueryOrder order) => OrderWords[(int)order];

    internal static IReadOnlyList<string> Kinds => KindWords;

    internal static IReadOnlyList<string> Aggregations => AggregationWords;

    internal static IReadOnlyList<string> Fields => FieldWords;

    internal static IReadOnlyList<string> Steps => StepWords;

    internal static IReadOnlyList<string> Orders => OrderWords;
}
