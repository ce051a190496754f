namespace ShitOps.Scaling;

/// <summary>
/// The hybrid signal: how many instances a topic asks for, as what comes plus what waits, over what one instance does:
/// (arrivals + lag ÷ drain) ÷ rate. Lag alone must stand for both, so that under a steady load an instance is only kept by a lag that never
/// goes away; with the arrivals in it, the signal is steady under a steady load and asks for more as soon as more comes.
/// </summary>
/// <param name="EventsPerSecond">What one instance processes in a second; more than 0.</param>
/// <param name="Drain">In which time a lag shall be gone; more than 0.</param>
public readonly record struct InstanceDemand(double EventsPerSecond, TimeSpan Drain)
{
    /// <summary>The instances asked for, as a fraction, from 0; whoever scales rounds it up and limits it to one per partition.</summary>
    public double Of(Backlog backlog) => (backlog.ArrivalsPerSecond + (backlog.Lag / Drain.TotalSeconds)) / EventsPerSecond;
}
