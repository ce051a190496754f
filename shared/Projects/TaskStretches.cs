using ShitOps.Events;

namespace ShitOps.Projects;

/// <summary>Splits what one task adds to the levels by what it was in meanwhile, hour by hour.</summary>
public static class TaskStretches
{
    /// <summary>By its status, in the tracker's word (shortened to a label where it is long; empty: none was stated).</summary>
    /// <param name="task">All changes of one task (<see cref="TaskState.Changes"/>).</param>
    public static IReadOnlyDictionary<string, HistoryChanges> ByStatus(HistoryChanges task)
    {
        var words = new Dictionary<string, long>(StringComparer.Ordinal);
        var changes = task.Statuses.ToLookup(one => one.Hour);
        return Split(task, changes.Select(one => one.Key), (hour, _) =>
        {
            foreach (var (_, word, amount) in changes[hour]) words[word] = words.GetValueOrDefault(word) + amount;
            return words.FirstOrDefault(word => word.Value > 0).Key;
        });
    }

    /// <summary>By the word of what its status means.</summary>
    /// <inheritdoc cref="ByStatus"/>
    public static IReadOnlyDictionary<string, HistoryChanges> ByCategory(HistoryChanges task) =>
        Split(task, [], (_, levels) => Enum.GetValues<StatusCategory>().Where(category => levels[Measures.Of(category)] > 0).Select(category => category.Word()).FirstOrDefault());

    private static Dictionary<string, HistoryChanges> Split(HistoryChanges task, IEnumerable<int> alsoHours, Func<int, Counters, string?> stretchAt)
    {
        var parts = new Dictionary<string, HistoryChanges>(StringComparer.Ordinal);
        var changes = task.Measures.Where(one => (int)one.Measure < Measures.Levels).ToLookup(one => one.Hour);
        var (levels, before, stretch) = (new Counters(Measures.Levels), new Counters(Measures.Levels), (string?)null);
        foreach (var hour in changes.Select(one => one.Key).Concat(alsoHours).Distinct().Order())
        {
            foreach (var (_, measure, amount) in changes[hour]) levels.Add(measure, amount);
            var next = stretchAt(hour, levels);
            if (stretch is not null) Add(stretch, hour, before, -1);
            if (next is not null) Add(next, hour, levels, 1);
            (stretch, before) = (next, levels.Copy());
        }

        return parts;

        void Add(string part, int hour, Counters amounts, int sign)
        {
            if (!parts.TryGetValue(part, out var sum)) parts[part] = sum = new HistoryChanges();
            for (var measure = 0; measure < Measures.Levels; measure++)
                if (amounts[(Measure)measure] is not 0 and var amount) sum.Add(hour * TimeSpan.TicksPerHour, (Measure)measure, sign * amount);
        }
    }
}
