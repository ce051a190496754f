namespace ShitOps.Forecasting;

/// <summary>What a method goes by: how many tasks were done (or left, or arrived) in each week up to the cutoff.</summary>
/// <param name="Weeks">The counts, the oldest first, at least one.</param>
/// <param name="Cutoff">The end of the last week.</param>
public readonly record struct FlowPast(int[] Weeks, DateTimeOffset Cutoff)
{
    /// <summary>The share of a usual week's work that a week can hold.</summary>
    /// <param name="week">0 is the first week after the cutoff, −1 the last before it.</param>
    internal double Capacity(int week) => WorkCalendar.Capacity(Cutoff.AddDays(7 * (week + 1)));
}

/// <summary>Simulates the coming weeks from the past ones.</summary>
public abstract record FlowMethod
{
    /// <summary>What the field does: the last 12 weeks, drawn all alike. The baseline; it is in no combination.</summary>
    public static FlowMethod Bootstrap12 { get; } = new RecentWeeks("bootstrap", Window: 12, Decay: 1) { LevelVariance = 0, LevelDrift = 0, HasCalendar = false };

    /// <summary>The methods that forecasts combine, in the order in which their losses are stored.</summary>
    public static IReadOnlyList<FlowMethod> Combined { get; } =
    [
        new RecentWeeks("recent weeks", Window: 52, Decay: 0.945) { Trend = 0.15 },
        new RecentWeeks("stretches of four weeks", Window: 52, Decay: 0.945) { Stretch = 4 },
        new RecentWeeks("since the last shift", Window: 52, Decay: 0.945) { ShiftEvidence = 20 },
        new LocalLevel("local level", Discount: 0.93),
    ];

    /// <summary>Its name, in words.</summary>
    public abstract string Name { get; init; }

    /// <summary>Simulates runs and adds them up week by week.</summary>
    /// <param name="past">What happened before.</param>
    /// <param name="paths">Takes the cumulative counts.</param>
    /// <param name="first">The first run to simulate.</param>
    /// <param name="count">How many runs.</param>
    /// <param name="seed">The same seed gives the same runs.</param>
    public abstract void Simulate(FlowPast past, FlowPaths paths, int first, int count, ulong seed);
}
