namespace ShitOps.Local.Simulator;

/// <summary>Which organisation is simulated, and how lively.</summary>
public sealed record SimulationOptions
{
    /// <summary>Which one of all organisations that are possible.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Teams of about ten people; 1 to 1,000. About 3.4 projects run per team.</summary>
    public int Teams { get; init; } = 12;

    /// <summary>How many days of its past are produced at the first start; 0 to 3,650.</summary>
    public int BackfillDays { get; init; } = 120;

    /// <summary>
    /// Progress reports per second of real time, at all hours, beside what people do: 0 (none) or 0.01 to 10,000. Only their number
    /// depends on it: projects advance as fast as real ones do.
    /// </summary>
    public double EventsPerSecond { get; init; } = 2;

    /// <summary>The directory that holds the position; made if it is missing.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Fails if a value is out of range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Names the value.</exception>
    public void Check()
    {
        Within(Teams, 1, 1000, nameof(Teams));
        Within(BackfillDays, 0, 3650, nameof(BackfillDays));
        if (EventsPerSecond != 0) Within(EventsPerSecond, 0.01, 10_000, nameof(EventsPerSecond));

        static void Within(double value, double low, double high, string name)
        {
            if (!(value >= low && value <= high)) throw new ArgumentOutOfRangeException(name, value, $"expected {low:0.##} to {high:N0}");
        }
    }
}
