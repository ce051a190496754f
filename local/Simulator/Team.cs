namespace ShitOps.Local.Simulator;

/// <summary>A team, as the simulation remembers it.</summary>
internal sealed class Team
{
    public required string Name { get; init; }

    public required Workflow Workflow { get; init; }

    public required WorkingHours Hours { get; init; }

    /// <summary>Weeks per sprint; 0: the team has no sprints.</summary>
    public required int SprintWeeks { get; init; }

    /// <summary>The chance that a person has time for a review within an hour: where it is small, reviews are the bottleneck.</summary>
    public required double ReviewsPerHour { get; init; }

    /// <summary>How many projects it likes to have at once.</summary>
    public required int UsualProjects { get; init; }

    public required IReadOnlyList<Person> People { get; init; }

    public List<Project> Projects { get; } = [];

    /// <summary>No project begins before this day.</summary>
    public DateOnly NextBegin { get; set; }

    /// <summary>Work that waits for somebody else to check it, the longest first.</summary>
    public List<Work> Checking { get; } = [];

    /// <summary>Work that waits for something outside.</summary>
    public List<Work> Blocked { get; } = [];

    /// <summary>Finished work in which somebody will find a fault, and when.</summary>
    public List<(DateTimeOffset At, Work Work)> Faulty { get; } = [];
}
