using ShitOps.Events;

namespace ShitOps.Local.Simulator;

/// <summary>How people work: begin, get stuck, hand over, check, finish, and find that it was not finished.</summary>
internal sealed class Delivery(Trackers trackers, Dice dice)
{
    private const int MostBegun = 3;
    private const double BlockedPerHour = 0.007;
    private const double ShareReworked = 0.13;
    private const double ShareFaulty = 0.04;
    private const int LongQueue = 25;
    private const double LeavePerHour = 0.0012;

    /// <summary>What a team does within an hour.</summary>
    public void Work(Team team, DateTimeOffset hour)
    {
        Unblock(team, hour);
        Reopen(team, hour);
        foreach (var person in team.People)
        {
            if (hour < person.AwayUntil) continue;
            if (dice.Chance(LeavePerHour))
            {
                person.AwayUntil = hour.AddDays(dice.Between(3, 14));
                continue;
            }

            // Nobody lets a queue grow for ever: a long one makes people put their own work aside.
            if (dice.Chance(team.Checking.Count < LongQueue ? team.ReviewsPerHour : 0.5)) Check(team, person, hour);
            if ((person.Begun.Find(work => work.BlockedUntil is null) ?? Begin(team, person, hour)) is { } present) Do(team, person, present, hour);
        }
    }

    private Work? Begin(Team team, Person person, DateTimeOffset hour)
    {
        if (person.Begun.Count >= MostBegun || Choose(team, person, hour) is not { } project) return null;
        var place = dice.Chance(0.7) ? 0 : dice.Between(0, Math.Min(9, project.Backlog.Count - 1));
        var work = project.Backlog[place];
        project.Backlog.RemoveAt(place);
        trackers.Assign(team, work, hour, person);
        trackers.Move(team, work, hour, team.Workflow.Doing);
        work.Begun = work.LastEvent;
        person.Begun.Add(work);
        return work;
    }

    /// <summary>A project with something to begin: the more hours are promised to it, the likelier.</summary>
    private Project? Choose(Team team, Person person, DateTimeOffset hour)
    {
        const double hoursForAnyProject = 4;
        var projects = team.Projects.FindAll(project => project.Backlog.Count > 0 && hour >= project.QuietUntil);
        var drawn = dice.Between(0, projects.Sum(Weight));
        return projects.Find(project => (drawn -= Weight(project)) <= 0);

        double Weight(Project project) => person.Promised.GetValueOrDefault(project) + hoursForAnyProject;
    }

    private void Do(Team team, Person person, Work work, DateTimeOffset hour)
    {
        work.Spend(person.Focus, hour);
        if (work.Spent >= work.Effort)
        {
            person.Begun.Remove(work);
            if (team.Workflow.LogsHours) Log(team, work, hour, remaining: 0);
            PassOn(team, person, work, hour, check: 0);
        }
        else if (dice.Chance(BlockedPerHour))
        {
            Block(team, work, hour);
        }
        else if (team.Workflow.LogsHours && dice.Chance(0.12))
        {
            Log(team, work, hour, Math.Max(0.5, (work.Estimate ?? work.Effort) - work.Spent));
        }
    }

    private void Check(Team team, Person person, DateTimeOffset hour)
    {
        if (team.Checking.Find(work => work.Assignee != person && hour >= work.Project.QuietUntil) is not { } work) return;
        team.Checking.Remove(work);
        if (dice.Chance(ShareReworked) && work.Assignee is { } author)
        {
            work.Effort = work.Spent + dice.Between(1.0, 6);
            trackers.Move(team, work, hour, team.Workflow.Doing, person);
            author.Begun.Add(work);
        }
        else
        {
            PassOn(team, person, work, hour, work.Check + 1);
        }
    }

    private void PassOn(Team team, Person person, Work work, DateTimeOffset hour, int check)
    {
        if (check < team.Workflow.Checks.Count)
        {
            work.Check = check;
            trackers.Move(team, work, hour, team.Workflow.Checks[check], person);
            team.Checking.Add(work);
            return;
        }

        trackers.Move(team, work, hour, team.Workflow.Done, person);
        work.Project.Open--;
        if (dice.Chance(ShareFaulty)) team.Faulty.Add((hour.AddDays(dice.Between(1, 10)), work));
    }

    private void Block(Team team, Work work, DateTimeOffset hour)
    {
        work.BlockedUntil = hour.AddHours(dice.LogNormal(median: 72, sigma: 0.9));
        team.Blocked.Add(work);
        trackers.Say(team, work, hour, new TaskBlocked(work.Key, dice.Chance(0.85) ? dice.Pick(Names.Obstacles) : null));
        if (team.Workflow.Blocked is { } blocked) trackers.Move(team, work, hour, blocked);
    }

    private void Unblock(Team team, DateTimeOffset hour)
    {
        foreach (var work in team.Blocked.FindAll(work => work.BlockedUntil <= hour && hour >= work.Project.QuietUntil))
        {
            team.Blocked.Remove(work);
            work.BlockedUntil = null;
            trackers.Say(team, work, hour, new TaskUnblocked(work.Key));
            if (team.Workflow.Blocked is not null) trackers.Move(team, work, hour, team.Workflow.Doing);
        }
    }

    private void Reopen(Team team, DateTimeOffset hour)
    {
        foreach (var fault in team.Faulty.FindAll(fault => fault.At <= hour && hour >= fault.Work.Project.QuietUntil))
        {
            team.Faulty.Remove(fault);
            fault.Work.Effort = fault.Work.Spent + dice.Between(2.0, 8);
            fault.Work.Project.Open++;
            fault.Work.Project.Backlog.Insert(0, fault.Work);
            trackers.Move(team, fault.Work, hour, team.Workflow.Todo);
        }
    }

    private void Log(Team team, Work work, DateTimeOffset hour, double remaining)
    {
        var estimate = work.Estimate is null ? default : new Field<double?>(true, work.Estimate);
        trackers.Say(team, work, hour, new TaskEstimated(work.Key, estimate, Math.Round(remaining, 2), Math.Round(work.Spent, 2)));
    }
}
