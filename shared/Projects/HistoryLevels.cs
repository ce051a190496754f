namespace ShitOps.Projects;

/// <summary>How it was at the end of an hour.</summary>
/// <param name="Hour">The hour's beginning.</param>
/// <param name="Totals">Levels as they were, and counts of all that had happened up to then.</param>
/// <param name="Statuses">Tasks by the label of their status, without those that no task was in.</param>
public sealed record HistoryLevel(DateTimeOffset Hour, Counters Totals, IReadOnlyDictionary<string, long> Statuses);

/// <summary>Reads levels from changes.</summary>
public static class HistoryLevels
{
    /// <summary>The levels at the end of each hour from the first to the last one, both included.</summary>
    /// <param name="changes">All changes from the beginning on; those after the last hour are left out.</param>
    /// <param name="first">Any time in the first hour.</param>
    /// <param name="last">Any time in the last hour.</param>
    public static IEnumerable<HistoryLevel> At(HistoryChanges changes, DateTimeOffset first, DateTimeOffset last)
    {
        var measures = new Queue<(int Hour, Measure Measure, long Amount)>(changes.Measures.OrderBy(one => one.Hour));
        var words = new Queue<(int Hour, string Status, long Amount)>(changes.Statuses.OrderBy(one => one.Hour));
        var totals = new Counters();
        var statuses = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var hour = HourOf(first); hour <= HourOf(last); hour++)
        {
            while (measures.TryPeek(out var next) && next.Hour <= hour)
            {
                totals.Add(next.Measure, next.Amount);
                measures.Dequeue();
            }

            while (words.TryPeek(out var next) && next.Hour <= hour)
            {
                var sum = statuses.GetValueOrDefault(next.Status) + next.Amount;
                if (sum == 0) statuses.Remove(next.Status);
                else statuses[next.Status] = sum;
                words.Dequeue();
            }

            yield return new HistoryLevel(new DateTimeOffset(hour * TimeSpan.TicksPerHour, TimeSpan.Zero), totals.Copy(), new Dictionary<string, long>(statuses, StringComparer.Ordinal));
        }
    }

    private static long HourOf(DateTimeOffset time) => time.UtcTicks / TimeSpan.TicksPerHour;
}
