using ShitOps.Events;
using static ShitOps.Tests.Cli.Imported;

namespace ShitOps.Tests.Cli;

/// <summary>Jira issues with a changelog: every change at its time, and the state at creation by undoing them all.</summary>
public class JiraChangelogTests
{
    private const string ClosedNow = """{"status":{"name":"Closed","statusCategory":{"key":"done"}},"resolution":{"name":"Duplicate"},"resolutiondate":"2024-01-06T10:00:00.000+0000"}""";

    [Fact]
    public void Status_changes_have_the_times_of_the_changelog_whatever_its_order()
    {
        string[] histories =
        [
            Change(6, "9", """{"field":"status","fromString":"In Review","toString":"Closed"},{"field":"resolution","fromString":null,"toString":"Duplicate"}"""),
            Change(2, "7", """{"field":"status","fromString":"Backlog","toString":"Doing"}"""),
            Change(2, "8", """{"field":"status","fromString":"Doing","toString":"In Review"}"""),
        ];
        string[] expected = ["01 10:00 Backlog (todo)", "02 10:00 Doing (in-progress)", "02 10:00 In Review (in-progress)", "06 10:00 Closed (cancelled)"];
        Assert.Equal(expected, Statuses(Jira(JiraRecord(ClosedNow, Changelog(histories)))));
        Assert.Equal(expected, Statuses(Jira(JiraRecord(ClosedNow, Changelog([.. histories.Reverse()])))));
    }

    [Fact]
    public void An_earlier_end_has_the_resolution_of_its_time()
    {
        var task = Jira(JiraRecord(ClosedNow, Changelog(
            Change(2, "1", """{"field":"status","fromString":"Open","toString":"Resolved"},{"field":"resolution","fromString":null,"toString":"Fixed"}"""),
            Change(3, "2", """{"field":"status","fromString":"Resolved","toString":"Reopened"},{"field":"resolution","fromString":"Fixed","toString":null}"""),
            Change(6, "3", """{"field":"status","fromString":"Reopened","toString":"Closed"},{"field":"resolution","fromString":null,"toString":"Duplicate"}"""))));
        Assert.Equal(["01 10:00 Open (todo)", "02 10:00 Resolved (done)", "03 10:00 Reopened (todo)", "06 10:00 Closed (cancelled)"], Statuses(task));
    }

    [Fact]
    public void The_record_has_the_last_word_on_the_status()
    {
        var task = Jira(JiraRecord(ClosedNow, Changelog(Change(2, "1", """{"field":"status","fromString":"Open","toString":"Doing"}"""))));
        Assert.Equal(["01 10:00 Open (todo)", "02 10:00 Doing (in-progress)", "06 10:00 Closed (cancelled)"], Statuses(task));
    }

    [Fact]
    public void A_changelog_without_status_changes_proves_the_status_from_the_beginning()
    {
        var task = Jira(JiraRecord("""{"status":{"name":"Doing","statusCategory":{"key":"indeterminate"}}}""", Changelog()));
        Assert.Equal(["01 10:00 Doing (in-progress)"], Statuses(task));
    }

