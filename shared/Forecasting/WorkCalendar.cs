namespace ShitOps.Forecasting;

/// <summary>
/// How much of its usual work a week can hold. From 24 December to 1 January half of a working day's work is done, as it is in most of the
/// world; other holidays differ by country, and the spread of weeks has them.
/// </summary>
internal static class WorkCalendar
{
    private const double DoneOnDaysOff = 0.5;

    /// <summary>The share of a usual week's work in the seven days that end at an instant: 0.5 to 1.</summary>
    public static double Capacity(DateTimeOffset end)
    {
        var (working, off) = (0, 0);
        for (var back = 1; back <= 7; back++)
        {
            var day = end.UtcDateTime.AddDays(-back);
            if (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday) continue;
            working++;
            if (day is { Month: 12, Day: >= 24 } or { Month: 1, Day: 1 }) off++;
        }

        return 1 - ((1 - DoneOnDaysOff) * off / working);
    }
}
