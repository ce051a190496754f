using ShitOps.Cli.Import.Jira;
using static ShitOps.Tests.Cli.Imported;

namespace ShitOps.Tests.Cli;

/// <summary>Status histories out of the times in each status. Days in the fields below are 86,400,000 ms; issues begin on day 1 at 10:00.</summary>
public class TimesInStatusTests
{
    [Fact]
    public void Times_add_up_from_creation_to_the_resolution()
    {
        Assert.Equal(
            ["01 10:00 Open (todo)", "03 10:00 In Progress (in-progress)", "05 10:00 Resolved (done)"],
            Statuses(Resolved("Resolved", "1:1:2", "3:1:2", "5:1:0")));
    }

    [Fact]
    public void The_order_of_the_entries_does_not_count()
    {
        Assert.Equal(Statuses(Resolved("Resolved", "1:1:2", "3:1:2", "5:1:0")), Statuses(Resolved("Resolved", "3:1:2", "5:1:0", "1:1:2")));
    }

    [Fact]
    public void A_patch_that_was_cancelled_alternates_and_its_visits_share_the_time()
    {
        Assert.Equal(
            ["01 10:00 Open (todo)", "02 10:00 Patch Available (in-progress)", "03 10:00 Open (todo)", "04 10:00 Patch Available (in-progress)", "05 10:00 Resolved (done)"],
            Statuses(Resolved("Resolved", "10002:2:2", "1:2:2", "5:1:0")));
    }

    [Fact]
    public void What_was_reopened_had_been_resolved_before()
    {
        Assert.Equal(
            ["01 10:00 Open (todo)", "02 10:00 Resolved (done)", "04 10:00 Reopened (todo)", "05 10:00 Resolved (done)"],
            Statuses(Resolved("Resolved", "1:1:1", "4:1:1", "5:2:2")));
    }

    [Fact]
    public void A_status_that_lasted_is_not_the_last()
    {
        Assert.Equal(
            ["01 10:00 Open (todo)", "02 10:00 Closed (done)", "04 10:00 Reopened (todo)", "05 10:00 Resolved (done)"],
            Statuses(Resolved("Resolved", "1:1:1", "4:1:1", "5:1:0", "6:1:2")));
    }

    [Fact]
    public void Closing_after_the_resolution_is_dated_by_its_time_in_resolved()
    {
        Assert.Equal(
            ["01 10:00 Open (todo)", "05 10:00 Resolved (done)", "07 10:00 Closed (done)"],
            Statuses(Resolved("Closed", "1:1:4", "6:1:0", "5:1:2")));
    }

    [Fact]
    public void Closing_that_the_times_do_not_have_is_dated_by_the_last_update()
    {
        Assert.Equal(
            ["01 10:00 Open (todo)", "05 10:00 Resolved (done)", "09 10:00 Closed (done)"],
            Statuses(Resolved("Closed", "1:1:4", "5:1:0")));
    }

    [Fact]
    public void The_resolution_counts_for_the_end_and_not_for_an_earlier_one()
    {
        var task = Jira(JiraRecord(Fields("Resolved", ["1:1:1", "4:1:1", "5:2:2"], """ "resolution":{"name":"Duplicate"}, """)));
        Assert.Equal(["01 10:00 Open (todo)", "02 10:00 Resolved (done)", "04 10:00 Reopened (todo)", "05 10:00 Resolved (cancelled)"], Statuses(task));
    }

    [Fact]
    public void The_resolution_date_goes_before_times_that_are_a_little_off()
    {
        var record = JiraRecord("""
            {"status":{"name":"Resolved","statusCategory":{"key":"done"}},"resolutiondate":"2024-01-05T10:00:00.000+0000","customfield_1":"1_*:*_1_*:*_345607000_*|*_5_*:*_1_*:*_0"}
            """);
        Assert.Equal(["01 10:00 Open (todo)", "05 10:00 Resolved (done)"], Statuses(Jira(record)));
    }

    [Fact]
    public void An_unknown_status_that_was_only_just_entered_is_the_present_one()
    {
        Assert.Equal(["01 10:00 Open (todo)", "05 10:00 Verified (done)"], Statuses(Resolved("Verified", "1:1:4", "777:1:0")));
    }

