using System.Globalization;

namespace ShitOps.Planning;

/// <summary>
/// One end of a span: a day (UTC), which is all in the span, or a minute, which begins the span, or ends it and is not in it.
/// Written <c>2026-03-31</c> or <c>2026-03-31T18:30Z</c>.
/// </summary>
public readonly record struct TimeBound
{
    private const string DayFormat = "yyyy-MM-dd";
    private const string MinuteFormat = "yyyy-MM-dd'T'HH:mm'Z'";

    /// <summary>A whole day.</summary>
    public TimeBound(DateOnly day)
    {
        Instant = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        IsDay = true;
    }

    /// <summary>A minute; what <paramref name="instant"/> has below a minute is cut off.</summary>
    public TimeBound(DateTime instant)
    {
        Instant = new DateTime(instant.Ticks - (instant.Ticks % TimeSpan.TicksPerMinute), DateTimeKind.Utc);
        IsDay = false;
    }

    /// <summary>The minute, or the first of the day; UTC.</summary>
    public DateTime Instant { get; }

    /// <summary>Whether it stands for a whole day.</summary>
    public bool IsDay { get; }

    /// <summary>The day, or the one that the minute is in.</summary>
    public DateOnly Day => DateOnly.FromDateTime(Instant);

    /// <summary>The instant at which a span that ends with this bound is over; excluded from it. The end of the last day that there is stays in that day.</summary>
    public DateTime End => !IsDay ? Instant : Day == DateOnly.MaxValue ? DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc) : Instant.AddDays(1);

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeBound bound)
    {
        if (DateOnly.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            bound = new TimeBound(day);
            return true;
        }

        var isMinute = DateTime.TryParseExact(
            text, MinuteFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant);
        bound = isMinute ? new TimeBound(instant) : default;
        return isMinute;
    }

    /// <inheritdoc/>
    public override string ToString() => Instant.ToString(IsDay ? DayFormat : MinuteFormat, CultureInfo.InvariantCulture);
}

/// <summary>
/// A span of time. Days at its ends are in it; of minutes the first is in it and the last is not.
/// </summary>
/// <param name="From">Where it begins; null: as early as anything is known.</param>
/// <param name="To">Where it ends; null: never, and for the past that is now.</param>
public readonly record struct QuerySpan(TimeBound? From, TimeBound? To)
{
    /// <summary>One day.</summary>
    public static QuerySpan On(DateOnly day) => new(new TimeBound(day), new TimeBound(day));

    /// <summary>From one day to another, both in it.</summary>
    public static QuerySpan Of(DateOnly from, DateOnly to) => new(new TimeBound(from), new TimeBound(to));

    /// <summary>Whether it is one whole day.</summary>
    public bool IsOneDay => From is { IsDay: true } from && To is { IsDay: true } to && from == to;
}
