using System.Diagnostics;

namespace ShitOps.Bench.Ingest;

/// <summary>Events at a steady rate, as they happen.</summary>
/// <param name="topic">Takes them.</param>
/// <param name="workload">Makes them.</param>
internal sealed class SteadyLoad(EventTopic topic, Workload workload)
{
    public const int EventsPerSecond = 1000;

    /// <summary>How many events were sent.</summary>
    public int Sent { get; private set; }

    /// <summary>Sends events for so long.</summary>
    /// <param name="duration">How long.</param>
    /// <param name="progress">Told every ten seconds how many were sent.</param>
    /// <param name="replace">May give another event in the place of one, by its number; it is sent at once.</param>
    public async Task SendAsync(TimeSpan duration, Action<int> progress, Func<int, WorkloadRecord, DateTimeOffset, WorkloadRecord>? replace = null)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < duration; await Task.Delay(5))
        {
            for (var due = (int)(clock.Elapsed.TotalSeconds * EventsPerSecond); Sent < due; Sent++)
            {
                // Trackers state milliseconds.
                var now = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
                var record = workload.Next(now);
                topic.Produce(replace is null ? record : replace(Sent, record, now));
                if (Sent % (10 * EventsPerSecond) == 0) progress(Sent);
            }
        }

        topic.Flush();
    }
}
