using ShitOps.Cli.Import;
using ShitOps.Events;
using static ShitOps.Tests.Cli.Imported;

namespace ShitOps.Tests.Cli;

/// <summary>Jira issues without a changelog: what creation, resolution date, status and times in status prove.</summary>
public class JiraImportTests
{
    private const string Done = """ "status":{"name":"Closed","statusCategory":{"key":"done"}},"resolutiondate":"2024-01-05T10:00:00.000+0000" """;

    [Fact]
    public void An_open_issue_stays_in_the_status_that_it_has()
    {
        Assert.Equal(["01 10:00 Open (todo)"], Statuses(Jira(JiraRecord())));
    }

    [Fact]
    public void A_resolution_date_dates_the_done_status()
    {
        Assert.Equal(["01 10:00 Open (todo)", "05 10:00 Closed (done)"], Statuses(Jira(JiraRecord($$"""{ {{Done}},"resolution":{"name":"Fixed"} }"""))));
    }

    [Theory]
    [InlineData("Won't Fix")]
    [InlineData("Won’t Do")]
    [InlineData("Duplicate")]
    [InlineData("Invalid")]
    [InlineData("Cannot Reproduce")]
    [InlineData("Not A Problem")]
    [InlineData("Incomplete")]
    public void A_resolution_without_a_result_cancels(string resolution)
    {
        Assert.Equal("05 10:00 Closed (cancelled)", Statuses(Jira(JiraRecord($$"""{ {{Done}},"resolution":{"name":"{{resolution}}"} }""")))[^1]);
    }

    [Fact]
    public void A_resolution_does_not_close_what_is_open()
    {
        var record = JiraRecord("""{"resolution":{"name":"Duplicate"},"resolutiondate":"2024-01-05T10:00:00.000+0000"}""");
        Assert.Equal(["01 10:00 Open (todo)"], Statuses(Jira(record)));
    }

    [Theory]
    [InlineData("indeterminate", "in-progress")]
    [InlineData("done", "done")]
    public void A_status_without_a_date_is_dated_by_the_last_update(string key, string category)
    {
        var record = JiraRecord($$"""{"status":{"name":"Frobnicated","statusCategory":{"key":"{{key}}"} } }""");
        Assert.Equal(["01 10:00 Open (todo)", $"09 10:00 Frobnicated ({category})"], Statuses(Jira(record)));
    }

    [Fact]
    public void A_reopened_issue_did_not_begin_reopened()
    {
        var record = JiraRecord("""{"status":{"name":"Reopened","statusCategory":{"key":"new"}}}""");
        Assert.Equal(["01 10:00 Open (todo)", "09 10:00 Reopened (todo)"], Statuses(Jira(record)));
    }

    [Fact]
    public void What_was_never_updated_is_known_from_its_creation()
    {
        var task = Jira(JiraRecord("""
            {"updated":"2024-01-01T10:00:00.000+0000","status":{"name":"Doing","statusCategory":{"key":"indeterminate"}},
             "assignee":{"displayName":"Ann"},"priority":{"name":"High"},"duedate":"2024-02-01","labels":["x"]}
            """));
        var fields = Assert.IsType<TaskCreated>(Assert.Single(task.Events).Data).Fields;
        Assert.Equal(new Status("Doing", StatusCategory.InProgress), fields.Status);
        Assert.Equal(("Ann", "High", new DateOnly(2024, 2, 1)), (fields.Assignee.Value, fields.Priority.Value, fields.Due.Value!.Value));
        Assert.Equal(["x"], fields.Labels.Value!);
    }

    [Fact]
    public void What_nothing_dates_is_stated_when_it_was_last_updated()
    {
        var task = Jira(JiraRecord("""
            {"assignee":{"displayName":"Ann"},"priority":{"name":"High"},"duedate":"2024-02-01","labels":["x","x"],"components":[{"name":"Core"}],
             "timeoriginalestimate":7200,"timeestimate":3600,"timespent":1800,"flagged":true}
            """));
        var created = Single<TaskCreated>(task).Data.Fields;
        Assert.Equal(("A task", "Bug"), (created.Title.Value, created.Kind.Value));
        Assert.False(created.Priority.IsStated || created.Due.IsStated || created.Assignee.IsStated || created.Labels.IsStated || created.EstimateHours.IsStated);

        var (time, updated) = Single<TaskUpdated>(task);
        Assert.Equal(9, time.Day);
        Assert.Equal(("High", new DateOnly(2024, 2, 1)), (updated.Fields.Priority.Value, updated.Fields.Due.Value!.Value));
        Assert.Equal(["x", "component:Core"], updated.Fields.Labels.Value!);
        Assert.Equal("Ann", Single<TaskAssigned>(task).Data.Assignee);
        Assert.Equal(new TaskEstimated("AC-1", 2, 1, 0.5), Single<TaskEstimated>(task).Data);
        Assert.Equal(9, Single<TaskBlocked>(task).Time.Day);
    }

