using ShitOps.Events;

namespace ShitOps.Bench.Ingest;

/// <summary>What happens to one project itself, and the people, words and sprints of its tasks.</summary>
internal sealed class ProjectLife(int number)
{
    private const int People = 10;

    private static readonly string[] FirstNames =
    [
        "Amara", "Jürgen", "Mei-Ling", "Søren", "Priya", "Tomasz", "Ingrid", "Kwame", "Yuki", "Fatima", "Diego", "Oksana", "Liam", "Noor", "Chiara", "Emeka", "Anneke", "Rafael", "Zeynep", "Björn",
    ];

    private static readonly string[] LastNames =
    [
        "Okafor", "Weiß", "Chen", "Kjær", "Raghunathan", "Kowalski", "Lindqvist", "Mensah", "Tanaka", "Haddad", "Fernández", "Shevchenko", "O'Connor", "Rahman", "Ricci", "Nwosu", "Visser", "Almeida",
        "Yılmaz", "Nyström", "Dubois", "Horváth", "Papadopoulos", "Ivanova", "Schneider", "Moreau", "Silva", "Kaya", "Novák", "Larsen",
    ];

    private static readonly string[] Subjects = ["payments", "checkout", "ledger", "search", "identity", "catalog", "shipping", "telemetry", "mobile", "billing"];

    private static readonly Status[] Statuses =
    [
        new("Planned", StatusCategory.Todo), new("Active", StatusCategory.InProgress), new("On Hold", StatusCategory.Blocked), new("At Risk", StatusCategory.InProgress),
    ];

    private int _allocations;
    private int _released;

    public string Key { get; } = $"{Subjects[number % Subjects.Length]}-platform-{number:D3}";

    /// <summary>The beginning of its tasks' keys.</summary>
    public string Prefix { get; } = $"{Subjects[number % Subjects.Length][..3].ToUpperInvariant()}{number:D3}";

    public string Team { get; } = TeamOf(number);

    public Workflow Workflow { get; } = Workflow.All[number % Workflow.All.Count];

    /// <summary>A project has ten people, some of whom work on others too.</summary>
    public string Person(Random random)
    {
        var person = (number * 7) + random.Next(People);
        return $"{FirstNames[person % FirstNames.Length]} {LastNames[person * 13 / FirstNames.Length % LastNames.Length]}";
    }

    /// <summary>A team that sometimes has a task of this project.</summary>
    public string OtherTeam(Random random) => TeamOf(number + 1 + random.Next(3));

    /// <summary>The fortnight that a day is in.</summary>
    public Milestone Sprint(DateOnly day)
    {
        var first = DateOnly.FromDayNumber(day.DayNumber / 14 * 14);
        return new Milestone($"{Prefix} sprint {day.DayNumber / 14 % 100}", MilestoneKind.Sprint, first, first.AddDays(13));
    }

    public EventData Create() => new ProjectCreated(new ProjectFields
    {
        Name = $"{Subjects[number % Subjects.Length]} platform, stream {number}",
        Team = Team,
        Owner = Person(new Random(number)),
        Status = Statuses[0],
        Start = new DateOnly(2026, 1, 1),
        Due = new DateOnly(2026, 6, 1).AddDays(number),
    });

    public EventData Next(Random random, DateOnly today) => random.Next(10) switch
    {
        < 3 => new ProjectStatusChanged(Statuses[random.Next(Statuses.Length)]),
        < 5 => new ProjectUpdated(new ProjectFields { Due = today.AddDays(30 + random.Next(90)) }),
        < 6 => new ProjectUpdated(new ProjectFields { Owner = Person(random) }),
        < 9 when _allocations - _released < People => new ResourceAllocated(
            $"{Prefix}-A{++_allocations}", Person(random), 8 * (1 + random.Next(5)), today, random.Next(2) == 0 ? today.AddDays(60) : null, random.Next(2) == 0 ? "developer" : null),
        _ when _released < _allocations => new ResourceReleased($"{Prefix}-A{++_released}"),
        _ => new ProjectUpdated(new ProjectFields { Name = $"{Subjects[number % Subjects.Length]} platform, stream {number}, phase {random.Next(5)}" }),
    };

    private static string TeamOf(int number) => $"team-{Subjects[number % Subjects.Length]}-{number / Subjects.Length % 4}";
}

/// <summary>The words of one tracker.</summary>
/// <param name="Todo">Where tasks begin.</param>
/// <param name="Doing">Where they are worked on, in this order.</param>
/// <param name="Waiting">Where they wait for something outside.</param>
/// <param name="Done">Where they end with a result.</param>
/// <param name="Cancelled">Where they end without one.</param>
internal sealed record Workflow(Status Todo, IReadOnlyList<Status> Doing, Status Waiting, Status Done, Status Cancelled)
{
    public static IReadOnlyList<Workflow> All { get; } =
    [
        Of("To Do", ["In Progress", "In Review"], "Blocked", "Done", "Won't Do"),
        Of("open", ["in progress", "review requested"], "waiting", "closed", "not planned"),
        Of("Backlog", ["Development", "Code Review", "Testing"], "Impeded", "Released", "Rejected"),
        Of("Selected", ["Doing", "Acceptance"], "On Hold", "Accepted", "Dropped"),
    ];

    private static Workflow Of(string todo, string[] doing, string waiting, string done, string cancelled) => new(
        new Status(todo, StatusCategory.Todo), [.. doing.Select(word => new Status(word, StatusCategory.InProgress))], new Status(waiting, StatusCategory.Blocked),
        new Status(done, StatusCategory.Done), new Status(cancelled, StatusCategory.Cancelled));
}
