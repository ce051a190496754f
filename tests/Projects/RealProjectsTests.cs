using System.Text.Json;
using ShitOps.Projects;
using ShitOps.Tests.Cli;

namespace ShitOps.Tests.Projects;

/// <summary>
/// Whole exports of real trackers, imported and folded, against their JSON.
/// </summary>
public class RealProjectsTests
{
    [Theory]
    [InlineData("jira")]
    [InlineData("github")]
    public async Task Each_project_has_the_tasks_that_the_files_hold(string tracker)
    {
        var files = RealData.Files(tracker);
        foreach (var file in files)
        {
            var expected = RealData.Lines(file).Select(line => tracker == "jira" ? Jira(line) : GitHub(line)).GroupBy(issue => issue.Project).ToDictionary(project => project.Key, project => project.ToArray());
            var run = await CommandRun.OfAsync(["import", tracker, "--dry-run", file]);
            var projects = run.Events.GroupBy(one => one.Project).ToDictionary(project => project.Key, project => project.ToArray());
            Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), projects.Keys.Order(StringComparer.Ordinal));
            foreach (var (project, issues) in expected)
            {
                var stored = StoredProject.Of(projects[project]);
                var totals = stored.Summary.Totals;
                Assert.Equal(issues.Length, totals[Measure.Created]);
                Assert.Equal(issues.Count(issue => issue.IsOpen), totals.Open);
                Assert.Equal(issues.Count(issue => !issue.IsOpen), totals[Measure.Done] + totals[Measure.Cancelled]);
                ConvergenceTests.AssertEqual(stored, StoredProject.Of(projects[project].Shuffled(1), 1));
            }
        }
    }

    private static (string Project, bool IsOpen) Jira(string line)
    {
        using var json = JsonDocument.Parse(line);
        var fields = json.RootElement.GetProperty("fields");
        return (fields.GetProperty("project").GetProperty("key").GetString()!, fields.GetProperty("status").GetProperty("statusCategory").GetProperty("key").GetString() != "done");
    }

    private static (string Project, bool IsOpen) GitHub(string line)
    {
        using var json = JsonDocument.Parse(line);
        return (json.RootElement.GetProperty("repository").GetString()!, json.RootElement.GetProperty("issue").GetProperty("state").GetString() == "open");
    }
}
