using ShitOps.Events;
using static ShitOps.Tests.Cli.Imported;

namespace ShitOps.Tests.Cli;

/// <summary>Which sprint or version a task of Jira is planned for, and what is due when.</summary>
public class JiraMilestoneTests
{
    [Fact]
    public void A_version_gives_milestone_and_due_date()
    {
        var fields = Planned("""{"fixVersions":[{"name":"2.0","releaseDate":"2024-06-01"},{"name":"later"},{"name":"1.9","releaseDate":"2024-05-01"}]}""");
        Assert.Equal(new Milestone("1.9", MilestoneKind.Version, null, new DateOnly(2024, 5, 1)), fields.Milestone.Value);
        Assert.Equal(new DateOnly(2024, 5, 1), fields.Due.Value);
    }

    [Fact]
    public void A_due_date_of_its_own_goes_before_the_milestones()
    {
        var fields = Planned("""{"duedate":"2024-04-01","fixVersions":[{"name":"2.0","releaseDate":"2024-06-01"}]}""");
        Assert.Equal(new DateOnly(2024, 4, 1), fields.Due.Value);
        Assert.Equal(new DateOnly(2024, 6, 1), fields.Milestone.Value!.Due);
    }

    [Fact]
    public void A_sprint_goes_before_a_version_and_the_running_one_before_those_that_are_over()
    {
        var fields = Planned("""
            {"fixVersions":[{"name":"2.0","releaseDate":"2024-06-01"}],"sprint":[{"name":"S1","state":"active","endDate":"2024-02-01T00:00:00.000Z"}],
             "closedSprints":[{"name":"S0","state":"closed","endDate":"2024-03-01T00:00:00.000Z"}]}
            """);
        Assert.Equal("S1", fields.Milestone.Value!.Name);
    }

    [Fact]
    public void Of_closed_sprints_the_last_one_counts()
    {
        var fields = Planned("""
            {"closedSprints":[{"name":"S2","endDate":"2024-02-14T00:00:00.000Z"},{"name":"S1","endDate":"2024-02-01T00:00:00.000Z"}]}
            """);
        Assert.Equal(new Milestone("S2", MilestoneKind.Sprint, null, new DateOnly(2024, 2, 14)), fields.Milestone.Value);
    }

    [Theory]
    [InlineData("[name=")]
    [InlineData("[name=,state=CLOSED]")]
    [InlineData("[name=<null>,state=CLOSED]")]
    public void A_sprint_without_a_name_is_none(string parts)
    {
        Assert.Single(Jira(JiraRecord($$"""{"customfield_1":["com.atlassian.greenhopper.service.sprint.Sprint@1{{parts}}"]}""")).Events);
    }

    [Fact]
    public void Sprints_in_a_custom_field_are_found_by_their_form()
    {
        Assert.Equal(
            new Milestone("S3", MilestoneKind.Sprint, new DateOnly(2024, 1, 1), new DateOnly(2024, 1, 14)),
            Planned("""{"customfield_10020":[{"id":3,"name":"S3","state":"active","boardId":1,"startDate":"2024-01-01T09:00:00.000Z","endDate":"2024-01-14T09:00:00.000Z"}]}""").Milestone.Value);
        Assert.Equal(
            new Milestone("Sprint 4, the last", MilestoneKind.Sprint, new DateOnly(2024, 1, 1), null),
            Planned("""
                {"customfield_10007":["com.atlassian.greenhopper.service.sprint.Sprint@1f39706[id=4,rapidViewId=1,state=ACTIVE,name=Sprint 4, the last,startDate=2024-01-01T09:00:00.000+01:00,endDate=<null>,completeDate=<null>,sequence=4]"]}
                """).Milestone.Value);
    }

    [Fact]
    public void Other_custom_fields_with_names_are_no_sprints()
    {
        var task = Jira(JiraRecord("""{"customfield_1":[{"name":"Ann","displayName":"Ann"}],"customfield_2":["com.example.Thing@1[name=x]"]}"""));
        Assert.Empty(All<TaskUpdated>(task));
    }

    private static TaskFields Planned(string fields) => Single<TaskUpdated>(Jira(JiraRecord(fields))).Data.Fields;
}
