using ShitOps.Aggregation;

namespace ShitOps.Bench.Ingest;

/// <summary>Reads the product's aggregates back from its table, through its own reader.</summary>
internal static class ProductAggregates
{
    public static async Task<Aggregates> ReadAsync(AggregateTable table, Action<int> progress)
    {
        var aggregates = new Aggregates("the product");
        var projects = 0;
        foreach (var slice in table.Slices)
        {
            await foreach (var project in table.ProjectsAsync(slice, after: null, CancellationToken.None))
            {
                aggregates.Add(project.Key, project.State, project.Summary, await table.HistoryAsync(project.Key, DateOnly.MaxValue, CancellationToken.None));
                await foreach (var (task, state) in table.TasksAsync(project.Key, after: null, CancellationToken.None)) aggregates.Add(project.Key, task, state);
                progress(++projects);
            }
        }

        return aggregates;
    }
}
