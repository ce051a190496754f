using System.Runtime.CompilerServices;
using ShitOps.Aggregation;
using ShitOps.Events;
using ShitOps.Metrics;
using ShitOps.PromQL;
using ShitOps.Security;

namespace ShitOps.Datasource;

/// <summary>
/// The ages of tasks in progress, at the present moment only. Every task of a project is read for them, so they are there for queries that name
/// their projects, and there are no more than a plot can show.
/// </summary>
public sealed class TaskAgeSeries(LiveAggregates aggregates, ProjectCache cache, TimeProvider time)
{
    /// <summary>Of more projects than that a query gets none.</summary>
    public const int MostProjects = 20;

    /// <summary>So many tasks of each project, those that were begun first.</summary>
    public const int MostTasks = 30;

    /// <inheritdoc cref="ISeriesSource.SelectAsync"/>
    /// <param name="scope">What whoever asks may see.</param>
    /// <param name="selector">Which series, and of which time.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<IReadOnlyList<Series>> SelectAsync(Scope scope, SeriesSelector selector, CancellationToken cancellationToken)
    {
        if (selector.PresentMs(time.GetUtcNow().ToUnixTimeMilliseconds()) is not { } at) return [];
        var found = new FoundSeries(selector);
        await foreach (var series in AtAsync(scope, selector.Matchers, at, cancellationToken)) found.Add([series]);
        return found.All;
    }

    /// <summary>The label sets of the series that fit all matchers; none, if the present is not asked for.</summary>
    public async IAsyncEnumerable<Labels> LabelsAsync(Scope scope, SeriesSelector selector, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (selector.PresentMs(time.GetUtcNow().ToUnixTimeMilliseconds()) is not { } at) yield break;
        await foreach (var series in AtAsync(scope, selector.Matchers, at, cancellationToken)) yield return series.Labels;
    }

    private async IAsyncEnumerable<Series> AtAsync(Scope scope, IReadOnlyList<LabelMatcher> matchers, long nowMs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Matched.NamesOf([MetricCatalogue.TaskAge], matchers).Count == 0 || !matchers.Any(matcher => matcher.Name == MetricCatalogue.Project && matcher.Listed is { Count: <= MostProjects })) yield break;
        var table = await aggregates.TableAsync(cancellationToken);
        await foreach (var project in Matched.OfAsync(cache, table, scope, matchers, cancellationToken))
        {
            var begun = new PriorityQueue<(string Key, string Status, DateTimeOffset Started), long>();
            await foreach (var (key, task) in table.TasksAsync(project.Key, after: null, cancellationToken))
            {
                if (!task.Exists || task.Standing() is not { Category: StatusCategory.InProgress or StatusCategory.Blocked, Started: { } started } standing) continue;

                // The latest to begin leaves first.
                begun.Enqueue((key, standing.Status ?? "", started), -started.UtcTicks);
                if (begun.Count > MostTasks) begun.Dequeue();
            }

            foreach (var ((key, status, started), _) in begun.UnorderedItems)
            {
                var age = (nowMs - started.ToUnixTimeMilliseconds()) / 1_000.0;
                if (age >= 0 && Matched.LabelsOf(project, matchers, MetricCatalogue.TaskAge.Name, [("task", key), (MetricCatalogue.Status, status)]) is { } labels)
                    yield return new Series(labels, new[] { nowMs }, new[] { age });
            }
        }
    }
}
