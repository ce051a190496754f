namespace ShitOps.Scaling;

/// <summary>
/// Plays a load through an autoscaler, second by second. Instances share the partitions in ranges, one instance for each partition; one that
/// starts or stops makes all pause for a rebalance, as consumer groups of the classic protocol do. Nothing in it is random.
/// </summary>
public sealed class ScalingSimulation
{
    private const double Negligible = 1e-9;

    private readonly double[] _shares;

    /// <summary>A topic and what consumes it.</summary>
    /// <param name="shares">The share of the events that goes to each partition; they add up to 1.</param>
    public ScalingSimulation(IReadOnlyList<double> shares)
    {
        if (shares.Count == 0 || shares.Any(share => !(share >= 0)) || Math.Abs(shares.Sum() - 1) > 1e-9) throw new ArgumentException("expected shares from 0 that add up to 1", nameof(shares));
        _shares = [.. shares];
    }

    /// <summary>What one instance processes in a second, of all its partitions together; more than 0.</summary>
    public required double EventsPerSecond { get; init; }

    /// <summary>How long an instance takes from the decision until it consumes; whole seconds.</summary>
    public TimeSpan ColdStart { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>For how long nothing is consumed after the number of instances has changed; whole seconds.</summary>
    public TimeSpan Rebalance { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// For how long a record is in hand, gathered into a batch and written, before its offset is committed; whole seconds. The autoscaler counts it
    /// as lag meanwhile.
    /// </summary>
    public TimeSpan InHand { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Plays it, from one instance that is ready.</summary>
    /// <param name="arrivals">Events in each second.</param>
    /// <param name="autoscaler">A new one.</param>
    public ScalingRun Run(IReadOnlyList<double> arrivals, IAutoscaler autoscaler)
    {
        var partitions = _shares.Length;
        var arrived = new double[arrivals.Count + 1];
        var processed = new double[partitions];
        var consumed = new double[arrivals.Count + 1];
        var oldest = new int[partitions];
        var behind = new double[arrivals.Count];
        var instances = new int[arrivals.Count];
        var lags = new double[arrivals.Count];
        var ready = 1;
        var starting = new Queue<(int ReadyAt, int Count)>();
        var pausedUntil = 0;
        for (var second = 0; second < arrivals.Count; second++)
        {
            arrived[second + 1] = arrived[second] + arrivals[second];
            while (starting.TryPeek(out var next) && next.ReadyAt <= second)
            {
                ready += starting.Dequeue().Count;
                pausedUntil = second + (int)Rebalance.TotalSeconds;
            }

            if (second >= pausedUntil) Process(arrived[second + 1], processed, ready);
            consumed[second + 1] = processed.Sum();
            for (var partition = 0; partition < partitions; partition++)
            {
                var lag = Lag(arrived[second + 1], processed, partition);
                lags[second] += lag;
                if (lag <= Negligible * Math.Max(1000, arrived[second + 1])) continue;

                // Of the partition's records, the oldest unprocessed one came in the first second up to whose end more came than is processed.
                var position = processed[partition] / _shares[partition];
                while (oldest[partition] < second && arrived[oldest[partition] + 1] <= position) oldest[partition]++;
                behind[second] = Math.Max(behind[second], second - oldest[partition]);
            }

            var running = ready + starting.Sum(one => one.Count);
            instances[second] = running;
            if (second % (int)autoscaler.Interval.TotalSeconds != 0) continue;

            var minute = Math.Min(second + 1, 60);
            var inHand = consumed[second + 1] - consumed[Math.Max(0, second + 1 - (int)InHand.TotalSeconds)];
            var decided = autoscaler.Decide(
                TimeSpan.FromSeconds(second), running, new Backlog((long)Math.Round(lags[second] + inHand), (arrived[second + 1] - arrived[second + 1 - minute]) / minute));
            if (decided > running)
            {
                starting.Enqueue((second + (int)ColdStart.TotalSeconds, decided - running));
            }
            else if (decided < running)
            {
                // Those that have not begun to consume go first, and nobody notices.
                starting = Without(starting, running - decided, out var left);
                ready -= left;
                if (left > 0) pausedUntil = second + 1 + (int)Rebalance.TotalSeconds;
            }
        }

        return new ScalingRun(instances, behind, lags);
    }

    private void Process(double arrived, double[] processed, int ready)
    {
        var partitions = _shares.Length;
        var consuming = Math.Min(ready, partitions);
        for (var instance = 0; instance < consuming; instance++)
        {
            var (from, to) = (FirstOf(instance), FirstOf(instance + 1));
            double waiting = 0;
            for (var partition = from; partition < to; partition++) waiting += Lag(arrived, processed, partition);
            if (waiting == 0) continue;
            var share = Math.Min(1, EventsPerSecond / waiting);
            for (var partition = from; partition < to; partition++) processed[partition] += share * Lag(arrived, processed, partition);
        }

        // The first ones have one partition more if they do not divide evenly.
        int FirstOf(int instance) => (instance * (partitions / consuming)) + Math.Min(instance, partitions % consuming);
    }

    private double Lag(double arrived, double[] processed, int partition) => Math.Max(0, (arrived * _shares[partition]) - processed[partition]);

    private static Queue<(int ReadyAt, int Count)> Without(Queue<(int ReadyAt, int Count)> starting, int stopping, out int left)
    {
        left = stopping;
        var kept = new Queue<(int ReadyAt, int Count)>();
        foreach (var (readyAt, count) in starting.Reverse())
        {
            var stopped = Math.Min(count, left);
            left -= stopped;
            if (count > stopped) kept.Enqueue((readyAt, count - stopped));
        }

        return new(kept.Reverse());
    }
}
