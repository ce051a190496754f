namespace ShitOps.Scaling;

/// <summary>Decides how many instances consume a topic, from what it sees of it. Keeps what it saw before, so one of it plays one run.</summary>
public interface IAutoscaler
{
    /// <summary>How often it decides.</summary>
    TimeSpan Interval { get; }

    /// <summary>How many instances there shall be.</summary>
    /// <param name="now">The time since the run began; never less than in the call before.</param>
    /// <param name="instances">How many there are, those that are starting included; at least 1.</param>
    /// <param name="backlog">What is to be seen now.</param>
    int Decide(TimeSpan now, int instances, Backlog backlog);
}

/// <summary>What can be seen of a topic from outside.</summary>
/// <param name="Lag">Records that are not yet processed, from 0.</param>
/// <param name="ArrivalsPerSecond">Records put on the topic a second, over the last minute; from 0.</param>
public readonly record struct Backlog(long Lag, double ArrivalsPerSecond);
