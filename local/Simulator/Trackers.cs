using ShitOps.Events;

namespace ShitOps.Local.Simulator;

/// <summary>Turns what happens within an hour into events, each later than the one before it about the same thing.</summary>
internal sealed class Trackers(Outbox outbox, Dice dice)
{
    /// <summary>Says what the project's owner has done.</summary>
    public void Say(Team team, Project project, DateTimeOffset hour, EventData data)
    {
        project.LastEvent = After(project.LastEvent, hour);
        outbox.Say(team.Workflow.Source, project.Id, project.LastEvent, data with { Actor = project.Owner.Name });
    }

    /// <summary>Says what somebody has done; if it is not said who, then whoever has the work, or the project's owner if nobody has.</summary>
    public void Say(Team team, Work work, DateTimeOffset hour, EventData data, Person? actor = null)
    {
        work.LastEvent = After(work.LastEvent, hour);
        outbox.Say(team.Workflow.Source, work.Project.Id, work.LastEvent, data with { Actor = (actor ?? work.Assignee ?? work.Project.Owner).Name });
    }

    /// <summary>Says that the work has another status, and remembers it.</summary>
    public void Move(Team team, Work work, DateTimeOffset hour, Status status, Person? actor = null)
    {
        work.Status = status;
        Say(team, work, hour, new TaskStatusChanged(work.Key, status), actor);
    }

    /// <summary>Gives the work to somebody, unless it is theirs already.</summary>
    public void Assign(Team team, Work work, DateTimeOffset hour, Person person)
    {
        if (work.Assignee == person) return;
        work.Assignee = person;
        Say(team, work, hour, new TaskAssigned(work.Key, person.Name));
    }

    private DateTimeOffset After(DateTimeOffset last, DateTimeOffset hour)
    {
        var time = hour.AddMilliseconds(dice.Between(0, 3_599_999));
        return time > last ? time : last.AddMilliseconds(dice.Between(1_000, 60_000));
    }
}