    [Fact]
    public void An_unknown_status_between_goes_by_its_id_unless_a_mapping_names_it()
    {
        string[] times = ["1:1:1", "777:1:3", "5:1:0"];
        Assert.Equal(
            ["01 10:00 Open (todo)", "02 10:00 Status 777 (in-progress)", "05 10:00 Resolved (done)"],
            Statuses(Resolved("Resolved", times)));
        Assert.Equal(
            ["01 10:00 Open (todo)", "02 10:00 Parked (blocked)", "05 10:00 Resolved (done)"],
            Statuses(Jira(JiraRecord(Fields("Resolved", times)), JiraMapping("""{"statusNames":{"777":"Parked"},"statuses":{"Parked":"blocked"}}"""))));
    }

    [Fact]
    public void An_issue_that_is_reopened_now_ends_reopened()
    {
        var record = JiraRecord("""
            {"status":{"name":"Reopened","statusCategory":{"key":"new"}},"customfield_99":"1_*:*_1_*:*_86400000_*|*_5_*:*_1_*:*_86400000_*|*_4_*:*_1_*:*_0"}
            """);
        Assert.Equal(["01 10:00 Open (todo)", "02 10:00 Resolved (done)", "03 10:00 Reopened (todo)"], Statuses(Jira(record)));
    }

    [Fact]
    public void Times_never_lie_after_the_last_update()
    {
        Assert.All(Resolved("Resolved", "1:1:900", "3:1:900", "5:1:0").Events, one => Assert.InRange(one.Time.Day, 1, 9));
    }

    [Fact]
    public void Absurd_counts_of_visits_still_end_in_the_records_status()
    {
        var many = string.Join("_*|*_", Enumerable.Range(100, 60).Select(id => $"{id}_*:*_2000000000_*:*_1000"));
        var record = JiraRecord($$"""{"status":{"name":"Resolved","statusCategory":{"key":"done"} },"resolutiondate":"2024-01-05T10:00:00.000+0000","customfield_1":"{{many}}"}""");
        Assert.Equal("05 10:00 Resolved (done)", Statuses(Jira(record))[^1]);
    }

    [Fact]
    public void More_visits_than_an_order_can_be_found_for_leave_what_the_dates_prove()
    {
        string[] expected = ["01 10:00 Open (todo)", "05 10:00 Resolved (done)"];
        Assert.Equal(expected, Statuses(Resolved("Resolved", "1:49998:1")));
        Assert.Equal(expected, Statuses(Resolved("Resolved", "1:2147483647:1", "3:2147483647:1")));
        Assert.True(Statuses(Resolved("Resolved", "1:499:1", "5:1:0")).Length >= 500);
    }

    [Fact]
    public void Times_beyond_the_calendar_end_with_the_record()
    {
        Assert.Equal(
            ["01 10:00 Open (todo)", "05 10:00 Resolved (done)"],
            Statuses(Resolved("Resolved", "1:1:3000000", "5:1:0")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("BBCOM-801")]
    [InlineData("1_*:*_1")]
    [InlineData("1_*:*_0_*:*_5")]
    [InlineData("1_*:*_x_*:*_5")]
    [InlineData("1_*:*_1_*:*_-5")]
    [InlineData("1_*:*_1_*:*_99999999999999999999")]
    [InlineData("1_*:*_1_*:*_5_*|*_1_*:*_1_*:*_5")]
    public void Text_of_another_form_is_no_time_in_status(string text)
    {
        Assert.Null(TimeInStatus.Parse(text));
    }

    private static ShitOps.Cli.Import.ImportedTask Resolved(string status, params string[] times) => Jira(JiraRecord(Fields(status, times)));

    /// <summary>The fields of an issue that was resolved on day 5 and last updated on day 9.</summary>
    /// <param name="status">The record's status, of category done.</param>
    /// <param name="times">Each <c>status id:visits:days</c>.</param>
    /// <param name="more">More fields.</param>
    private static string Fields(string status, string[] times, string more = "")
    {
        var value = string.Join("_*|*_", times.Select(time => time.Split(':')).Select(part => $"{part[0]}_*:*_{part[1]}_*:*_{long.Parse(part[2]) * 86_400_000}"));
        return $$"""{ {{more}}"status":{"name":"{{status}}","statusCategory":{"key":"done"} },"resolutiondate":"2024-01-05T10:00:00.000+0000","customfield_424242":"{{value}}"}""";
    }
}
