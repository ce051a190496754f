using ShitOps.Cli.Import;
using ShitOps.Events;
using static ShitOps.Tests.Cli.Imported;

namespace ShitOps.Tests.Cli;

/// <summary>Issues and pull requests of GitHub with their timelines.</summary>
public class GitHubImportTests
{
    private const string Closed = """{"state":"closed","closed_at":"2024-01-05T10:00:00Z"}""";
    private const string ClosedPullRequest = """{"state":"closed","closed_at":"2024-01-05T10:00:00Z","pull_request":{"url":"x"}}""";

    [Fact]
    public void An_open_issue_is_todo()
    {
        var task = GitHub(GitHubRecord());
        Assert.Equal(("acme/app", "#7", "issue"), (task.Project, Single<TaskCreated>(task).Data.Task, Single<TaskCreated>(task).Data.Fields.Kind.Value));
        Assert.Equal(["01 10:00 Open (todo)"], Statuses(task));
    }

    [Theory]
    [InlineData("completed", "done")]
    [InlineData("not_planned", "cancelled")]
    [InlineData("duplicate", "cancelled")]
    [InlineData("something_new", "done")]
    public void The_reason_for_closing_decides_between_done_and_cancelled(string reason, string category)
    {
        string[] expected = ["01 10:00 Open (todo)", $"05 10:00 Closed ({category})"];
        Assert.Equal(expected, Statuses(GitHub(GitHubRecord(Closed, Event("closed", 5, $"\"state_reason\":\"{reason}\"")))));
        Assert.Equal(expected, Statuses(GitHub(GitHubRecord(Closed.Replace("{", $"{{\"state_reason\":\"{reason}\",", StringComparison.Ordinal), Event("closed", 5)))));
    }

    [Fact]
    public void A_mark_tells_a_duplicate_where_no_reason_does()
    {
        Assert.Equal("05 10:00 Closed (cancelled)", Statuses(GitHub(GitHubRecord(Closed, Event("marked_as_duplicate", 4), Event("closed", 5))))[^1]);
        Assert.Equal("05 10:00 Closed (done)", Statuses(GitHub(GitHubRecord(Closed, Event("marked_as_duplicate", 3), Event("unmarked_as_duplicate", 4), Event("closed", 5))))[^1]);
    }

    [Fact]
    public void Reopening_begins_again()
    {
        var task = GitHub(GitHubRecord("{}", Event("closed", 2), Event("reopened", 3)));
        Assert.Equal(["01 10:00 Open (todo)", "02 10:00 Closed (done)", "03 10:00 Open (todo)"], Statuses(task));
    }

    [Fact]
    public void A_merged_pull_request_is_done_and_its_closing_is_part_of_that()
    {
        var merged = """{"state":"closed","closed_at":"2024-01-05T10:00:00Z","merged_at":"2024-01-05T10:00:00Z","pull_request":true}""";
        string[] expected = ["01 10:00 Open (todo)", "05 10:00 Merged (done)"];
        Assert.Equal(expected, Statuses(GitHub(GitHubRecord(merged, Event("merged", 5, "\"id\":1"), Event("closed", 5, "\"id\":2")))));
        Assert.Equal(expected, Statuses(GitHub(GitHubRecord(merged, Event("closed", 5)))));
        Assert.Equal(expected, Statuses(GitHub(GitHubRecord(merged))));
        Assert.Equal(expected, Statuses(GitHub(GitHubRecord(
            """{"state":"closed","closed_at":"2024-01-05T10:00:00Z","pull_request":{"merged_at":"2024-01-05T10:00:00Z"}}"""))));
    }

    [Fact]
    public void A_pull_request_closed_without_being_merged_is_cancelled()
    {
        var task = GitHub(GitHubRecord(ClosedPullRequest, Event("closed", 5)));
        Assert.Equal("pull request", Single<TaskCreated>(task).Data.Fields.Kind.Value);
        Assert.Equal(["01 10:00 Open (todo)", "05 10:00 Closed (cancelled)"], Statuses(task));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("false")]
    public void Without_a_pull_request_it_is_an_issue(string value)
    {
        Assert.Equal("issue", Single<TaskCreated>(GitHub(GitHubRecord($$"""{"pull_request":{{value}}}"""))).Data.Fields.Kind.Value);
    }

    [Fact]
    public void Drafts_and_reviews_are_progress()
    {
        var task = GitHub(GitHubRecord(
            """{"pull_request":true}""",
            Event("ready_for_review", 2), Event("convert_to_draft", 3), Event("review_requested", 4), Event("ready_for_review", 5)));
        Assert.Equal(
            ["01 10:00 Draft (in-progress)", "02 10:00 In Review (in-progress)", "03 10:00 Draft (in-progress)", "05 10:00 In Review (in-progress)"],
            Statuses(task));
        Assert.Equal(["01 10:00 Draft (in-progress)"], Statuses(GitHub(GitHubRecord("""{"pull_request":true,"draft":true}"""))));
    }