    [Fact]
    public void The_state_at_creation_is_the_present_one_with_all_changes_undone()
    {
        var task = Jira(JiraRecord(
            """
            {"summary":"New title","issuetype":{"name":"Story"},"priority":{"name":"High"},"assignee":{"displayName":"Bob"},"duedate":"2024-03-01","labels":["a","b"],
             "components":[{"name":"Core"}],"timeoriginalestimate":7200,"parent":{"key":"AC-9"}}
            """,
            Changelog(
                Change(2, "1", """{"field":"summary","fromString":"Old title","toString":"New title"},{"field":"issuetype","fromString":"Bug","toString":"Story"}"""),
                Change(3, "2", """{"field":"assignee","from":"ann","fromString":"Ann","to":"bob","toString":"Bob"}"""),
                Change(4, "3", """{"field":"duedate","from":"2024-02-01","fromString":"2024-02-01 00:00:00.0","to":"2024-03-01","toString":"2024-03-01 00:00:00.0"}"""),
                Change(5, "4", """{"field":"labels","fromString":"a","toString":"a b"},{"field":"Component","from":null,"to":"1","toString":"Core"},{"field":"Component","from":"2","fromString":"UI","to":null}"""),
                Change(6, "5", """{"field":"timeoriginalestimate","from":"3600","fromString":"3600","to":"7200","toString":"7200"}"""),
                Change(7, "6", """{"field":"Epic Link","fromString":null,"toString":"AC-9"},{"field":"priority","fromString":"Low","toString":"High"}"""))));

        var created = Single<TaskCreated>(task).Data.Fields;
        Assert.Equal(("Old title", "Bug", "Low", "Ann"), (created.Title.Value, created.Kind.Value, created.Priority.Value, created.Assignee.Value));
        Assert.Equal((new DateOnly(2024, 2, 1), 1.0), (created.Due.Value!.Value, created.EstimateHours.Value!.Value));
        Assert.Equal(["a", "component:UI"], created.Labels.Value!);
        Assert.False(created.Parent.IsStated);

        var updates = All<TaskUpdated>(task);
        Assert.Equal([2, 4, 5, 7], updates.Select(one => one.Day));
        Assert.Equal(new TaskFields { Title = "New title", Kind = "Story" }, updates[0].Data.Fields);
        Assert.Equal(new TaskFields { Due = new DateOnly(2024, 3, 1) }, updates[1].Data.Fields);
        Assert.Equal(["a", "b", "component:Core"], updates[2].Data.Fields.Labels.Value!);
        Assert.Equal(new TaskFields { Parent = "AC-9", Priority = "High" }, updates[3].Data.Fields);
        Assert.Equal((3, new TaskAssigned("AC-1", "Bob")), Assert.Single(All<TaskAssigned>(task)));
        Assert.Equal((6, new TaskEstimated("AC-1", 2, default, default)), Assert.Single(All<TaskEstimated>(task)));
    }

    [Fact]
    public void Unassigning_says_that_nobody_has_it()
    {
        var task = Jira(JiraRecord(rest: Changelog(Change(3, "1", """{"field":"assignee","from":"gone","fromString":null,"to":null,"toString":null}"""))));
        Assert.Equal("gone", Single<TaskCreated>(task).Data.Fields.Assignee.Value);
        Assert.Equal((3, new TaskAssigned("AC-1", null)), Assert.Single(All<TaskAssigned>(task)));
    }

    [Fact]
    public void A_flag_blocks_until_it_is_taken_away()
    {
        var task = Jira(JiraRecord(rest: Changelog(
            Change(3, "1", """{"field":"Flagged","fromString":"","toString":"Impediment"}"""),
            Change(5, "2", """{"field":"Flagged","fromString":"Impediment","toString":""}"""))));
        Assert.Equal((3, new TaskBlocked("AC-1", "Impediment")), Assert.Single(All<TaskBlocked>(task)));
        Assert.Equal(5, Assert.Single(All<TaskUnblocked>(task)).Day);
    }

    [Fact]
    public void What_a_jira_keeps_in_custom_fields_is_as_the_changelog_left_it()
    {
        var flagged = Jira(JiraRecord(
            """{"customfield_10021":[{"value":"Impediment"}]}""",
            Changelog(Change(3, "1", """{"field":"Flagged","fromString":"","toString":"Impediment"}"""))));
        Assert.Equal((3, new TaskBlocked("AC-1", "Impediment")), Assert.Single(All<TaskBlocked>(flagged)));
        Assert.Empty(All<TaskUnblocked>(flagged));

        var planned = Jira(JiraRecord(
            """{"customfield_10008":"EPIC-2"}""",
            Changelog(
                Change(3, "1", """{"field":"Epic Link","fromString":null,"toString":"EPIC-1"}"""),
                Change(5, "2", """{"field":"Epic Link","fromString":"EPIC-1","toString":"EPIC-2"}"""))));
        Assert.False(Single<TaskCreated>(planned).Data.Fields.Parent.IsStated);
        Assert.Equal([(3, "EPIC-1"), (5, "EPIC-2")], All<TaskUpdated>(planned).Select(one => (one.Day, one.Data.Fields.Parent.Value)));
    }