    [Theory]
    [InlineData("""{"displayName":"Ann","name":"ann"}""", "Ann")]
    [InlineData("""{"displayName":null,"name":"ann"}""", "ann")]
    [InlineData("""{"accountId":"5b912f"}""", "5b912f")]
    public void A_deleted_user_goes_by_what_is_left_of_it(string assignee, string expected)
    {
        Assert.Equal(expected, Single<TaskAssigned>(Jira(JiraRecord($$$"""{"assignee":{{{assignee}}}}"""))).Data.Assignee);
    }

    [Fact]
    public void Null_and_odd_fields_count_as_not_there()
    {
        var task = Jira(JiraRecord("""
            {"summary":null,"issuetype":null,"assignee":null,"priority":"","labels":null,"components":"none","fixVersions":{},"sprint":3,"closedSprints":[null,7],
             "duedate":"soon","resolutiondate":"yesterday","timeoriginalestimate":-5,"timespent":"1h","parent":null,"customfield_1":null,"customfield_2":[1,null],
             "status":{"name":"Open","statusCategory":null}}
            """));
        Assert.Equal(["01 10:00 Open (todo)"], Statuses(task));
        Assert.Equal(new TaskFields { Status = new Status("Open", StatusCategory.Todo) }, Assert.IsType<TaskCreated>(Assert.Single(task.Events).Data).Fields);
    }

    [Fact]
    public void Without_a_status_a_resolution_date_still_proves_an_end()
    {
        Assert.Equal(["01 10:00 Open (todo)", "05 10:00 Resolved (done)"], Statuses(Jira(JiraRecord("""{"status":null,"resolutiondate":"2024-01-05T10:00:00.000+0000"}"""))));
        Assert.Empty(Statuses(Jira(JiraRecord("""{"status":null}"""))));
    }

    [Fact]
    public void Nothing_happens_before_the_creation()
    {
        var task = Jira(JiraRecord("""
            {"updated":"2023-01-01T00:00:00.000+0000","resolutiondate":"2023-06-01T00:00:00.000+0000","status":{"name":"Done","statusCategory":{"key":"done"}}}
            """));
        Assert.All(task.Events, one => Assert.Equal(task.Created, one.Time));
        Assert.Equal(StatusCategory.Done, task.FinalCategory);
    }

    [Theory]
    [InlineData("2024-01-01T10:00:00.000+0300", "2024-01-01T07:00:00Z")]
    [InlineData("2024-01-01T10:00:00.000-05:30", "2024-01-01T15:30:00Z")]
    [InlineData("2024-01-01T10:00:00Z", "2024-01-01T10:00:00Z")]
    public void Offsets_are_read_with_and_without_a_colon(string created, string utc)
    {
        Assert.Equal(utc, Rfc3339.Format(Jira(JiraRecord($$"""{"created":"{{created}}"}""")).Created));
    }

    [Theory]
    [InlineData("""{"key":null}""", "key: is missing")]
    [InlineData("""{"fields":null}""", "fields: is missing")]
    [InlineData("""{"fields":3}""", "fields: is missing")]
    [InlineData("""{"fields":{"summary":"x"}}""", "fields.created: is missing")]
    [InlineData("""{"fields":{"created":"last week"}}""", "fields.created: \"last week\" is no timestamp such as 2015-04-24T12:04:05.000+0000")]
    [InlineData("""{"key":"123","fields":{"created":"2024-01-01T10:00:00.000+0000"}}""", "fields.project.key: is missing, and the key \"123\" does not begin with one")]
    public void A_record_without_what_no_import_can_do_without_is_refused(string rest, string message)
    {
        Assert.Equal(message, Assert.Throws<BadRecordException>(() => Jira(JiraRecord(rest: rest))).Message);
    }

    [Fact]
    public void Without_a_project_the_key_tells_it()
    {
        Assert.Equal("AC", Jira(JiraRecord("""{"project":null}""")).Project);
    }

    [Fact]
    public void A_moved_issue_belongs_where_it_is_now()
    {
        var task = Jira(JiraRecord(rest: """
            {"key":"NEW-9","changelog":{"histories":[{"id":"5","created":"2024-01-03T10:00:00.000+0000","items":[{"field":"Key","fromString":"AC-1","toString":"NEW-9"},{"field":"project","fromString":"AC","toString":"NEW"}]}]}}
            """));
        Assert.All(task.Events, one => Assert.Equal("AC", one.Project));
        Assert.Equal("NEW-9", Single<TaskCreated>(task).Data.Task);
    }

    [Fact]
    public void The_source_is_the_address_of_the_jira_where_the_record_has_it()
    {
        Assert.Equal("https://jira.example.com/jira", Jira(JiraRecord(rest: """{"self":"https://jira.example.com/jira/rest/api/2/issue/1"}""")).Source);
        Assert.Equal("/import/jira", Jira(JiraRecord()).Source);
    }

    [Fact]
    public void Names_longer_than_an_event_allows_are_cut()
    {
        var task = Jira(JiraRecord($$"""{"summary":"{{new string('x', 5000)}}","labels":["{{new string('l', 255)}}\ud83d\ude00"]}"""));
        Assert.Equal(4096, Single<TaskCreated>(task).Data.Fields.Title.Value!.Length);
        Assert.Equal(new string('l', 255), Assert.Single(Single<TaskUpdated>(task).Data.Fields.Labels.Value!));
    }
}