    [Theory]
    [InlineData("review_requested", "created_at")]
    [InlineData("reviewed", "submitted_at")]
    public void The_first_review_begins_the_review(string name, string time)
    {
        var task = GitHub(GitHubRecord("""{"pull_request":true}""", $$"""{"event":"{{name}}","{{time}}":"2024-01-04T10:00:00Z"}""", Event("reviewed", 6)));
        Assert.Equal(["01 10:00 Open (todo)", "04 10:00 In Review (in-progress)"], Statuses(task));
    }

    [Fact]
    public void The_record_has_the_last_word_on_the_state()
    {
        Assert.Equal(["01 10:00 Open (todo)", "05 10:00 Closed (done)"], Statuses(GitHub(GitHubRecord(Closed))));
        Assert.Equal(["01 10:00 Open (todo)", "03 10:00 Closed (done)", "09 10:00 Open (todo)"], Statuses(GitHub(GitHubRecord("{}", Event("closed", 3)))));
    }

    [Fact]
    public void Without_an_update_time_the_record_is_as_the_timeline_left_it()
    {
        var task = GitHub(GitHubRecord("""{"updated_at":null,"labels":[{"name":"a"}]}""", Event("closed", 3), Event("labeled", 4, "\"label\":{\"name\":\"a\"}")));
        Assert.Equal(["01 10:00 Open (todo)", "03 10:00 Closed (done)", "04 10:00 Open (todo)"], Statuses(task));
    }

    [Fact]
    public void A_discussion_is_a_closed_issue()
    {
        Assert.Equal(["01 10:00 Open (todo)", "04 10:00 Closed (done)"], Statuses(GitHub(GitHubRecord(Closed, Event("converted_to_discussion", 4)))));
    }

    [Fact]
    public void Labels_are_the_whole_set_each_time()
    {
        var task = GitHub(GitHubRecord(
            """{"labels":[{"name":"b"},{"name":"c"}]}""",
            Event("labeled", 2, "\"label\":{\"name\":\"a\"}"), Event("labeled", 3, "\"label\":{\"name\":\"b\"}"), Event("unlabeled", 4, "\"label\":{\"name\":\"a\"}")));
        Assert.Equal(["2 a", "3 a+b", "4 b", "9 b+c"], All<TaskUpdated>(task).Select(one => $"{one.Day} {string.Join('+', one.Data.Fields.Labels.Value!)}"));
    }

    [Fact]
    public void The_assignee_is_the_one_who_has_had_it_longest()
    {
        var task = GitHub(GitHubRecord(
            """{"assignees":[{"login":"bob"}]}""",
            Event("assigned", 2, "\"assignee\":{\"login\":\"ann\"}"), Event("assigned", 3, "\"assignee\":{\"login\":\"bob\"}"), Event("unassigned", 4, "\"assignee\":{\"login\":\"ann\"}"),
            Event("assigned", 5, "\"assignee\":null")));
        Assert.Equal([(2, "ann"), (4, "bob")], All<TaskAssigned>(task).Select(one => (one.Day, one.Data.Assignee)));
    }

    [Fact]
    public void Events_say_who_made_the_change_as_far_as_the_timeline_does()
    {
        var task = GitHub(GitHubRecord(
            """{"user":{"login":"ann"},"labels":[{"name":"a"},{"name":"b"}]}""",
            Event("labeled", 2, "\"actor\":{\"login\":\"bob\"},\"label\":{\"name\":\"a\"}"),
            Event("reviewed", 3, "\"user\":{\"login\":\"cleo\"}"),
            Event("closed", 4)));
        Assert.Equal(
            [(1, "task.created", "ann"), (2, "task.updated", "bob"), (3, "task.status-changed", "cleo"), (4, "task.status-changed", null), (9, "task.status-changed", null), (9, "task.updated", null)],
            task.Events.Select(one => (one.Time.Day, one.Type, one.Data!.Actor)).Order());
    }

    [Fact]
    public void Assignees_that_the_timeline_does_not_explain_are_stated_at_the_last_update()
    {
        Assert.Equal([(9, "ann")], All<TaskAssigned>(GitHub(GitHubRecord("""{"assignee":{"login":"ann"}}"""))).Select(one => (one.Day, one.Data.Assignee)));
        Assert.Equal(
            [(2, "gone"), (9, null)],
            All<TaskAssigned>(GitHub(GitHubRecord("{}", Event("assigned", 2, "\"assignee\":{\"login\":\"gone\"}")))).Select(one => (one.Day, one.Data.Assignee)));
    }

