namespace ShitOps.Projects;

/// <summary>Effort as integers, so that sums are exact: thousandths of an hour (3.6 s), to the nearest one.</summary>
public static class EffortHours
{
    /// <summary>The most that an event can state: 1,000,000 hours.</summary>
    public const int MostMilliHours = 1_000_000_000;

    /// <summary>Of hours as events state them, 0 to 1,000,000.</summary>
    public static int ToMilliHours(double hours) => (int)Math.Round(hours * 1000, MidpointRounding.AwayFromZero);

    /// <summary>As hours again.</summary>
    public static double ToHours(long milliHours) => milliHours / 1000d;
}
