using FsCheck.Xunit;
using ShitOps.Events;
using ShitOps.Projects;

namespace ShitOps.Tests.Projects;

/// <summary>The fold against <see cref="Oracle"/>, on events of which no task has more than is retained.</summary>
public class OracleTests
{
    private static readonly DateTimeOffset End = ProjectEvents.Start.AddHours(ProjectEvents.Hours);

    [Property(MaxTest = 300)]
    public void Every_field_is_the_latest_statement(int seed)
    {
        var (stored, oracle) = Folded(seed);
        Assert.Equal(oracle.Team, stored.Project.Team);
        Assert.Equal(oracle.Name, stored.Project.Name);
        Assert.Equal(oracle.Due, stored.Project.Due);
        Assert.Equal(oracle.Status, stored.Project.Status);
        Assert.Equal(oracle.Tasks.Select(task => task.Key).Order(), stored.Tasks.Keys.Order());
        foreach (var expected in oracle.Tasks)
        {
            var task = stored.Tasks[expected.Key];
            var standing = task.Standing();
            Assert.Equal(expected.IsDeleted, task.IsDeleted);
            Assert.Equal(expected.Title, task.Title);
            Assert.Equal(expected.Team, task.Team);
            Assert.Equal(expected.Assignee, task.Assignee);
            Assert.Equal(expected.Milestone, task.Milestone);
            Assert.Equal(expected.Status, standing.Status);
            Assert.Equal(expected.Created, standing.Created);
            Assert.Equal(expected.Steps.LastOrDefault()?.Category ?? StatusCategory.Todo, standing.Category);
            Assert.Equal(expected.Steps.LastOrDefault()?.IsBlocked ?? false, standing.IsBlocked);
        }
    }

    [Property(MaxTest = 300)]
    public void The_summary_is_what_counting_all_tasks_gives(int seed)
    {
        var (stored, oracle) = Folded(seed);
        var tasks = oracle.Existing;
        Oracle.AssertCounts(Oracle.Count(tasks, DateTimeOffset.MaxValue), stored.Summary.Totals);
        Oracle.AssertBreakdown(tasks, task => task.Status, stored.Summary.Statuses, Measures.Levels);
        Oracle.AssertBreakdown(tasks, task => task.Assignee, stored.Summary.Assignees, Measures.Levels);
        Oracle.AssertBreakdown(tasks, task => task.Milestone?.Name, stored.Summary.Milestones, Measures.Levels);
        Oracle.AssertBreakdown(tasks, task => task.Team, stored.Summary.Teams, Measures.All);
        Assert.Equal(tasks.Count(task => task.Status is null), stored.Summary.Statuses.Unlabelled.Tasks);
    }

    [Property(MaxTest = 300)]
    public void The_sums_of_teams_are_of_the_tasks_that_are_theirs_or_their_projects(int seed)
    {
        var (stored, oracle) = Folded(seed);
        var expected = oracle.Existing.GroupBy(task => task.Team ?? oracle.Team ?? ProjectSummary.NoTeam).ToDictionary(team => team.Key, team => team.ToArray());
        Assert.Equal(expected.Keys.Order(), stored.Teams.Keys.Order());
        foreach (var (team, tasks) in expected) Oracle.AssertCounts(Oracle.Count(tasks, DateTimeOffset.MaxValue), stored.Teams[team]);
    }

    [Property(MaxTest = 100)]
    public void Prefix_sums_of_history_are_the_levels_at_the_end_of_each_hour(int seed)
    {
        var (stored, oracle) = Folded(seed);
        var tasks = oracle.Existing;
        var levels = HistoryLevels.At(stored.History, ProjectEvents.Start, End).ToArray();
        Assert.Equal(ProjectEvents.Hours + 1, levels.Length);
        foreach (var level in levels)
        {
            var end = level.Hour.AddHours(1);
            Oracle.AssertCounts(Oracle.Count(tasks, end), level.Totals);
            Assert.Equal(Oracle.CountStatuses(tasks, end), level.Statuses.OrderBy(one => one.Key, StringComparer.Ordinal));
        }
    }

    [Property(MaxTest = 100)]
    public void History_adds_up_to_the_summary_whatever_was_dropped(int seed)
    {
        var stored = StoredProject.Of(ProjectEvents.Of(seed), seed);
        var sum = new Counters();
        foreach (var (_, measure, amount) in stored.History.Measures) sum.Add(measure, amount);
        Assert.Equal(stored.Summary.Totals, sum);
    }

    private static (StoredProject Stored, Oracle Oracle) Folded(int seed)
    {
        var events = ProjectEvents.Of(seed);
        events = events[..Math.Min(60, events.Length)];
        return (StoredProject.Of(events.Shuffled(seed), seed), new Oracle(events, StoredProject.PersonId));
    }
}