    [Fact]
    public void A_field_that_the_export_left_out_is_as_the_changelog_left_it()
    {
        var task = Jira(JiraRecord(rest: Changelog(
            Change(2, "1", """{"field":"Component","from":"1","fromString":"UI","to":null},{"field":"Component","from":null,"to":"2","toString":"Core"}"""),
            Change(3, "2", """{"field":"Component","from":null,"to":"3","toString":"Net"},{"field":"priority","fromString":"Low","toString":"High"}"""),
            Change(4, "3", """{"field":"Sprint","from":"","fromString":"","to":"1","toString":"S1"},{"field":"timeestimate","from":null,"to":"7200","toString":"7200"}"""))));
        var created = Single<TaskCreated>(task).Data.Fields;
        Assert.Equal("Low", created.Priority.Value);
        Assert.Equal(["component:UI"], created.Labels.Value!);
        var updates = All<TaskUpdated>(task);
        Assert.Equal(["component:Core", "component:Net"], updates.Last(one => one.Data.Fields.Labels.IsStated).Data.Fields.Labels.Value!);
        Assert.Equal("High", updates.Last(one => one.Data.Fields.Priority.IsStated).Data.Fields.Priority.Value);
        Assert.Equal("S1", updates[^1].Data.Fields.Milestone.Value!.Name);
        Assert.Equal(2, Single<TaskEstimated>(task).Data.RemainingHours.Value);
    }

    [Fact]
    public void A_field_that_is_null_was_cleared_whatever_the_changelog_says()
    {
        var task = Jira(JiraRecord("""{"flagged":null,"parent":null}""", Changelog(
            Change(3, "1", """{"field":"Flagged","fromString":"","toString":"Impediment"},{"field":"Parent","fromString":null,"toString":"AC-9"}"""))));
        Assert.Single(task.Events);
    }

    [Fact]
    public void Sprints_and_versions_are_planned_when_the_changelog_says()
    {
        var task = Jira(JiraRecord(
            """{"closedSprints":[{"name":"S1","state":"closed","startDate":"2024-01-01","endDate":"2024-01-14"}],"sprint":{"name":"S2","state":"active","startDate":"2024-01-15","endDate":"2024-01-28T10:00:00.000Z"}}""",
            Changelog(
                Change(2, "1", """{"field":"Sprint","from":"","fromString":"","to":"1","toString":"S1"}"""),
                Change(4, "2", """{"field":"Sprint","from":"1","fromString":"S1","to":"1, 2","toString":"S1, S2"}"""))));
        Assert.False(Single<TaskCreated>(task).Data.Fields.Milestone.IsStated);
        Assert.Equal(
            [
                (2, new Milestone("S1", MilestoneKind.Sprint, new DateOnly(2024, 1, 1), new DateOnly(2024, 1, 14)), new DateOnly(2024, 1, 14)),
                (4, new Milestone("S2", MilestoneKind.Sprint, new DateOnly(2024, 1, 15), new DateOnly(2024, 1, 28)), new DateOnly(2024, 1, 28)),
            ],
            All<TaskUpdated>(task).Select(one => (one.Day, one.Data.Fields.Milestone.Value!, one.Data.Fields.Due.Value!.Value)));
    }

