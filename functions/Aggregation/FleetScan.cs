using System.Collections.Concurrent;
using ShitOps.Projects;
using ShitOps.Storage;

namespace ShitOps.Aggregation;

/// <summary>Reads all slices for what is summed over them. Several are read beside each other, since each is a small range.</summary>
internal static class FleetScan
{
    /// <summary>What is read of each slice, in no particular order.</summary>
    /// <param name="table">The table.</param>
    /// <param name="readAsync">Reads a slice.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="most">How many slices are read at once.</param>
    public static async Task<IReadOnlyCollection<T>> OfAsync<T>(AggregateTable table, Func<SliceId, CancellationToken, Task<T>> readAsync, CancellationToken cancellationToken, int most = ReadAhead.Most)
    {
        var all = new ConcurrentBag<T>();
        await Parallel.ForEachAsync(
            table.Slices,
            new ParallelOptions { MaxDegreeOfParallelism = most, CancellationToken = cancellationToken },
            async (slice, stopping) => all.Add(await readAsync(slice, stopping)));
        return all;
    }
}
