using ShitOps.Aggregation;
using ShitOps.Planning;

namespace ShitOps.Asking;

/// <summary>Reads projects as a plan says, several beside each other.</summary>
/// <param name="table">Where they are.</param>
/// <param name="plan">How they are found.</param>
/// <param name="asked">Which are wanted.</param>
internal sealed class ProjectReader(AggregateTable table, QueryPlan plan, AskedFor asked)
{
    /// <summary>Does something with each project.</summary>
    /// <param name="work">What; called for several at once.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task EachAsync(Func<StoredProject, CancellationToken, ValueTask> work, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = plan.Concurrency, CancellationToken = cancellationToken };
        if (plan.Reach == PlanReach.Listed)
        {
            await Parallel.ForEachAsync(asked.Kept(QueryField.Project) ?? throw new InvalidOperationException($"{plan} needs projects that the query names"), options, async (key, stopping) =>
            {
                if (asked.Lets(QueryField.Project, key) && await table.ProjectAsync(key, stopping) is { } project) await work(project, stopping);
            });
        }
        else if (plan.Source is PlanSource.Sums or PlanSource.Projects)
        {
            // There is nothing to read for a project but the project.
            await Parallel.ForEachAsync(table.Slices, options, async (slice, stopping) =>
            {
                await foreach (var project in table.ProjectsAsync(slice, after: null, stopping))
                    if (asked.Lets(QueryField.Project, project.Key)) await work(project, stopping);
            });
        }
        else
        {
            await Parallel.ForEachAsync(table.AllProjectsAsync(after: null, few: null, cancellationToken), options, async (project, stopping) =>
            {
                if (asked.Lets(QueryField.Project, project.Key)) await work(project, stopping);
            });
        }
    }
}
