using ShitOps.Planning;

namespace ShitOps.Synthesis;

/// <summary>What is said to a question that cannot be answered.</summary>
internal static class Refusals
{
    private static readonly QueryMetric[] Usual = [QueryMetric.OpenTasks, QueryMetric.Completed, QueryMetric.CycleTime, QueryMetric.CompletionDate];

    /// <summary>Why not, and what can be answered.</summary>
    /// <param name="unknown">Names that are not known.</param>
    /// <param name="nearest">Queries that come near.</param>
    public static string Of(IReadOnlyList<string> unknown, IReadOnlyList<Query> nearest) =>
        unknown.Count > 0
            ? $"I can't answer that: I know no {string.Join(" and no ", unknown.Select(name => $"\"{name}\""))} among projects, teams, people, statuses, types and milestones. {WhatCanBeAsked(nearest)}"
            : $"I can't answer that. {WhatCanBeAsked(nearest)}";

    /// <summary>What can be answered, beginning with what comes near.</summary>
    public static string WhatCanBeAsked(IReadOnlyList<Query> nearest)
    {
        var metrics = nearest.Select(query => query.Metric).Concat(Usual).Distinct().Take(3).Select(metric => QueryMetrics.Of(metric).Help);
        return $"I can answer, for instance, {string.Join("; ", metrics)}.";
    }
}
