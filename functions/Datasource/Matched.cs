using System.Runtime.CompilerServices;
using ShitOps.Aggregation;
using ShitOps.Metrics;
using ShitOps.PromQL;
using ShitOps.Security;

namespace ShitOps.Datasource;

/// <summary>Which projects, metrics and label sets a selector may find.</summary>
internal static class Matched
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

    /// <summary>The names of series that fit, of those that these metrics have.</summary>
    public static HashSet<string> NamesOf(IEnumerable<Metric> metrics, IReadOnlyList<LabelMatcher> matchers)
    {
        var ofName = matchers.Where(matcher => matcher.Name == Labels.MetricName).ToList();
        return metrics.SelectMany(metric => metric.SeriesNames).Where(name => ofName.TrueForAll(matcher => matcher.Matches(name))).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The labels of a project's series; null: they do not fit.</summary>
    /// <param name="project">The project.</param>
    /// <param name="matchers">All have to fit.</param>
    /// <param name="name">The name of the series.</param>
    /// <param name="own">The labels beside those of the project.</param>
    public static Labels? LabelsOf(StoredProject project, IReadOnlyList<LabelMatcher> matchers, string name, (string Name, string Value)[] own)
    {
        var builder = new LabelsBuilder();
        builder.Set(Labels.MetricName, name);
        builder.Set(MetricCatalogue.Project, project.Key);
        builder.Set(MetricCatalogue.Team, project.State.Team ?? "");
        foreach (var (label, value) in own) builder.Set(label, value);
        var labels = builder.Build();
        return matchers.All(matcher => matcher.Matches(labels[matcher.Name])) ? labels : null;
    }
}
