namespace ShitOps.Projects;

/// <summary>Effort as integers, so that sums are exact: thousandths of an hour (3.6 s), to the nearest one.</summary>
public static class EffortHours
{
    /// <summary>Of hours as events state them, 0 to 1,000,000.</summary>
    public static long ToMilliHours(double hours) => (long)Math.Round(hours * 1000, MidpointRounding.AwayFromZero);
}
