using System.Text.Json;
using ShitOps.Events;

namespace ShitOps.Tests.Cli;

/// <summary>
/// Whole exports of real trackers, checked against their JSON, read here a second time.
/// </summary>
public class RealDataTests
{
    [Theory]
    [InlineData("jira")]
    [InlineData("github")]
    public async Task Every_record_of_an_export_becomes_one_task_that_ends_where_the_record_is(string tracker)
    {
        var files = RealData.Files(tracker);
        foreach (var file in files)
        {
            var expected = RealData.Lines(file).Select(line => tracker == "jira" ? JiraOutcome(line) : GitHubOutcome(line)).ToDictionary(one => (one.Project, one.Task));
            var run = await CommandRun.OfAsync(["import", tracker, "--dry-run", file]);
            Assert.Equal(0, run.ExitCode);

            var tasks = run.Events.Where(one => TaskOf(one) is not null).GroupBy(one => (one.Project, Task: TaskOf(one)!)).ToDictionary(task => task.Key, task => task.ToArray());
            Assert.Equal(expected.Keys.Order(), tasks.Keys.Order());
            Assert.Equal(expected.Keys.Select(key => key.Project).Distinct().Order(StringComparer.Ordinal), run.Events.Where(one => one.Type == EventTypes.ProjectCreated).Select(one => one.Project).Order(StringComparer.Ordinal));
            foreach (var (key, outcome) in expected) AssertEndsIn(outcome, tasks[key]);

            Assert.Equal(run.Events.Count, run.Events.Select(one => one.Id).Distinct(StringComparer.Ordinal).Count());
            Assert.Equal(run.OutputBytes, (await CommandRun.OfAsync(["import", tracker, "--dry-run", file])).OutputBytes);
        }
    }

    private static void AssertEndsIn(Outcome expected, Event[] events)
    {
        Assert.Equal(events, events.OrderBy(one => one.Time).ThenBy(one => one.Id, StringComparer.Ordinal));
        Assert.IsType<TaskCreated>(events[0].Data);
        Assert.Single(events, one => one.Data is TaskCreated);
        Assert.Equal(expected.Created, events[0].Time);

        var status = events.Select(one => one.Data switch { TaskCreated created => created.Fields.Status, TaskStatusChanged changed => changed.Status, _ => null }).Last(one => one is not null)!.Value;
        Assert.Equal(expected.IsOpen, status.Category is not (StatusCategory.Done or StatusCategory.Cancelled));
        if (expected.Status is not null) Assert.Equal(expected.Status, status.Name);
    }

    private static Outcome JiraOutcome(string line)
    {
        using var json = JsonDocument.Parse(line);
        var fields = json.RootElement.GetProperty("fields");
        var status = fields.GetProperty("status");
        return new Outcome(
            fields.GetProperty("project").GetProperty("key").GetString()!,
            json.RootElement.GetProperty("key").GetString()!,
            DateTimeOffset.ParseExact(fields.GetProperty("created").GetString()!, "yyyy-MM-ddTHH:mm:ss.fffzzz", null),
            status.GetProperty("statusCategory").GetProperty("key").GetString() != "done",
            status.GetProperty("name").GetString());
    }

    private static Outcome GitHubOutcome(string line)
    {
        using var json = JsonDocument.Parse(line);
        var issue = json.RootElement.GetProperty("issue");
        return new Outcome(
            json.RootElement.GetProperty("repository").GetString()!,
            $"#{issue.GetProperty("number").GetInt32()}",
            issue.GetProperty("created_at").GetDateTimeOffset(),
            issue.GetProperty("state").GetString() == "open",
            Status: null);
    }

    private static string? TaskOf(Event one) => one.Data switch
    {
        TaskCreated data => data.Task,
        TaskUpdated data => data.Task,
        TaskStatusChanged data => data.Task,
        TaskAssigned data => data.Task,
        TaskEstimated data => data.Task,
        TaskBlocked data => data.Task,
        TaskUnblocked data => data.Task,
        TaskDeleted data => data.Task,
        _ => null,
    };

    /// <summary>What a record says of its task.</summary>
    private sealed record Outcome(string Project, string Task, DateTimeOffset Created, bool IsOpen, string? Status);
}
