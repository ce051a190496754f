namespace ShitOps.Local.Simulator;

/// <summary>How far a simulation has come.</summary>
/// <param name="Events">Events that Kafka has taken since the simulation was started for the first time, progress reports not counted.</param>
/// <param name="Reports">Progress reports produced since this start.</param>
/// <param name="Reached">The time that the organisation has reached.</param>
/// <param name="IsLive">Whether that is the present; else the past is still being produced.</param>
public readonly record struct SimulationProgress(long Events, long Reports, DateTimeOffset Reached, bool IsLive);
