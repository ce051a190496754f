using ShitOps.Flow;

namespace ShitOps.Forecasting;

/// <summary>
/// Finds what holds a project up, by asking of every queue: how much earlier would the backlog be done if it were wider? Each answer is a
/// simulation beside one without the change, with the same random numbers. A project has three readings: its statuses are stations that tasks
/// pass one after the other; its people work in parallel, each on their own tasks, and so do its teams. Queues that next to nothing leaves
/// are told apart and left out of the simulation: with them no other queue would matter, since the end would be theirs whatever is changed.
/// </summary>
public static class Bottlenecks
{
    private const int Weeks = 12;
    private const int PastWeeks = 26;
    private const int MostWeeksAhead = 156;
    private const int Runs = 400;
    private const int MostNames = 24;
    private const double Odds = 0.85;

    /// <summary>The bottlenecks of a project, the worst first; none if there is not enough history, or nothing is open.</summary>
    /// <param name="history">The project's past.</param>
    /// <param name="cutoff">What lies before it is known.</param>
    /// <param name="seed">The same seed gives the same.</param>
    public static IReadOnlyList<Bottleneck> Of(ProjectHistory history, DateTimeOffset cutoff, ulong seed)
    {
        if (history.WeeksUpTo(cutoff, ProjectForecast.FewestWeeks) < ProjectForecast.FewestWeeks || history.Departures(cutoff, PastWeeks).Sum() < ProjectForecast.FewestDone) return [];
        var open = history.Tasks.Select(task => (Task: task, Stay: task.At(cutoff))).Where(one => one.Stay is { ClosedSince: null }).Select(one => new Waiting(one.Task, one.Stay!.Value)).ToArray();
        if (open.Length == 0) return [];
        return
        [
            .. OfStatuses(history, open, cutoff, seed)
                .Concat(OfGroups(BottleneckKind.Resource, history, open, cutoff, seed, task => task.Assignee))
                .Concat(OfGroups(BottleneckKind.Team, history, open, cutoff, seed, task => task.Team))
                .OrderByDescending(one => one.Score).ThenByDescending(one => one.Tasks).ThenBy(one => one.Kind).ThenBy(one => one.Name, StringComparer.Ordinal),
        ];
    }

    private static IEnumerable<Bottleneck> OfStatuses(ProjectHistory history, Waiting[] open, DateTimeOffset cutoff, ulong seed)
    {
        var stations = Stations.Of(history, cutoff, PastWeeks);
        if (stations.Names.Count == 0) yield break;
        var waiting = stations.Names.Select(name => open.Where(one => one.Stay.Status == name).ToArray()).ToArray();
        var isStalled = waiting.Select((tasks, i) => IsStalled(tasks.Length, stations.Out(i).Sum())).ToArray();
        var queues = waiting.Select((tasks, i) => isStalled[i] ? 0 : tasks.Length).ToArray();
        var before = Quantile(Simulate(widened: -1));
        for (var i = 0; i < stations.Names.Count; i++)
        {
            if (waiting[i].Length == 0) continue;
            double? gain = isStalled[i] ? null : Math.Max(0, before - Quantile(Simulate(i)));
            yield return Made(BottleneckKind.Status, stations.Names[i], waiting[i], open.Length, one => one.Stay.Since, stations.In(i).TakeLast(Weeks).Sum(), stations.Out(i).TakeLast(Weeks).Sum(), gain, before, cutoff);
        }

        double[] Simulate(int widened) => stations.Simulate(queues, isStalled, widened, Runs, MostWeeksAhead, seed);
    }

    private static IEnumerable<Bottleneck> OfGroups(BottleneckKind kind, ProjectHistory history, Waiting[] open, DateTimeOffset cutoff, ulong seed, Func<TaskHistory, string?> nameOf)
    {
        var groups = open.Where(one => nameOf(one.Task) is not null).GroupBy(one => nameOf(one.Task)!, StringComparer.Ordinal)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).Take(MostNames).ToArray();
        if (groups.Length < 2) yield break;