    [Fact]
    public void Milestones_have_the_due_date_that_the_record_has()
    {
        var task = GitHub(GitHubRecord(
            """{"milestone":{"title":"v2","due_on":"2024-03-01T08:00:00Z"}}""",
            Event("milestoned", 3, "\"id\":12,\"milestone\":{\"title\":\"v2\"}"), Event("demilestoned", 3, "\"id\":11,\"milestone\":{\"title\":\"v1\"}"), Event("milestoned", 2, "\"id\":10,\"milestone\":{\"title\":\"v1\"}")));
        Assert.Equal(
            [
                (2, new TaskFields { Milestone = new Milestone("v1", MilestoneKind.Milestone, null, null) }),
                (3, new TaskFields { Milestone = (Milestone?)null }),
                (3, new TaskFields { Milestone = new Milestone("v2", MilestoneKind.Milestone, null, new DateOnly(2024, 3, 1)), Due = new DateOnly(2024, 3, 1) }),
            ],
            All<TaskUpdated>(task).Select(one => (one.Day, one.Data.Fields)));
    }

    [Fact]
    public void Renaming_gives_the_title_of_each_time()
    {
        var task = GitHub(GitHubRecord("""{"title":"C"}""", Event("renamed", 2, "\"rename\":{\"from\":\"A\",\"to\":\"B\"}"), Event("renamed", 3)));
        Assert.Equal("A", Single<TaskCreated>(task).Data.Fields.Title.Value);
        Assert.Equal([(2, "B"), (9, "C")], All<TaskUpdated>(task).Select(one => (one.Day, one.Data.Fields.Title.Value)));
    }

    [Fact]
    public void Transfers_and_unknown_entries_change_nothing_and_deleting_deletes()
    {
        Assert.Single(GitHub(GitHubRecord("{}", Event("transferred", 2), Event("commented", 3), Event("added_to_universe", 4), """{"event":"line-commented","created_at":null}""", "null", "{}", "7")).Events);
        Assert.Equal(4, Single<TaskDeleted>(GitHub(GitHubRecord("{}", Event("deleted", 4)))).Time.Day);
    }

    [Fact]
    public void What_came_before_the_creation_counts_from_it()
    {
        var task = GitHub(GitHubRecord("{}", """{"event":"labeled","created_at":"2020-01-01T00:00:00Z","label":{"name":"a"}}"""));
        Assert.All(task.Events, one => Assert.True(one.Time >= task.Created));
    }

    [Fact]
    public void A_mapping_file_decides_over_the_defaults()
    {
        var mapping = StatusMappingFile.Parse("""{"github":{"statuses":{"Open":"in-progress"},"resolutions":{"not_planned":"done"},"projects":{"acme/app":{"resolutions":{"duplicate":"done"}}}}}"""u8.ToArray()).GitHub;
        Assert.Equal(["01 10:00 Open (in-progress)", "05 10:00 Closed (done)"], Statuses(GitHub(GitHubRecord(Closed, Event("closed", 5, "\"state_reason\":\"not_planned\"")), mapping)));
        Assert.Equal("05 10:00 Closed (done)", Statuses(GitHub(GitHubRecord(Closed, Event("closed", 5, "\"state_reason\":\"duplicate\"")), mapping))[^1]);
    }

    [Theory]
    [InlineData("""{"repository":null}""", "{}", "repository: is missing")]
    [InlineData("{}", """{"number":null}""", "issue.number: is missing")]
    [InlineData("{}", """{"created_at":null}""", "issue.created_at: is missing")]
    [InlineData("{}", """{"created_at":"once"}""", "issue.created_at: \"once\" is no timestamp such as 2026-01-31T12:00:00Z")]
    [InlineData("{}", """{"state":"ajar"}""", "issue.state: expected one of open, closed, merged, found \"ajar\"")]
    [InlineData("""{"issue":null}""", "{}", "issue: is missing")]
    public void A_record_without_what_no_import_can_do_without_is_refused(string rest, string issue, string message)
    {
        var record = GitHubRecord(issue);
        foreach (var (name, value) in System.Text.Json.Nodes.JsonNode.Parse(rest)!.AsObject()) record[name] = value?.DeepClone();
        Assert.Equal(message, Assert.Throws<BadRecordException>(() => GitHub(record)).Message);
    }

    [Fact]
    public void The_repository_may_be_an_object_or_stand_in_the_issues_address()
    {
        var record = GitHubRecord("""{"repository_url":"https://api.github.com/repos/acme/site","html_url":"https://github.com/acme/site/issues/7"}""");
        record["repository"] = null;
        Assert.Equal(("acme/site", "https://github.com"), (GitHub(record).Project, GitHub(record).Source));
        record["repository"] = System.Text.Json.Nodes.JsonNode.Parse("""{"name":"app","full_name":"acme/app"}""");
        Assert.Equal("acme/app", GitHub(record).Project);
    }

    private static string Event(string name, int day, string more = "\"actor\":null") =>
        $$$"""{"event":"{{{name}}}","created_at":"2024-01-{{{day:00}}}T10:00:00Z",{{{more}}}}""";
}
