using ShitOps.Events;

namespace ShitOps.Local.Simulator;

/// <summary>A task that is not finished, as the simulation remembers it: what its tracker says, and what it will really take.</summary>
internal sealed class Work
{
    public required string Key { get; init; }

    public required Project Project { get; init; }

    public required Status Status { get; set; }

    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Hours that somebody thinks it takes; null: nobody has said.</summary>
    public double? Estimate { get; set; }

    /// <summary>Hours that it really takes.</summary>
    public double Effort { get; set; }

    /// <summary>Hours spent by the end of <see cref="LastHour"/>.</summary>
    public double Spent { get; private set; }

    /// <summary>When the last hour in which somebody worked on it began.</summary>
    public DateTimeOffset LastHour { get; private set; }

    private double SpentInLastHour { get; set; }

    public Person? Assignee { get; set; }

    /// <summary>Which of the workflow's checks it waits for.</summary>
    public int Check { get; set; }

    /// <summary>Waits for something outside until then; null: it does not.</summary>
    public DateTimeOffset? BlockedUntil { get; set; }

    /// <summary>When it last began to be worked on.</summary>
    public DateTimeOffset Begun { get; set; }

    /// <summary>The time of the last event about it; the next one is later.</summary>
    public DateTimeOffset LastEvent { get; set; }

    public void Spend(double hours, DateTimeOffset hour)
    {
        Spent += hours;
        (LastHour, SpentInLastHour) = (hour, hours);
    }

    /// <summary>Hours spent by <paramref name="time"/>, which is not before the last hour by more than that hour.</summary>
    public double SpentBy(DateTimeOffset time) => Spent - (SpentInLastHour * (1 - Math.Clamp((time - LastHour) / TimeSpan.FromHours(1), 0, 1)));
}
