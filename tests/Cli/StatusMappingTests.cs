using System.Text;
using ShitOps.Cli.Import;
using ShitOps.Events;

namespace ShitOps.Tests.Cli;

/// <summary>Which category a status gets, and what a mapping file may say.</summary>
public class StatusMappingTests
{
    private static readonly StatusMapping Mapping = Parse("""
        // Comments and trailing commas are fine.
        {"jira": {
            "statuses": {"In Review": "in-progress", "Parked": "blocked"},
            "resolutions": {"Won't Do": "done", "Shelved": "cancelled"},
            "projects": {"AC": {"statuses": {"parked": "todo"}, "resolutions": {"shelved": "done"}}},
        }}
        """).Jira;

    [Theory]
    [InlineData("X", "Parked", null, null, "blocked")]
    [InlineData("X", "PARKED", "todo", null, "blocked")]
    [InlineData("AC", "Parked", null, null, "todo")]
    [InlineData("X", "Closed", "done", "Shelved", "cancelled")]
    [InlineData("AC", "Closed", "done", "Shelved", "done")]
    [InlineData("X", "Closed", "done", "Won't Do", "done")]
    [InlineData("X", "Closed", "done", "Duplicate", "cancelled")]
    public void A_project_goes_before_its_tracker_and_both_before_the_defaults(string project, string name, string? stated, string? resolution, string expected)
    {
        Assert.Equal(expected, Category(Mapping, project, name, stated, resolution));
    }

    [Theory]
    [InlineData("On Hold", "in-progress", "in-progress")]
    [InlineData("Done", "todo", "todo")]
    [InlineData("Doing", "done", "done")]
    [InlineData("Won't Do", "done", "cancelled")]
    [InlineData("Won't Do", "in-progress", "in-progress")]
    public void What_the_tracker_says_goes_before_the_words(string name, string stated, string expected)
    {
        Assert.Equal(expected, Category(StatusMapping.Default, "X", name, stated, null));
    }

    [Theory]
    [InlineData("To Do", "todo")]
    [InlineData("to-do", "todo")]
    [InlineData("Backlog", "todo")]
    [InlineData("Resolved", "done")]
    [InlineData("Waiting for customer", "blocked")]
    [InlineData("ON HOLD", "blocked")]
    [InlineData("Rejected", "cancelled")]
    [InlineData("Тестирование", "in-progress")]
    public void Words_decide_where_nothing_else_does(string name, string expected)
    {
        Assert.Equal(expected, Category(StatusMapping.Default, "X", name, null, null));
    }

    [Theory]
    [InlineData("{", "line 1, byte 2: not JSON")]
    [InlineData("{\n  \"jira\": nope\n}", "line 2, byte 12: not JSON")]
    [InlineData("[]", "the file: expected an object, found []")]
    [InlineData("""{"trello":{}}""", "the file: unknown property \"trello\"; expected one of jira, github")]
    [InlineData("""{"jira":{"status":{}}}""", "jira: unknown property \"status\"; expected one of statuses, resolutions, statusNames, projects")]
    [InlineData("""{"jira":{"projects":{"AC":{"teams":{}}}}}""", "jira.projects.AC: unknown property \"teams\"; expected one of statuses, resolutions, statusNames")]
    [InlineData("""{"jira":{"statuses":{"In Review":"doing"}}}""", "jira.statuses.\"In Review\": expected one of todo, in-progress, blocked, done, cancelled, found \"doing\"")]
    [InlineData("""{"jira":{"statuses":{"In Review":1}}}""", "jira.statuses.\"In Review\": expected one of todo, in-progress, blocked, done, cancelled, found 1")]
    [InlineData("""{"github":{"resolutions":{"not_planned":"todo"}}}""", "github.resolutions.\"not_planned\": expected one of done, cancelled, found \"todo\"")]
    [InlineData("""{"jira":{"projects":{"AC":{"statuses":["x"]}}}}""", "jira.projects.AC.statuses: expected an object, found [\"x\"]")]
    [InlineData("""{"jira":{"statusNames":{"5":null}}}""", "jira.statusNames.\"5\": expected a status, found null")]
    public void What_is_wrong_with_a_file_is_said_with_its_place(string json, string message)
    {
        Assert.Equal(message, Assert.Throws<FormatException>(() => Parse(json)).Message);
    }

    private static StatusMappingFile Parse(string json) => StatusMappingFile.Parse(Encoding.UTF8.GetBytes(json));

    private static string Category(StatusMapping mapping, string project, string name, string? stated, string? resolution)
    {
        StatusCategory? category = stated is not null && StatusCategories.TryParse(stated, out var parsed) ? parsed : null;
        return mapping.CategoryOf(project, name, category, resolution).Word();
    }
}
