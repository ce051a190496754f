using ShitOps.Events;

namespace ShitOps.Local.Simulator;

/// <summary>How projects come and go: begun, staffed, slipped, fallen quiet, finished, given up.</summary>
internal sealed class Portfolio(Trackers trackers, Dice dice)
{
    private const double TasksPerProjectAndWeek = 12;
    private const double ShareCreeping = 0.2;
    private const double QuietPerDay = 0.004;
    private const double ShareGivenUp = 0.2;

    private static readonly Status Planned = new("Planned", StatusCategory.Todo);
    private static readonly Status Running = new("Running", StatusCategory.InProgress);
    private static readonly Status OnHold = new("On Hold", StatusCategory.Blocked);
    private static readonly Status Done = new("Done", StatusCategory.Done);
    private static readonly Status Cancelled = new("Cancelled", StatusCategory.Cancelled);

    private readonly Dictionary<string, int> _begun = new(StringComparer.Ordinal);

    /// <summary>What a team decides about its projects in the first hour of a day.</summary>
    /// <param name="team">The team.</param>
    /// <param name="everyone">Whom it may ask for help, its own people among them.</param>
    /// <param name="hour">The hour.</param>
    public void Plan(Team team, IReadOnlyList<Person> everyone, DateTimeOffset hour)
    {
        var today = team.Hours.Day(hour);
        foreach (var project in team.Projects.ToArray())
        {
            if (project.IsFinished) End(team, project, hour, Done);
            else if (project.IsOnHold && hour >= project.QuietUntil) Resume(team, project, hour);
            else if (hour >= project.QuietUntil) Steer(team, project, hour, today);
        }

        var active = team.Projects.Count(project => hour >= project.QuietUntil);
        var isShortOfWork = team.Projects.Sum(project => project.Backlog.Count + project.Outlined) < team.People.Count;
        var isRoom = active < team.UsualProjects || (isShortOfWork && team.Projects.Count < team.UsualProjects + 2);
        if (isRoom && today >= team.NextBegin) Begin(team, everyone, hour, today);
    }

    private void Begin(Team team, IReadOnlyList<Person> everyone, DateTimeOffset hour, DateOnly today)
    {
        var name = dice.Pick(Names.Undertakings);
        var nth = _begun[name] = _begun.GetValueOrDefault(name) + 1;
        if (nth > 1) name = $"{name} {nth}";

        var scope = dice.Between(40, 150);
        var isCreeping = dice.Chance(ShareCreeping);
        var weeks = scope / TasksPerProjectAndWeek;
        var owner = dice.Pick(team.People);
        var project = new Project
        {
            Id = name.ToLowerInvariant().Replace(' ', '-'),
            Name = name,
            Prefix = $"{string.Concat(name.Where(char.IsAsciiLetter).Take(3)).ToUpperInvariant()}-",
            Owner = owner,
            Due = today.AddDays((int)(weeks * 7 * dice.Between(0.7, 1.4))),
            Outlined = (int)(scope * 0.7),
            Unforeseen = (int)(scope * (isCreeping ? 0.9 : 0.3)),
        };
        project.Growth = project.Unforeseen / (weeks * 40 * 0.8);
        team.Projects.Add(project);
        team.NextBegin = today.AddDays(dice.Between(2, 12));

        trackers.Say(team, project, hour, new ProjectCreated(new ProjectFields
        {
            Name = project.Name,
            Team = team.Name,
            Owner = owner.Name,
            Status = Planned,
            Start = (DateOnly?)today,
            Due = (DateOnly?)project.Due,
        }));
        Staff(team, everyone, project, hour, today);
        trackers.Say(team, project, hour, new ProjectStatusChanged(Running));
    }

    private void Staff(Team team, IReadOnlyList<Person> everyone, Project project, DateTimeOffset hour, DateOnly today)
    {
        var wanted = dice.Between(3, 6);
        for (var asked = 0; asked < team.People.Count && project.Allocations.Count < wanted; asked++)
        {
            var person = dice.Pick(dice.Chance(0.1) ? everyone : team.People);
            var hours = dice.Pick<double>(person.IsOvercommitted ? [16, 24, 32] : [8, 16, 16, 20, 24]);
            if (person.Promised.ContainsKey(project) || !person.Takes(hours)) continue;

            person.Promised[project] = hours;
            var allocation = new Project.Allocation($"{project.Prefix}R{++project.LastAllocation}", person, dice.Pick(Names.Roles), today);
            project.Allocations.Add(allocation);
            trackers.Say(team, project, hour, Promise(project, allocation, hours));
        }
    }

    private static ResourceAllocated Promise(Project project, Project.Allocation allocation, double hours) =>
        new(allocation.Id, allocation.Person.Name, hours, allocation.From, project.Due < allocation.From ? null : project.Due, allocation.Role);

    private void Steer(Team team, Project project, DateTimeOffset hour, DateOnly today)
    {
        if (project.Due.DayNumber - today.DayNumber <= 3 && project.Open + project.Outlined > 5)
        {
            project.Due = today.AddDays(dice.Between(14, 42));
            trackers.Say(team, project, hour, new ProjectUpdated(new ProjectFields { Due = (DateOnly?)project.Due }));
        }

        if (dice.Chance(0.01) && project.Allocations.Count > 0)
        {
            var allocation = dice.Pick(project.Allocations);
            var hours = dice.Pick<double>([8, 12, 16]);
            allocation.Person.Promised[project] = hours;
            trackers.Say(team, project, hour, Promise(project, allocation, hours));
        }

        if (project.Backlog.Count <= 5 || !dice.Chance(QuietPerDay)) return;
        project.QuietUntil = hour.AddDays(dice.Between(21, 56));
        project.IsOnHold = dice.Chance(0.5);
        if (project.IsOnHold) trackers.Say(team, project, hour, new ProjectStatusChanged(OnHold));
    }

    private void Resume(Team team, Project project, DateTimeOffset hour)
    {
        project.IsOnHold = false;
        if (dice.Chance(ShareGivenUp))
        {
            GiveUpWork(team, project, hour);
            End(team, project, hour, Cancelled);
        }
        else
        {
            trackers.Say(team, project, hour, new ProjectStatusChanged(Running));
        }
    }

    private void GiveUpWork(Team team, Project project, DateTimeOffset hour)
    {
        var begunWork = team.People.SelectMany(person => person.Begun).Concat(team.Checking).Where(work => work.Project == project);
        foreach (var work in project.Backlog.Concat(begunWork).ToArray()) trackers.Move(team, work, hour, team.Workflow.Cancelled);
        foreach (var person in team.People) person.Begun.RemoveAll(work => work.Project == project);
        team.Checking.RemoveAll(work => work.Project == project);
        team.Blocked.RemoveAll(work => work.Project == project);
    }

    private void End(Team team, Project project, DateTimeOffset hour, Status status)
    {
        trackers.Say(team, project, hour, new ProjectStatusChanged(status));
        foreach (var allocation in project.Allocations)
        {
            allocation.Person.Promised.Remove(project);
            trackers.Say(team, project, hour, new ResourceReleased(allocation.Id));
        }

        team.Faulty.RemoveAll(fault => fault.Work.Project == project);
        team.Projects.Remove(project);
    }
}