        var pasts = groups.Select(group => new ProjectHistory(group.Key, history.Tasks.Where(task => nameOf(task) == group.Key))).ToArray();
        var departures = pasts.Select(past => past.Departures(cutoff, PastWeeks)).ToArray();
        var isStalled = groups.Select((group, i) => IsStalled(group.Count(), departures[i].Sum())).ToArray();
        var times = groups.Select((group, i) => isStalled[i] ? new double[Runs] : Drain(departures[i], group.Count(), factor: 1, unchecked(seed + (ulong)i))).ToArray();
        var before = Quantile(Longest(-1, []));
        for (var i = 0; i < groups.Length; i++)
        {
            var (arrived, left) = (pasts[i].Arrivals(cutoff, Weeks).Sum(), pasts[i].Departures(cutoff, Weeks).Sum());
            double? gain = isStalled[i] ? null : Math.Max(0, before - Quantile(Longest(i, Drain(departures[i], groups[i].Count(), factor: 2, unchecked(seed + (ulong)i)))));
            yield return Made(kind, groups[i].Key, [.. groups[i]], open.Length, one => one.Task.Transitions[0].Time, arrived, left, gain, before, cutoff);
        }

        // All but what is stalled is done when the last of them is.
        double[] Longest(int changed, double[] instead)
        {
            var longest = new double[Runs];
            for (var i = 0; i < times.Length; i++)
                for (var run = 0; run < Runs; run++) longest[run] = Math.Max(longest[run], i == changed ? instead[run] : times[i][run]);
            return longest;
        }
    }

    /// <summary>Whether so many tasks would take more than is looked ahead, at the pace at which they left.</summary>
    private static bool IsStalled(int tasks, int left) => tasks > (double)left / PastWeeks * MostWeeksAhead;

    /// <param name="gainWeeks">What widening it saves; null: it is stalled.</param>
    private static Bottleneck Made(
        BottleneckKind kind, string name, Waiting[] tasks, int open, Func<Waiting, DateTimeOffset> sinceOf, int arrived, int left, double? gainWeeks, double weeks, DateTimeOffset cutoff)
    {
        var ages = tasks.Select(one => (cutoff - sinceOf(one)).TotalDays).Order().ToArray();
        var blocked = tasks.Select(one => one.Task.BlockedSince).OfType<DateTimeOffset>().Where(since => since < cutoff).ToArray();
        var age = ages[ages.Length / 2];
        var score = gainWeeks is { } gain ? gain / Math.Max(weeks, 0.01) : (double)tasks.Length / open * Math.Min(1, age / (7 * Weeks));
        return new Bottleneck(
            kind, name, Math.Round(100 * score, 2), tasks.Length, left > 0 ? Math.Round((double)arrived / left, 3) : null, Math.Round((double)(arrived - left) / Weeks, 3),
            Math.Round((double)left / Weeks, 3), Math.Round(age, 2), blocked.Length, Math.Round(blocked.Sum(since => (cutoff - since).TotalDays), 2), Math.Round(7 * (gainWeeks ?? 0), 1))
        {
            IsStalled = gainWeeks is null,
        };
    }

    /// <summary>Weeks until so many tasks have left, run by run, when each week is drawn from the past ones.</summary>
    private static double[] Drain(int[] past, int tasks, double factor, ulong seed)
    {
        var random = new FastRandom(seed);
        var times = new double[Runs];
        for (var run = 0; run < Runs; run++)
        {
            var (rest, week) = ((double)tasks, 0);
            for (; week < MostWeeksAhead && rest > 0; week++)
            {
                var left = factor * past[(int)(random.Uniform() * past.Length)];
                if (left >= rest) times[run] = week + (rest / left);
                rest -= left;
            }

            if (rest > 0) times[run] = MostWeeksAhead;
        }

        return times;
    }

    private static double Quantile(double[] times)
    {
        var sorted = times.Order().ToArray();
        return Scores.Quantile(sorted, Odds);
    }

    private readonly record struct Waiting(TaskHistory Task, TaskStay Stay);
}
