using System.Runtime.CompilerServices;
using ShitOps.Aggregation;
using ShitOps.Metrics;
using ShitOps.PromQL;
using ShitOps.Security;

namespace ShitOps.Datasource;

/// <summary>The projects whose series a selector may find.</summary>
internal static class MatchedProjects
{
    /// <summary>Those that a scope sees and whose key and team fit; if the matchers list projects, no others are read.</summary>
    public static async IAsyncEnumerable<StoredProject> OfAsync(
        ProjectCache cache, AggregateTable table, Scope scope, IReadOnlyList<LabelMatcher> matchers, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (matchers.FirstOrDefault(matcher => matcher.Name == MetricCatalogue.Project && matcher.Listed is not null) is { Listed: { } listed })
        {
            foreach (var key in listed.Distinct(StringComparer.Ordinal))
                if (key.Length > 0 && await table.ProjectAsync(key, cancellationToken) is { } project && Fits(project)) yield return project;
            yield break;
        }

        await foreach (var project in cache.AllAsync(table, cancellationToken))
            if (Fits(project)) yield return project;

        bool Fits(StoredProject project) => scope.Sees(project.State.Team) && matchers.All(matcher =>
            matcher.Name == MetricCatalogue.Project ? matcher.Matches(project.Key) : matcher.Name != MetricCatalogue.Team || matcher.Matches(project.State.Team ?? ""));
    }
}
