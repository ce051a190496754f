using ShitOps.Events;

namespace ShitOps.Local.Simulator;

/// <summary>How tasks are written down, refined, planned for sprints and thrown away before anybody begins them.</summary>
internal sealed class Backlogs(Trackers trackers, Dice dice)
{
    private const int TasksPlannedPerSprint = 10;
    private const double ShareMistakes = 0.01;

    /// <summary>What is added to a team's backlogs within an hour.</summary>
    public void Grow(Team team, DateTimeOffset hour)
    {
        foreach (var project in team.Projects)
        {
            if (hour < project.QuietUntil) continue;
            for (var burst = Math.Min(project.Outlined, dice.Between(0, 6)); burst > 0; burst--)
            {
                project.Outlined--;
                Create(team, project, hour, isForeseen: true);
            }

            if (project.Unforeseen == 0 || !dice.Chance(project.Growth)) continue;
            project.Unforeseen--;
            Create(team, project, hour, isForeseen: false);
        }
    }

    /// <summary>What a team decides about its backlogs in the first hour of a day.</summary>
    public void Refine(Team team, DateTimeOffset hour)
    {
        foreach (var project in team.Projects)
        {
            if (hour < project.QuietUntil || project.Backlog.Count < 3) continue;
            if (team.SprintWeeks > 0) PlanSprint(team, project, hour);

            if (dice.Chance(0.4) && project.Backlog.Find(work => work.Estimate is null) is { } vague)
            {
                vague.Estimate = Guess(vague.Effort);
                trackers.Say(team, vague, hour, new TaskEstimated(vague.Key, vague.Estimate, default, default));
            }

            if (dice.Chance(0.3))
            {
                var work = dice.Pick(project.Backlog);
                trackers.Say(team, work, hour, new TaskUpdated(work.Key, new TaskFields { Priority = dice.Pick(Names.Priorities) }));
            }

            if (dice.Chance(0.06)) Drop(project, work => trackers.Move(team, work, hour, team.Workflow.Cancelled));
        }
    }

    private void Create(Team team, Project project, DateTimeOffset hour, bool isForeseen)
    {
        var effort = dice.LogNormal(median: 5, sigma: 0.8);
        var work = new Work
        {
            Key = $"{project.Prefix}{++project.LastTask}",
            Project = project,
            Status = team.Workflow.Todo,
            Effort = effort,
            Estimate = dice.Chance(0.6) ? Guess(effort) : null,
            Labels = dice.Chance(0.5) ? [dice.Pick(Names.Labels)] : [],
            LastEvent = project.LastEvent,
        };
        trackers.Say(team, work, hour, new TaskCreated(work.Key, new TaskFields
        {
            Title = $"{dice.Pick(Names.Verbs)} {dice.Pick(Names.Objects)}",
            Kind = isForeseen ? dice.Pick(Names.Kinds) : "bug",
            Priority = dice.Pick(Names.Priorities),
            Status = work.Status,
            EstimateHours = work.Estimate is null ? default : new Field<double?>(true, work.Estimate),
            Labels = work.Labels.Count == 0 ? default : new Field<IReadOnlyList<string>?>(true, work.Labels),
        }));

        if (dice.Chance(ShareMistakes))
        {
            trackers.Say(team, work, hour, new TaskDeleted(work.Key));
            return;
        }

        project.Open++;
        project.Backlog.Add(work);
    }

    private void PlanSprint(Team team, Project project, DateTimeOffset hour)
    {
        var today = team.Hours.Day(hour);
        if (project.Sprint is { Due: { } due } && today <= due) return;
        var number = today.DayNumber / (7 * team.SprintWeeks) % 1000;
        project.Sprint = new Milestone($"Sprint {number}", MilestoneKind.Sprint, today, today.AddDays((7 * team.SprintWeeks) - 1));
        foreach (var work in project.Backlog.Take(TasksPlannedPerSprint))
            trackers.Say(team, work, hour, new TaskUpdated(work.Key, new TaskFields { Milestone = project.Sprint }));
    }

    private void Drop(Project project, Action<Work> say)
    {
        var work = dice.Pick(project.Backlog);
        say(work);
        project.Backlog.Remove(work);
        project.Open--;
    }

    /// <summary>People guess in half days, and rather too low.</summary>
    private double Guess(double effort) => Math.Max(1, Math.Round(effort * dice.LogNormal(median: 0.85, sigma: 0.3) / 4) * 4);
}
