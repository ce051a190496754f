using ShitOps.Events;
using ShitOps.Flow;

namespace ShitOps.Forecasting;

/// <summary>
/// The open statuses of a project as stations of a line: how many tasks went in and out each week, and where those that went out went to. What
/// a station can do in a week is drawn from the past ones.
/// </summary>
internal sealed class Stations
{
    private const int MostStations = 16;

    private readonly int[][] _in;
    private readonly int[][] _out;
    private readonly int[][] _able;
    private readonly double[][] _next;
    private readonly int[] _workers;

    private Stations(IReadOnlyList<string> names, int weeks)
    {
        Names = names;
        _in = [.. names.Select(_ => new int[weeks])];
        _out = [.. names.Select(_ => new int[weeks])];
        _able = new int[names.Count][];
        _next = [.. names.Select(_ => new double[names.Count + 1])];
        _workers = new int[names.Count];
    }

    /// <summary>The tracker's words, the busiest first.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The stations as they were in the weeks before a cutoff.</summary>
    public static Stations Of(ProjectHistory history, DateTimeOffset cutoff, int weeks)
    {
        var from = cutoff.AddDays(-7 * weeks);
        var names = history.Tasks.SelectMany(task => task.Transitions).Where(one => one.Category < StatusCategory.Done && one.Time < cutoff)
            .GroupBy(one => one.Status, StringComparer.Ordinal).OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).Take(MostStations).Select(group => group.Key).ToArray();
        var stations = new Stations(names, weeks);
        var places = names.Select((name, i) => (name, i)).ToDictionary(one => one.name, one => one.i, StringComparer.Ordinal);
        var queues = names.Select(_ => new int[weeks]).ToArray();
        var workers = names.Select(_ => new HashSet<string>(StringComparer.Ordinal)).ToArray();
        foreach (var task in history.Tasks)
        {
            var at = -1;
            foreach (var (time, category, status) in task.Transitions)
            {
                if (time >= cutoff) break;
                var to = category < StatusCategory.Done ? places.GetValueOrDefault(status, -1) : -1;
                if (to == at) continue;
                var week = time < from ? -1 : Math.Min(weeks - 1, (int)((time - from).TotalDays / 7));
                if (at >= 0)
                {
                    if (week >= 0) stations._out[at][week]++;
                    if (week >= 0 && task.Assignee is { } worker) workers[at].Add(worker);
                    if (week >= 0) stations._next[at][to < 0 ? names.Length : to]++;
                    for (var after = week + 1; after < weeks; after++) queues[at][after]--;
                }

                if (to >= 0)
                {
                    if (week >= 0) stations._in[to][week]++;
                    for (var after = week + 1; after < weeks; after++) queues[to][after]++;
                }

                at = to;
            }
        }

        for (var i = 0; i < names.Length; i++)
        {
            // A week in which all was worked off says what there was to do, not what could have been done: that is as much as in the best week.
            var (way, best) = (i, stations._out[i].Max());
            stations._able[i] = [.. stations._out[i].Select((done, week) => queues[way][week] + stations._in[way][week] > done ? done : best)];
            stations._workers[i] = Math.Max(1, workers[i].Count);
            var total = stations._next[i].Sum();
            if (total == 0) stations._next[i][names.Length] = total = 1;
            for (var to = 0; to <= names.Length; to++) stations._next[i][to] /= total;
        }

        return stations;
    }

    /// <summary>Tasks that came into a station, week by week.</summary>
    public int[] In(int station) => _in[station];

    /// <summary>Tasks that went out of it.</summary>
    public int[] Out(int station) => _out[station];

    /// <summary>Weeks until the line is empty, run by run, if nothing comes in any more.</summary>
    /// <param name="queues">Tasks at each station at the beginning.</param>
    /// <param name="isStalled">The stations that next to nothing leaves: who goes there has left the line.</param>
    /// <param name="widened">The station at which one more works beside those who do; −1: none.</param>
    /// <param name="runs">How many runs.</param>
    /// <param name="most">No run is longer, in weeks.</param>
    /// <param name="seed">The same seed gives the same runs.</param>
    public double[] Simulate(int[] queues, bool[] isStalled, int widened, int runs, int most, ulong seed)
    {
        var times = new double[runs];
        for (var run = 0; run < runs; run++)
        {
            // Each run and station has numbers of its own, so that widening one station does not shuffle the luck of the others.
            var luck = Names.Select((_, i) => new FastRandom(unchecked(seed + (ulong)((run * MostStations) + i)))).ToArray();
            var ways = Names.Select((_, i) => new FastRandom(unchecked(seed + (ulong)((run * MostStations) + i) + (1UL << 40)))).ToArray();
            var here = (int[])queues.Clone();
            var carried = new double[here.Length];
            var week = 0;
            for (; week < most && here.Any(count => count > 0); week++)
            {
                var arriving = new int[here.Length];
                for (var i = 0; i < here.Length; i++)
                {
                    carried[i] += _able[i][(int)(luck[i].Uniform() * _able[i].Length)] * (i == widened ? 1 + (1.0 / _workers[i]) : 1);
                    var moved = Math.Min(here[i], (int)carried[i]);
                    carried[i] = Math.Min(1, carried[i] - moved);
                    here[i] -= moved;
                    for (var task = 0; task < moved; task++)
                        if (Way(i, ways[i].Uniform()) is var to && to < here.Length && !isStalled[to]) arriving[to]++;
                }

                for (var i = 0; i < here.Length; i++) here[i] += arriving[i];
            }

            times[run] = week;
        }

        return times;
    }

    private int Way(int station, double luck)
    {
        for (var to = 0; to < Names.Count; to++)
        {
            luck -= _next[station][to];
            if (luck < 0) return to;
        }

        return Names.Count;
    }
}
