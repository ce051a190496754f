using System.Collections.Concurrent;
using System.Diagnostics;
using ShitOps.Aggregation;
using ShitOps.Events;

namespace ShitOps.Bench.Ingest;

/// <summary>
/// How old what a reader sees is: five events a second are probes, tasks of their own that are looked for in the table, one read each, from
/// when they are sent until they are there.
/// </summary>
/// <param name="workload">Makes the probes.</param>
/// <param name="table">Where a reader would look; not through the recorded transport.</param>
internal sealed class Freshness(Workload workload, AggregateTable table)
{
    private const int EventsAProbe = SteadyLoad.EventsPerSecond / 5;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (string Project, long Sent)> _underWay = new(StringComparer.Ordinal);
    private readonly List<double> _milliseconds = [];

    /// <summary>Sends events for so long and waits until all probes have been seen.</summary>
    /// <param name="load">Sends the events.</param>
    /// <param name="duration">How long.</param>
    /// <param name="progress">Told every ten seconds how many events were sent.</param>
    /// <returns>The times from sending to seeing, in milliseconds, in ascending order.</returns>
    /// <exception cref="TimeoutException">Some probes were never seen.</exception>
    public async Task<IReadOnlyList<double>> MeasureAsync(SteadyLoad load, TimeSpan duration, Action<int> progress)
    {
        var sending = Task.Run(() => load.SendAsync(duration, progress, Probe));
        for (var silence = Stopwatch.StartNew(); !sending.IsCompleted || !_underWay.IsEmpty; await Task.Delay(Pause))
        {
            foreach (var (task, (project, sent)) in _underWay.ToArray())
            {
                if (await table.TaskAsync(project, task, CancellationToken.None) is null) continue;
                _milliseconds.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                _underWay.TryRemove(task, out _);
                silence.Restart();
            }

            if (silence.Elapsed > Patience) throw new TimeoutException($"{_underWay.Count} events at the steady rate were not seen within a minute");
        }

        await sending;
        _milliseconds.Sort();
        return _milliseconds;
    }

    private WorkloadRecord Probe(int number, WorkloadRecord record, DateTimeOffset now)
    {
        if (number % EventsAProbe != 0) return record;
        var task = $"PROBE-{number / EventsAProbe}";
        var probe = workload.Record(record.Project, now, new TaskCreated(task, new TaskFields { Title = "Look for this one", Status = new Status("To Do", StatusCategory.Todo) }));
        _underWay[task] = (record.Project, Stopwatch.GetTimestamp());
        return probe;
    }
}
