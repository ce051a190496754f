using ShitOps.Events;

namespace ShitOps.Local.Simulator;

/// <summary>An event and the moment at which its tracker sends it.</summary>
/// <param name="At">In UTC; never before the event's time, and hours after it for those that come late.</param>
/// <param name="Event">What is sent.</param>
public readonly record struct Sending(DateTimeOffset At, Event Event);
