namespace ShitOps.Projects;

/// <summary>How it was at the end of an hour, or of a step of several.</summary>
/// <param name="Hour">The beginning of the hour or step.</param>
/// <param name="Totals">Levels as they were, and counts of all that had happened up to then.</param>
/// <param name="Changes">How much more or less of each there was than at the beginning.</param>
/// <param name="Statuses">Tasks by the label of their status, without those that no task was in.</param>
public sealed record HistoryLevel(DateTimeOffset Hour, Counters Totals, Counters Changes, IReadOnlyDictionary<string, long> Statuses);

/// <summary>Reads levels from changes.</summary>
public static class HistoryLevels
{
    /// <summary>The levels at the end of each hour, or step of several, from the first to the last one, both included.</summary>
    /// <param name="changes">All changes from the beginning on; those after the last step are left out.</param>
    /// <param name="first">Any time in the hour with which the first step begins.</param>
    /// <param name="last">Any time in the last step.</param>
    /// <param name="step">How many hours a step has.</param>
    public static IEnumerable<HistoryLevel> At(HistoryChanges changes, DateTimeOffset first, DateTimeOffset last, int step = 1)
    {
        var measures = new Queue<(int Hour, Measure Measure, long Amount)>(changes.Measures.OrderBy(one => one.Hour));
        var words = new Queue<(int Hour, string Status, long Amount)>(changes.Statuses.OrderBy(one => one.Hour));
        var totals = new Counters();
        var statuses = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var hour = HourOf(first); hour <= HourOf(last); hour += step)
        {
            var change = new Counters();
            while (measures.TryPeek(out var next) && next.Hour < hour + step)
            {
                totals.Add(next.Measure, next.Amount);
                if (next.Hour >= hour) change.Add(next.Measure, next.Amount);
                measures.Dequeue();
            }

            while (words.TryPeek(out var next) && next.Hour < hour + step)
            {
                var sum = statuses.GetValueOrDefault(next.Status) + next.Amount;
                if (sum == 0) statuses.Remove(next.Status);
                else statuses[next.Status] = sum;
                words.Dequeue();
            }

            yield return new HistoryLevel(new DateTimeOffset(hour * TimeSpan.TicksPerHour, TimeSpan.Zero), totals.Copy(), change, new Dictionary<string, long>(statuses, StringComparer.Ordinal));
        }
    }

    private static long HourOf(DateTimeOffset time) => time.UtcTicks / TimeSpan.TicksPerHour;
}
