namespace ShitOps.Local.Simulator;

/// <summary>When a team works: weekdays from 9 to 17 at its place, except for the holidays around the turn of the year and on 1 May.</summary>
/// <param name="Offset">The place's whole hours from UTC; no daylight saving time.</param>
internal readonly record struct WorkingHours(int Offset)
{
    private const int FirstHour = 9;
    private const int LastHour = 16;

    /// <summary>Whether the team works in the hour that begins at <paramref name="hour"/>.</summary>
    public bool Include(DateTimeOffset hour)
    {
        var local = hour.AddHours(Offset);
        return local.Hour is >= FirstHour and <= LastHour && local.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && !IsHoliday(local);
    }

    /// <summary>Whether it is the first hour of a day, in which teams plan.</summary>
    public bool BeginDay(DateTimeOffset hour) => hour.AddHours(Offset).Hour == FirstHour;

    /// <summary>The date at the team's place.</summary>
    public DateOnly Day(DateTimeOffset time) => DateOnly.FromDateTime(time.AddHours(Offset).DateTime);

    private static bool IsHoliday(DateTimeOffset local) => (local.Month, local.Day) is (12, >= 24) or (1, 1) or (5, 1);
}
