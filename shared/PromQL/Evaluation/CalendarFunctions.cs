namespace ShitOps.PromQL.Evaluation;

/// <summary>
/// Calendar functions of Unix seconds, in UTC by the Gregorian calendar, of every instant that 64 bits of seconds can name: DateTime ends
/// with the year 9999. Days are counted from 1 January of a year so early that the count is never negative, and which begins a cycle of 400 years.
/// </summary>
internal static class CalendarFunctions
{
    private const long YearOfDayZero = -292277022399;
    private const long SecondsFromDayZeroTo1970 = 9223372028715321600;
    private const int SecondsPerDay = 86_400;
    private const int DaysPer400Years = 146_097;
    private const int DaysPer100Years = 36_524;
    private const int DaysPer4Years = 1_461;

    private static readonly int[] DaysBeforeMonth = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

    /// <summary>The function of a name; null if no calendar function has it.</summary>
    public static Func<double, double>? Find(string name) => name switch
    {
        "minute" => seconds => SecondOfDay(seconds) / 60 % 60,
        "hour" => seconds => SecondOfDay(seconds) / 3600,
        "day_of_week" => seconds => (Day(seconds) + 1) % 7,
        "day_of_month" => seconds => Date(seconds).Day,
        "day_of_year" => seconds => Date(seconds).DayOfYear,
        "days_in_month" => seconds => DaysInMonth(seconds),
        "month" => seconds => Date(seconds).Month,
        "year" => seconds => Date(seconds).Year,
        _ => null,
    };

    /// <summary>Seconds since day zero. What is no whole number of 64 bits counts as the least one, as the conversion of amd64 has it.</summary>
    private static ulong FromDayZero(double seconds)
    {
        var whole = seconds >= long.MinValue && seconds < -(double)long.MinValue ? (long)seconds : long.MinValue;
        return unchecked((ulong)(whole + SecondsFromDayZeroTo1970));
    }

    private static int SecondOfDay(double seconds) => (int)(FromDayZero(seconds) % SecondsPerDay);

    private static ulong Day(double seconds) => FromDayZero(seconds) / SecondsPerDay;

    private static (long Year, int Month, int Day, int DayOfYear) Date(double seconds)
    {
        var day = Day(seconds);
        var year = YearOfDayZero + (long)(day / DaysPer400Years) * 400;
        var rest = (int)(day % DaysPer400Years);
        var centuries = Math.Min(rest / DaysPer100Years, 3);
        rest -= centuries * DaysPer100Years;
        var fours = rest / DaysPer4Years;
        rest -= fours * DaysPer4Years;
        var years = Math.Min(rest / 365, 3);
        rest -= years * 365;
        year += centuries * 100 + fours * 4 + years;

        var isLeap = IsLeap(year);
        var month = 1;
        while (rest >= DaysBeforeMonth[month] + (isLeap && month >= 2 ? 1 : 0)) month++;
        var before = DaysBeforeMonth[month - 1] + (isLeap && month > 2 ? 1 : 0);
        return (year, month, rest - before + 1, rest + 1);
    }

    private static int DaysInMonth(double seconds)
    {
        var (year, month, _, _) = Date(seconds);
        return DaysBeforeMonth[month] - DaysBeforeMonth[month - 1] + (month == 2 && IsLeap(year) ? 1 : 0);
    }

    private static bool IsLeap(long year) => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}
