using ShitOps.Events;

namespace ShitOps.Tests.Projects;

/// <summary>
/// Events of one project that get in each other's way: few tasks, few times, few ids of all kinds, so that there are ties, contradictions,
/// deletions, late statements, and now and then a task with more statements than are retained. They depend on nothing but the seed.
/// </summary>
internal static class ProjectEvents
{
    public const string Project = "APOLLO";

    public static readonly DateTimeOffset Start = new(2026, 3, 28, 20, 0, 0, TimeSpan.Zero);

    public const int Hours = 60;

    /// <param name="seed">Which events they are.</param>
    /// <param name="longestId">The length of some ids; with the default no task has more bytes of statements than are retained.</param>
    public static Event[] Of(int seed, int longestId = 40)
    {
        var random = new Random(seed);
        var count = random.Next(8) == 0 ? 400 : random.Next(1, 60);
        var tasks = random.Next(1, 5);
        var times = random.Next(3) == 0 ? 5 : 100_000;
        var ids = random.Next(3) == 0 ? 3 : 1000;
        var kindOfIds = random.Next(4);
        return [.. Enumerable.Range(0, count).Select(_ => Next())];

        Event Next()
        {
            var data = Data();
            return At(Start.AddSeconds((double)random.Next(times) * Hours * 3600 / times), Id(random.Next(ids)), data);
        }

        string Id(int number) => (kindOfIds == 3 ? number % 3 : kindOfIds) switch
        {
            0 => $"e-{number}",
            1 => new Guid(number, 0, 0, new byte[8]).ToString(),
            _ => $"e-{number}-".PadRight(longestId - (number * 7 % (longestId - 20)), 'x'),
        };

        EventData Data() => random.Next(20) switch
        {
            0 => new ProjectCreated(ProjectFields()),
            1 => new ProjectUpdated(ProjectFields()),
            2 => new ProjectStatusChanged(Status()),
            3 or 4 => new TaskCreated(Task(), TaskFields()),
            5 or 6 => new TaskUpdated(Task(), TaskFields()),
            >= 7 and <= 11 => new TaskStatusChanged(Task(), Status()),
            12 => new TaskAssigned(Task(), Word("ann", "bob", null)),
            13 or 14 => new TaskEstimated(Task(), StatedHours(Amount), StatedHours(Amount), StatedHours(Amount)),
            15 => new TaskBlocked(Task(), Word("waiting", "", null)),
            16 => new TaskUnblocked(Task()),
            17 => random.Next(3) == 0 ? new TaskDeleted(Task()) : new TaskUnblocked(Task()),
            18 => new ResourceAllocated($"a-{random.Next(3)}", Word("ann", "bob")!, random.Next(40), Day()!.Value, Day(), Word("dev", null)),
            _ => new ResourceReleased($"a-{random.Next(3)}"),
        };

        string Task() => $"T-{random.Next(tasks)}";

        Status Status()
        {
            var category = (StatusCategory)random.Next(5);
            return new Status(random.Next(2) == 0 ? category.Word() : $"{category.Word()} {random.Next(2)}", category);
        }

        ProjectFields ProjectFields() => new()
        {
            Name = Stated("Apollo", "Apollo 2", null),
            Team = Stated("red", "blue", null),
            Owner = Stated("ann", "bob", null),
            Status = random.Next(2) == 0 ? Status() : null,
            Start = random.Next(2) == 0 ? new(true, Day()) : default,
            Due = random.Next(2) == 0 ? new(true, Day()) : default,
        };

        TaskFields TaskFields() => new()
        {
            Title = Stated("one", "two", null),
            Kind = Stated("bug", "story", null),
            Priority = Stated("high", "low", null),
            Status = random.Next(2) == 0 ? Status() : null,
            Assignee = Stated("ann", "bob", "eve", null),
            Team = Stated("red", "green", null),
            Parent = Stated("T-0", null),
            EstimateHours = StatedHours(Amount),
            Due = random.Next(2) == 0 ? new(true, Day()) : default,
            Milestone = random.Next(3) switch { 0 => default, 1 => new Field<Milestone?>(true, null), _ => new Milestone($"m-{random.Next(2)}", (MilestoneKind)random.Next(3), Day(), Day()) },
            Labels = random.Next(3) switch { 0 => default, 1 => new Field<IReadOnlyList<string>?>(true, null), _ => new(true, [.. Enumerable.Range(0, random.Next(4)).Select(_ => $"l-{random.Next(3)}")]) },
        };

        double Amount() => random.Next(4) * 0.75;

        DateOnly? Day() => random.Next(4) == 0 ? new DateOnly(2026, 5, 1) : new DateOnly(2026, 4, 1).AddDays(random.Next(3));

        string? Word(params string?[] words) => words[random.Next(words.Length)];

        Field<string?> Stated(params string?[] words) => random.Next(2) == 0 ? default : new Field<string?>(true, Word(words));

        Field<double?> StatedHours(Func<double> value) => random.Next(3) switch { 0 => default, 1 => new Field<double?>(true, null), _ => value() };
    }

    /// <summary>One event of the project.</summary>
    public static Event At(DateTimeOffset time, string id, EventData data) => new(id, "https://tracker.example", EventTypes.Of(data), time, Project, data);

    /// <summary>The events once or more often, in another order.</summary>
    public static Event[] Shuffled(this Event[] events, int seed)
    {
        var random = new Random(seed);
        var more = events.Concat(events.Where(_ => random.Next(4) == 0)).ToArray();
        random.Shuffle(more);
        return more;
    }
}
