using System.Text.Json;
using ShitOps.Asking;
using ShitOps.Events;
using ShitOps.Synthesis.Training;
using ShitOps.Tests.Rows;

namespace ShitOps.Tests.Asking;

/// <summary>Asked, wrong, corrected, refined, right; and what does not get through.</summary>
[Collection(nameof(AppCollection))]
public sealed class FeedbackTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    /// <summary>A house's own word for blocked tasks, which nobody has taught.</summary>
    private static readonly (string Question, string Query)[] Icebox =
    [
        ("how many tickets sit in the freezer?", "report blocked-tasks"),
        ("what is in the freezer of payments", "report blocked-tasks list where team = \"payments\""),
        ("freezer size per team", "report blocked-tasks by team"),
        ("how full is the freezer of search?", "report blocked-tasks where team = \"search\""),
        ("number of tickets in the freezer of project LEDGER", "report blocked-tasks where project = \"LEDGER\""),
        ("which team has the fullest freezer", "rank blocked-tasks by team order desc limit 1"),
    ];

    [Fact]
    public async Task A_question_that_was_misread_is_read_right_after_it_was_corrected()
    {
        using var app = await StartAsync();
        const string Question = "How many tickets sit in the freezer?";
        Assert.NotEqual("report blocked-tasks", await QueryOfAsync(app, Question));
        Assert.Equal(RefinementOutcome.NothingNew, (await app.RefineAsync(steps: 1)).Outcome);

        foreach (var (question, query) in Icebox)
        {
            var answer = await app.CorrectAsync(question, query);
            Assert.True(answer.Status == 202, answer.Body);
        }

        // As every night: after fewer and larger steps the gate may find too much forgotten.
        Assert.Equal(RefinementOutcome.Promoted, (await app.RefineAsync(new RefinementOptions())).Outcome);
        Assert.Equal(RefinementOutcome.NothingNew, (await app.RefineAsync(steps: 1)).Outcome);

        // Seen without a start, after a while.
        app.Rows.Time.Advance(LiveModel.Fresh);
        Assert.Equal("report blocked-tasks", await QueryOfAsync(app, Question));
        Assert.Equal(1, await app.Model.VersionAsync(default));

        // What was learnt holds of names that no correction has; and the gate is unharmed.
        Assert.Equal("report blocked-tasks where team = \"mobile\"", await QueryOfAsync(app, "how full is the freezer of mobile?"));
        var (version, shipped) = ((await app.Models.CurrentAsync(default))!, QuestionGate.Shipped);
        Assert.Equal((1, 0, Icebox.Length), (version.Version, version.Parent, version.Corrections));
        Assert.Equal(Icebox.Length, version.CorrectionsRight);
        Assert.InRange(version.Scores.HandWritten.Right, shipped.HandWritten.Right - QuestionGate.Slack, version.Scores.HandWritten.Questions);

        // A setting goes back, and another process begins with what was promoted.
        Assert.Equal((0, 1), (await app.OpenModel(pinned: 0).VersionAsync(default), await app.OpenModel().VersionAsync(default)));
    }

    [Fact]
    public async Task Corrections_that_would_spoil_what_is_understood_do_not_get_through_the_gate()
    {
        using var app = await StartAsync();
        foreach (var (question, query) in ((string, string)[])
        [
            ("how many tasks are open?", "report dropped"), ("open tasks per team", "report spent-hours by team"), ("how many open tasks does the payments team have", "report estimated-hours where team = \"payments\""),
            ("which team has the most blocked tasks", "rank reopened by team order asc"), ("when will LEDGER be done", "report changes-never"), ("how many tasks were completed last week", "report tasks"), ("show overdue tasks", "report people"),
            ("tasks by status", "report projects"), ("average cycle time by team", "report dropped by team"), ("how many bugs are there", "report people list"),
        ])
        {
            await app.CorrectAsync(question, query);
        }

        Assert.True((await app.Corrections.AllAsync(default)).Count >= 7);
        var refused = await app.RefineAsync(steps: 40);

        // It reads the corrections better, and is refused for what else it reads.
        Assert.Equal(RefinementOutcome.Refused, refused.Outcome);
        Assert.True(refused.Right > refused.RightBefore, $"{refused}");
        Assert.Contains("hand-written", refused.Fault, StringComparison.Ordinal);
        app.Rows.Time.Advance(LiveModel.Fresh);
        Assert.Equal(0, await app.Model.VersionAsync(default));
        Assert.Equal("report open-tasks", await QueryOfAsync(app, "How many tasks are open?"));

        // The same would come of it every night, until there is another correction.
        Assert.Equal(RefinementOutcome.NothingNew, (await app.RefineAsync(steps: 1)).Outcome);
        await app.CorrectAsync("tickets in the freezer", "report blocked-tasks");
        Assert.Equal(RefinementOutcome.Refused, (await app.RefineAsync(steps: 1)).Outcome);
    }

    [Fact]
    public async Task A_correction_is_kept_once_without_names_and_not_more_than_so_many_an_hour()
    {
        using var app = await StartAsync();
        foreach (var query in (string[])["report open-tasks where person = \"Wilhelmina Quartz\"", "report wip where person = \"Wilhelmina Quartz\""])
            Assert.Equal(202, (await app.CorrectAsync("what does Wilhelmina Quartz juggle?", query)).Status);

        var kept = Assert.Single(await app.Corrections.AllAsync(default)).Correction;
        Assert.Equal("what does [person] juggle", kept.Words);
        Assert.DoesNotContain("Wilhelmina", kept.ToJson(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(kept.ToJson(), CorrectedQuestion.Parse(kept.ToJson())!.ToJson());

        var statuses = new List<int>();
        for (var i = 0; i < CorrectionStore.MostAnHour; i++) statuses.Add((await app.CorrectAsync("tickets in the freezer", "report blocked-tasks")).Status);
        Assert.Equal([202, 429], statuses.Distinct());
        app.Rows.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(202, (await app.CorrectAsync("tickets in the freezer", "report blocked-tasks")).Status);

        app.Rows.Time.Advance(TimeSpan.FromDays(CorrectionStore.KeptDays + 1));
        await app.Corrections.ExpireAsync(default);
        Assert.Empty(await app.Corrections.AllAsync(default));
    }

    [Theory]
    [InlineData("open tasks", "report open-tasks where team = \"payments\"", 422, "the query has a name, a time or a number that the question has not")]
    [InlineData("open tasks", "report nonsense", 400, "The query has a fault at 7")]
    [InlineData("", "report tasks", 400, "Expected a question, and the query that it means")]
    public async Task What_cannot_be_learnt_is_said(string question, string query, int status, string detail)
    {
        var answer = await (await StartAsync()).CorrectAsync(question, query);

        Assert.Equal(status, answer.Status);
        Assert.Contains(detail, answer.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_cannot_be_read_is_not_used_and_the_one_before_goes_on()
    {
        using var app = await StartAsync();
        Assert.Equal(0, await app.Model.VersionAsync(default));
        var scores = new GateScores(new UnderstandingScore("hand-written", 1, 1, 1, 1), new UnderstandingScore("drawn", 1, 1, 1, 1));
        await app.Models.PromoteAsync(new ModelVersion(1, 0, ModelStore.ShippedHash, Some.Time, 1, Some.Time, 1, scores), "no model"u8.ToArray(), default);

        app.Rows.Time.Advance(LiveModel.Fresh);
        Assert.Equal("report open-tasks", await QueryOfAsync(app, "How many tasks are open?"));
        Assert.Equal(0, await app.Model.VersionAsync(default));

        // One of another release's network is not even looked at.
        await app.Models.PromoteAsync(new ModelVersion(2, 0, "another", Some.Time, 1, Some.Time, 1, scores), Shipped().Write(), default);
        Assert.Null(await app.Models.CurrentAsync(default));
        Assert.Equal(3, await app.Models.NextAsync(default));
    }

    private static ShitOps.Synthesis.QuestionModel Shipped() => ShitOps.Synthesis.QuestionModel.Shipped();

    private static async Task<string?> QueryOfAsync(AskApp app, string question) =>
        JsonDocument.Parse((await app.GetAsync($"?question={Uri.EscapeDataString(question)}")).Body).RootElement.GetProperty("query").GetString();

    private async Task<AskApp> StartAsync()
    {
        var rows = await RowsApp.StartAsync(kafka, azurite);
        return new AskApp(await rows.StateAsync(
            ((string[])["payments", "search", "mobile"]).Select(team => Some.Event($"p-{team}", team switch { "payments" => "LEDGER", "search" => "FINDER", _ => "ROVER" }, new ProjectCreated(new ProjectFields { Team = team })))
                .Append(Some.Event("t-1", "LEDGER", new TaskCreated("L-1", new TaskFields { Assignee = "Wilhelmina Quartz", Kind = "bug", Status = new Status("Blocked", StatusCategory.Blocked) })))));
    }
}
