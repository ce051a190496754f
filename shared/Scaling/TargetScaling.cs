namespace ShitOps.Scaling;

/// <summary>
/// Target-based scaling of Azure Functions for a Kafka trigger. Source: the extension's own target scaler (4.3), which measures anew after a
/// minute and does not scale in within a minute of scaling out; and the Functions documentation, for four instances at most at a time, every 30 s.
/// </summary>
/// <param name="lagThreshold">The trigger's <c>LagThreshold</c>: records for one instance, from 1.</param>
/// <param name="partitions">Of the topic, from 1.</param>
/// <param name="mostInstances">The app's limit, from 1.</param>
public sealed class TargetScaling(long lagThreshold, int partitions, int mostInstances = int.MaxValue) : IAutoscaler
{
    private const int Step = 4;
    private static readonly TimeSpan KeepsMeasuring = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan NoScaleInAfterScaleOut = TimeSpan.FromMinutes(1);

    private (TimeSpan At, long Lag)? _measured;
    private TimeSpan? _scaledOut;
    private int? _last;

    /// <inheritdoc/>
    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(30);

    /// <summary>ceil(lag ÷ threshold), at least 1, at most one per partition.</summary>
    public static int Target(long lag, long lagThreshold, int partitions) =>
        (int)Math.Clamp((lag / lagThreshold) + (lag % lagThreshold == 0 ? 0 : 1), 1, partitions);

    /// <inheritdoc/>
    public int Decide(TimeSpan now, int instances, Backlog backlog)
    {
        if (_measured is not { } measured || now - measured.At > KeepsMeasuring) _measured = measured = (now, backlog.Lag);
        var target = Math.Min(mostInstances, Target(measured.Lag, lagThreshold, partitions));
        if (target < _last && now - _scaledOut < NoScaleInAfterScaleOut) target = _last.Value;
        if (target > (_last ?? 0)) _scaledOut = now;
        _last = target;
        return Math.Min(target, instances + Step);
    }
}