    [Fact]
    public void Of_many_sprints_none_is_cut_off()
    {
        var names = Enumerable.Range(1, 15).Select(number => $"Payments sprint no. {number:D2}").ToArray();
        var closed = string.Join(',', names.Select((name, i) => $$"""{"name":"{{name}}","state":"closed","startDate":"2024-01-{{i + 1:D2}}","endDate":"2024-02-{{i + 1:D2}}"}"""));
        var task = Jira(JiraRecord(
            $$"""{"closedSprints":[{{closed}}]}""",
            Changelog(
                Change(2, "1", $$"""{"field":"Sprint","from":"","fromString":"","to":"{{string.Join(", ", Enumerable.Range(1, 14))}}","toString":"{{string.Join(", ", names[..14])}}"}"""),
                Change(4, "2", $$"""{"field":"Sprint","from":"{{string.Join(", ", Enumerable.Range(1, 14))}}","fromString":"{{string.Join(", ", names[..14])}}","to":"{{string.Join(", ", Enumerable.Range(1, 15))}}","toString":"{{string.Join(", ", names)}}"}"""))));

        Assert.Equal(
            [(2, names[13], new DateOnly(2024, 2, 14)), (4, names[14], new DateOnly(2024, 2, 15))],
            All<TaskUpdated>(task).Select(one => (one.Day, one.Data.Fields.Milestone.Value!.Name, one.Data.Fields.Due.Value!.Value)));
    }

    [Fact]
    public void A_changelog_of_which_pages_are_missing_does_not_prove_the_beginning()
    {
        var task = Jira(JiraRecord(
            """{"priority":{"name":"High"},"status":{"name":"Doing","statusCategory":{"key":"indeterminate"}}}""",
            """{"changelog":{"total":150,"histories":[{"id":"1","created":"2024-01-05T10:00:00.000+0000","items":[{"field":"status","fromString":"Blocked","toString":"Doing"}]}]}}"""));
        Assert.False(Single<TaskCreated>(task).Data.Fields.Priority.IsStated);
        Assert.Equal(["01 10:00 Open (todo)", "05 10:00 Doing (in-progress)"], Statuses(task));
        Assert.Equal(5, Assert.Single(All<TaskUpdated>(task)).Day);
    }

    [Fact]
    public void Odd_entries_prove_nothing_and_do_no_harm()
    {
        var task = Jira(JiraRecord(rest: """
            {"changelog":{"histories":[null,{},{"created":"never","items":[{"field":"status","toString":"Done"}]},{"created":"2024-01-02T10:00:00.000+0000","items":[null,{},{"field":null},{"field":"Rank","toString":"up"}]}]}}
            """));
        Assert.Equal(["01 10:00 Open (todo)"], Statuses(task));
    }

    [Fact]
    public void Events_say_who_made_the_change_as_far_as_the_record_does()
    {
        const string fields = """{"assignee":{"displayName":"Bob"},"flagged":true,"reporter":{"displayName":"Rita"},"creator":{"displayName":"Cleo","name":"c1"}}""";
        const string histories = """
            {"id":"1","created":"2024-01-02T10:00:00.000+0000","author":{"displayName":"Ann"},"items":[{"field":"status","fromString":"Open","toString":"Doing"},{"field":"assignee","fromString":null,"toString":"Bob"},{"field":"summary","fromString":"Old","toString":"A task"}]},
            {"id":"2","created":"2024-01-03T10:00:00.000+0000","author":{"name":"dan"},"items":[{"field":"Flagged","fromString":"","toString":"Impediment"},{"field":"timespent","from":null,"to":"3600"}]},
            {"id":"3","created":"2024-01-04T10:00:00.000+0000","items":[{"field":"status","fromString":"Doing","toString":"Open"}]}
            """;
        var task = Jira(JiraRecord(fields, Changelog(histories)));
        Assert.Equal(
            [(1, "task.created", "Cleo"), (2, "task.assigned", "Ann"), (2, "task.status-changed", "Ann"), (2, "task.updated", "Ann"), (3, "task.blocked", "dan"), (3, "task.estimated", "dan"), (4, "task.status-changed", null)],
            task.Events.Select(one => (one.Time.Day, one.Type, one.Data!.Actor)).Order());
        Assert.Equal("Rita", Single<TaskCreated>(Jira(JiraRecord("""{"reporter":{"displayName":"Rita"}}"""))).Data.Actor);
    }

    private static string Change(int day, string id, string items) => $$"""{"id":"{{id}}","created":"2024-01-{{day:00}}T10:00:00.000+0000","items":[{{items}}]}""";

    private static string Changelog(params string[] histories) => $$"""{"changelog":{"histories":[{{string.Join(',', histories)}}]} }""";
}
