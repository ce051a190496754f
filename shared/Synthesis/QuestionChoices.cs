namespace ShitOps.Synthesis;

/// <summary>A choice that the network makes for a whole question, and how many ways it has.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Count">How many ways.</param>
/// <param name="First">The column of its first way among those of all choices.</param>
public readonly record struct QuestionChoice(string Name, int Count, int First);

/// <summary>What a mention in a question is for.</summary>
public enum MentionRole
{
    /// <summary>Nothing.</summary>
    Ignored,

    /// <summary>A name filters, a time is the span, a number is the limit.</summary>
    Used,

    /// <summary>A name is left out, a time is the span that is compared with.</summary>
    Opposed,

    /// <summary>A word that stands where a name would, and is not known.</summary>
    UnknownName,
}

/// <summary>The choices, in the order in which the network has them.</summary>
public static class QuestionChoices
{
    /// <summary>The way of <see cref="Metric"/> that means: nothing that can be answered.</summary>
    public const int NoMetric = 30;

    /// <summary>Which metric; the last way is <see cref="NoMetric"/>.</summary>
    public static readonly QuestionChoice Metric = new("metric", 31, 0);

    /// <summary>Which aggregation.</summary>
    public static readonly QuestionChoice Aggregation = new("aggregation", 9, 31);

    /// <summary>Grouped by which field; 0: by none.</summary>
    public static readonly QuestionChoice By = new("by", 10, 40);

    /// <summary>By which step; 0: by none.</summary>
    public static readonly QuestionChoice Step = new("step", 7, 50);

    /// <summary>In which order; 0: in none.</summary>
    public static readonly QuestionChoice Order = new("order", 3, 57);

    /// <summary>Limited: 0 not, 1 to one, 2 to the number stated.</summary>
    public static readonly QuestionChoice Limit = new("limit", 3, 60);

    /// <summary>What kind of change; 0: any.</summary>
    public static readonly QuestionChoice Change = new("change", 11, 63);

    /// <summary>All, in their order.</summary>
    public static IReadOnlyList<QuestionChoice> All { get; } = [Metric, Aggregation, By, Step, Order, Limit, Change];

    /// <summary>How many ways all have together.</summary>
    public static int Width => All.Sum(choice => choice.Count);

    /// <summary>How many roles a mention can have.</summary>
    public const int Roles = 4;
}
