namespace ShitOps.Scaling;

/// <summary>
/// KEDA on a HorizontalPodAutoscaler with the defaults of both: the Kafka scaler by lag, and if it is given, the metrics-api scaler on
/// <see cref="InstanceDemand"/> with <see cref="DemandTarget"/>; the greater of them counts. Sources: KEDA's Kafka scaler (lag is capped at threshold × partitions),
/// and the HorizontalPodAutoscaler's algorithm: ceil(value ÷ target), kept as it is within a tenth of it, at most the double or four more
/// every 15 s, and never less than the greatest of the last five minutes' answers.
/// </summary>
/// <param name="lagThreshold">Records for one instance, from 1.</param>
/// <param name="partitions">Of the topic, from 1: no more instances than these.</param>
/// <param name="demand">The hybrid signal; null: lag alone.</param>
/// <param name="mostInstances">The greatest number of replicas, from 1.</param>
public sealed class KedaScaling(long lagThreshold, int partitions, InstanceDemand? demand = null, int mostInstances = int.MaxValue) : IAutoscaler
{
    /// <summary>
    /// The demand that one instance shall bear: less than 1, since a HorizontalPodAutoscaler leaves instances alone that bear a tenth more than their target.
    /// </summary>
    public const double DemandTarget = 0.8;

    private const double Tolerance = 0.1;
    private static readonly TimeSpan Stabilization = TimeSpan.FromMinutes(5);

    private readonly Queue<(TimeSpan At, int Instances)> _answers = [];

    /// <inheritdoc/>
    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(15);

    /// <summary>What one metric asks for: ceil(value ÷ target), or as many as there are if that is within a tenth of what they should bear.</summary>
    public static int Recommend(double value, double target, int instances) =>
        Math.Abs((value / (target * instances)) - 1) <= Tolerance ? instances : (int)Math.Min(int.MaxValue, Math.Ceiling(value / target));

    /// <inheritdoc/>
    public int Decide(TimeSpan now, int instances, Backlog backlog)
    {
        var answer = Recommend(Math.Min(backlog.Lag, (double)lagThreshold * partitions), lagThreshold, instances);
        if (demand is { } signal) answer = Math.Max(answer, Recommend(signal.Of(backlog), DemandTarget, instances));
        answer = Math.Clamp(answer, 1, Math.Min(partitions, mostInstances));

        _answers.Enqueue((now, answer));
        while (now - _answers.Peek().At > Stabilization) _answers.Dequeue();
        if (answer <= instances) return Math.Min(instances, _answers.Max(one => one.Instances));
        return Math.Min(answer, Math.Max(2 * instances, instances + 4));
    }
}
