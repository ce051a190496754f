using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ShitOps.Events;
using ShitOps.Tests.Rows;

namespace ShitOps.Tests.Asking;

/// <summary><c>/api/ask</c> over a small organisation, whose answers are known.</summary>
[Collection(nameof(AppCollection))]
public sealed class AskTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    private static readonly Status ToDo = new("To Do", StatusCategory.Todo);
    private static readonly Status Doing = new("In Progress", StatusCategory.InProgress);
    private static readonly Status Stuck = new("Blocked", StatusCategory.Blocked);
    private static readonly Status Done = new("Done", StatusCategory.Done);

    private static Task<AskApp>? Shared;

    [Theory]
    [InlineData("report tasks", """[{"value":5}]""")]
    [InlineData("report open-tasks by team", """[{"team":"payments","value":2},{"team":"search","value":1}]""")]
    [InlineData("report open-tasks where person = \"Wilhelmina Quartz\"", """[{"value":1}]""")]
    [InlineData("report open-tasks by person", """[{"person":null,"value":1},{"person":"Balthasar Reed","value":1},{"person":"Wilhelmina Quartz","value":1}]""")]
    [InlineData("rank open-tasks by person order desc limit 1", """[{"person":"Balthasar Reed","value":1}]""")]
    [InlineData("report tasks by category", """[{"category":"todo","value":1},{"category":"in-progress","value":1},{"category":"blocked","value":1},{"category":"done","value":2}]""")]
    [InlineData("report tasks by status", """[{"status":"Blocked","value":1},{"status":"Done","value":2},{"status":"In Progress","value":1},{"status":"To Do","value":1}]""")]
    [InlineData("report blocked-tasks where project = \"LEDGER\"", """[{"value":1}]""")]
    [InlineData("report open-tasks where type = \"bug\"", """[{"value":1}]""")]
    [InlineData("report open-tasks on 2026-01-25", """[{"value":3}]""")]
    [InlineData("report open-tasks mean from 2026-01-25 to 2026-01-26", """[{"value":3}]""")]
    [InlineData("report completed from 2026-01-24 to 2026-01-30", """[{"value":2}]""")]
    [InlineData("report completed where person = \"Balthasar Reed\" from 2026-01-24 to 2026-01-30", """[{"value":1}]""")]
    [InlineData("compare completed from 2026-01-24 to 2026-01-28 versus from 2026-01-29 to 2026-01-31", """[{"value":1,"versus":1}]""")]
    [InlineData("trend completed from 2026-01-28 to 2026-01-30 step 1d",
        """[{"time":"2026-01-28T00:00:00Z","until":"2026-01-29T00:00:00Z","value":1},{"time":"2026-01-29T00:00:00Z","until":"2026-01-30T00:00:00Z","value":0},{"time":"2026-01-30T00:00:00Z","until":"2026-01-31T00:00:00Z","value":1}]""")]
    [InlineData("report lead-time from 2026-01-28 to 2026-01-28", """[{"value":691200}]""")]
    [InlineData("report overdue-tasks by project", """[{"project":"LEDGER","value":1}]""")]
    [InlineData("report task-age max where project = \"FINDER\"", """[{"value":259200}]""")]
    [InlineData("report projects by team", """[{"team":"payments","value":1},{"team":"search","value":1}]""")]
    [InlineData("report overdue-projects list", "LEDGER")]
    [InlineData("report due-date where project = \"LEDGER\"", """[{"project":"LEDGER","value":"2026-01-30"}]""")]
    [InlineData("rank due-date by project order asc limit 1", """[{"project":"LEDGER","value":"2026-01-30"}]""")]
    [InlineData("report people", """[{"value":2}]""")]
    [InlineData("report people list where project = \"LEDGER\"", """[{"person":"Balthasar Reed","projects":1,"tasksOpen":0,"allocatedHoursPerWeek":20},{"person":"Wilhelmina Quartz","projects":1,"tasksOpen":1,"allocatedHoursPerWeek":0}]""")]
    [InlineData("report allocated-hours by person", """[{"person":"Balthasar Reed","value":20}]""")]
    [InlineData("report allocated-hours on 2026-01-10", """[{"value":0}]""")]
    [InlineData("report completed list from 2026-01-28 to 2026-01-28", "L-1")]
    [InlineData("forecast completion-date where project = \"LEDGER\"", "[]")]
    public async Task Queries_are_answered_from_what_is_stored(string query, string rows)
    {
        var answer = await (await AppAsync()).GetAsync($"?format=rows&query={Uri.EscapeDataString(query)}");

        Assert.True(answer.Status == 200, answer.Body);
        if (rows[0] == '[') Assert.Equal(rows, answer.Body);
        else Assert.Contains($"\"{rows}\"", Assert.Single(answer.Rows).GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("report open-tasks list where team = \"mobile\"", "Nothing found: open-tasks where team = \"mobile\" as of now.")]
    [InlineData("report lead-time where project = \"FINDER\"", "Nothing found: lead-time where project = \"FINDER\" from 2026-01-02 until now.")]
    [InlineData("report lead-time by type from 2026-01-02 to 2026-01-03", "Nothing found: lead-time from 2026-01-02 to 2026-01-03.")]
    [InlineData("trend cycle-time where project = \"FINDER\" from 2026-01-20 to 2026-01-22 step 1d", "Nothing found: cycle-time where project = \"FINDER\" from 2026-01-20 to 2026-01-22.")]
    [InlineData("compare lead-time on 2026-01-10 versus on 2026-01-11", "Nothing found: lead-time on 2026-01-10 versus on 2026-01-11.")]
    [InlineData("report completed list from 2026-02-10 to 2026-02-11", "Nothing found: completed from 2026-02-10 to 2026-02-11, which has not begun.")]
    [InlineData("forecast completion-date by team", "Nothing found: completion-date as of now.")]
    public async Task What_finds_nothing_says_within_which_bounds(string query, string nothing)
    {
        Assert.Equal(nothing, await NothingOfAsync(await AppAsync(), query));
    }

    [Theory]
    [InlineData("report open-tasks where team = \"mobile\"")]
    [InlineData("report lead-time from 2026-01-28 to 2026-01-28")]
    [InlineData("compare lead-time on 2026-01-10 versus on 2026-01-28")]
    public async Task What_finds_something_or_none_says_nothing_of_bounds(string query)
    {
        Assert.Null(await NothingOfAsync(await AppAsync(), query));
    }

    [Fact]
    public async Task Where_a_project_has_no_forecast_it_is_said_why()
    {
        using var app = await StartAsync(At(2, "EMPTY", "p3", new ProjectCreated(new ProjectFields { Name = "Empty" })));
        Assert.Equal(
            "Nothing found: completion-date where project = \"EMPTY\", \"LEDGER\", \"NOWHERE\" as of now. EMPTY: it has no tasks."
            + " LEDGER: it was not forecast yet; new projects are within some minutes, unless many events wait. NOWHERE: no event has told of such a project.",
            await NothingOfAsync(app, "forecast completion-date where project = \"LEDGER\", \"NOWHERE\", \"EMPTY\""));

        await app.Rows.Forecaster.RunAsync(default);

        Assert.Equal(
            "Nothing found: expected-tasks where project = \"LEDGER\" on 2026-03-01. LEDGER: not enough history: 1 week, with 2 items done in the last 1; at least 8 weeks and 10 items are needed.",
            await NothingOfAsync(app, "forecast expected-tasks where project = \"LEDGER\" on 2026-03-01"));
    }

    private static async Task<string?> NothingOfAsync(AskApp app, string query)
    {
        var answer = await app.GetAsync($"?query={Uri.EscapeDataString(query)}");
        Assert.True(answer.Status == 200, answer.Body);
        return JsonDocument.Parse(answer.Body).RootElement.TryGetProperty("nothing", out var nothing) ? nothing.GetString() : null;
    }

    [Theory]
    [InlineData("How many tasks are open?", "report open-tasks", 3)]
    [InlineData("How many open tasks does the payments team have?", "report open-tasks where team = \"payments\"", 2)]
    [InlineData("how many open tasks does the ledger project have", "report open-tasks where project = \"LEDGER\"", 2)]
    [InlineData("how many bugs are open?", "report open-tasks where type = \"bug\"", 1)]
    [InlineData("How many tasks did Balthasar finish in January?", "report completed where person = \"Balthasar Reed\" from 2026-01-01 to 2026-01-31", 1)]
    public async Task Questions_are_understood_with_the_names_that_are_stored(string question, string query, int value)
    {
        var answer = await (await AppAsync()).GetAsync($"?question={Uri.EscapeDataString(question)}");

        var json = JsonDocument.Parse(answer.Body).RootElement;
        Assert.Equal(query, json.GetProperty("query").GetString());
        Assert.True(json.GetProperty("sure").GetBoolean());
        Assert.Equal(value, Assert.Single(json.GetProperty("rows").EnumerateArray()).GetProperty("value").GetInt32());
        Assert.Equal([value], json.GetProperty("frames")[0].GetProperty("data").GetProperty("values")[0].EnumerateArray().Select(cell => cell.GetInt32()));
        var plan = json.GetProperty("plan");
        Assert.Equal(plan.GetProperty("chosen").GetString(), answer.Headers["x-shitops-plan"]);
        Assert.Contains(plan.GetProperty("candidates").EnumerateArray(), one => one.GetString() == answer.Headers["x-shitops-plan"]);
        Assert.True(plan.GetProperty("requests").GetInt32() > 0);
    }

    [Fact]
    public async Task A_trend_by_groups_is_a_frame_for_each()
    {
        var answer = await (await AppAsync()).PostAsync("""{"query":"trend open-tasks by team from 2026-01-29 to 2026-01-30 step 1d","format":"frames"}""");

        var frames = JsonDocument.Parse(answer.Body).RootElement.EnumerateArray().ToList();
        Assert.Equal(["payments", "search"], frames.Select(frame => frame.GetProperty("schema").GetProperty("name").GetString()));
        Assert.Equal("""[[1769644800000,1769731200000],[1769731200000,1769817600000],[3,2]]""", frames[0].GetProperty("data").GetProperty("values").GetRawText());
        Assert.Equal("""{"name":"value","type":"number","labels":{"team":"payments"}}""", frames[0].GetProperty("schema").GetProperty("fields")[2].GetRawText());
    }

    [Fact]
    public async Task What_it_is_not_sure_of_is_not_answered_but_shown()
    {
        // Both have the first name.
        using var app = await StartAsync(Task("FINDER", "F-2", new TaskFields { Assignee = "Wilhelmina Mason", Status = ToDo }));
        var json = JsonDocument.Parse((await app.GetAsync("?question=open+tasks+of+Wilhelmina")).Body).RootElement;

        Assert.False(json.GetProperty("sure").GetBoolean());
        Assert.False(json.TryGetProperty("rows", out _));
        var readings = json.GetProperty("readings").EnumerateArray().Select(reading => reading.GetProperty("query").GetString()!).ToList();
        Assert.Contains("report open-tasks where person = \"Wilhelmina Mason\"", readings);
        Assert.Contains("report open-tasks where person = \"Wilhelmina Quartz\"", readings);
        Assert.Equal("""[{"value":1}]""", (await app.GetAsync($"?format=rows&query={Uri.EscapeDataString(readings[0])}")).Body);
    }

    [Fact]
    public async Task What_cannot_be_answered_is_refused_with_what_can_be()
    {
        var json = JsonDocument.Parse((await (await AppAsync()).GetAsync("?question=what+is+the+weather+like+in+Paris%3F")).Body).RootElement;

        Assert.Equal(JsonValueKind.Null, json.GetProperty("query").ValueKind);
        Assert.StartsWith("I can't answer that", json.GetProperty("refusal").GetString(), StringComparison.Ordinal);
        Assert.Contains("I can answer", json.GetProperty("refusal").GetString(), StringComparison.Ordinal);
        Assert.False(json.TryGetProperty("rows", out _));
    }

    [Theory]
    [InlineData("", "There is nothing to answer; expected question, in words, or query, a line as docs/asking.md describes it.")]
    [InlineData("?question=a&query=report+tasks", "There are a question and a query; expected one of them.")]
    [InlineData("?query=report+nonsense", "The query has a fault at 7:")]
    [InlineData("?query=report+tasks&format=xml", "format is \"xml\"; expected all, rows or frames.")]
    [InlineData("?q=open+tasks", "The parameter \"q\" is not known here. Known are: question, query, format.")]
    [InlineData("?query=trend+tasks+from+2000-01-01+to+2020-01-01+step+1h", "expected at most 10,000: take a longer step or a shorter span.")]
    public async Task What_is_wrong_is_said(string address, string detail)
    {
        var answer = await (await AppAsync()).GetAsync(address);

        Assert.Equal(400, answer.Status);
        Assert.Contains(detail, answer.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("{\"question\":1}")]
    [InlineData("{\"question\":\"\\ud800\"}")]
    [InlineData("question")]
    public async Task A_body_that_is_no_question_is_refused(string body)
    {
        var answer = await (await AppAsync()).PostAsync(body);

        Assert.Equal(400, answer.Status);
        Assert.Contains("expected a JSON object whose members are texts: question, query, format.", answer.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_that_is_too_long_is_refused_before_it_is_read()
    {
        var app = await AppAsync();
        var answer = await RowsAnswer.OfAsync("ask", request =>
        {
            request.Method = HttpMethods.Post;
            request.Path = "/api/ask";
            request.ContentType = "application/x-www-form-urlencoded";
            request.ContentLength = (64 << 10) + 1;
            request.Body = new UnreadStream();
            return app.RunAsync(request);
        });

        Assert.Equal(400, answer.Status);
        Assert.Equal("The form has more than 65536 bytes; expected a question or a query.", answer.Detail);
    }

    [Fact]
    public async Task An_explanation_has_every_plan_and_what_the_cheapest_touches()
    {
        var app = await AppAsync();
        var json = JsonDocument.Parse((await app.ExplainAsync($"?run=true&query={Uri.EscapeDataString("report open-tasks where project = \"LEDGER\"")}")).Body).RootElement;

        var plans = json.GetProperty("plans").EnumerateArray().ToList();
        Assert.Equal(plans.Select(plan => plan.GetProperty("expectedMs").GetDouble()).Order(), plans.Select(plan => plan.GetProperty("expectedMs").GetDouble()));
        Assert.Contains(plans, plan => plan.GetProperty("plan").GetString() == "tasks/all/16" && plan.GetProperty("rows").GetInt32() == 8);
        Assert.Contains(plans, plan => plan.GetProperty("plan").GetString() == "sums/listed/1" && plan.GetProperty("requests").GetInt32() == 2);
        Assert.Contains(plans, plan => plan.GetProperty("plan").GetString() == json.GetProperty("spent").GetProperty("plan").GetString());
        Assert.True(json.GetProperty("spent").GetProperty("requests").GetInt32() >= 2);
        var nodes = json.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("id").GetString()).ToList();
        Assert.Equal(["query", "plan"], nodes.Take(2));
        Assert.All(json.GetProperty("edges").EnumerateArray(), edge => Assert.Contains(edge.GetProperty("target").GetString(), nodes));

        // All four slices.
        Assert.Equal(6, JsonDocument.Parse((await app.ExplainAsync("?format=nodes&query=report+tasks+by+team")).Body).RootElement.GetArrayLength());
    }

    [Fact]
    public async Task What_queries_took_is_logged_without_names_and_learnt_from_by_the_next_process()
    {
        using var app = await StartAsync();
        for (var i = 0; i < 3; i++) await app.GetAsync($"?query={Uri.EscapeDataString("report open-tasks where project = \"LEDGER\" and person = \"Balthasar Reed\"")}");
        await app.Log.FlushAsync(default);

        var logged = (await app.Log.LatestAsync(100, default)).Where(one => one.Shape.Contains("person", StringComparison.Ordinal)).ToList();
        Assert.Equal(["open-tasks project=1 person=1", "open-tasks project=1 person=1", "open-tasks project=1 person=1"], logged.Select(one => one.Shape));
        Assert.All(logged, one => Assert.True(one is { SpentMs: > 0, Requests: > 0, Rows: 1, Propensity: > 0 and <= 1 } && one.Candidates > 6, $"{one}"));
        Assert.Equal(2, (await app.Log.LatestAsync(2, default)).Count);

        // A month later they are gone.
        var then = app.Rows.Time.GetUtcNow();
        app.Rows.Time.Advance(TimeSpan.FromDays(32));
        await app.Log.ExpireAsync(default);
        app.Rows.Time.AdjustTime(then);
        Assert.Empty(await app.Log.LatestAsync(100, default));
    }

    private static Event Task(string project, string task, TaskFields fields, int day = 28) => At(day, project, $"{task}-new", new TaskCreated(task, fields));

    private static Event At(int day, string project, string id, EventData data) => Some.Event(id, project, data) with { Time = new DateTimeOffset(2026, 1, day, 12, 0, 0, TimeSpan.Zero) };

    /// <summary>Two projects, which all tests read; now is 2026-01-31T12:00Z.</summary>
    private Task<AskApp> AppAsync() => Shared ??= StartAsync();

    private async Task<AskApp> StartAsync(params Event[] more)
    {
        var rows = await RowsApp.StartAsync(kafka, azurite);
        return new AskApp(await rows.StateAsync([
            At(2, "LEDGER", "p1", new ProjectCreated(new ProjectFields { Name = "Ledger", Team = "payments", Status = Doing, Due = new DateOnly(2026, 1, 30) })),
            At(3, "FINDER", "p2", new ProjectCreated(new ProjectFields { Name = "Finder", Team = "search", Status = Doing })),
            Task("LEDGER", "L-1", new TaskFields { Status = ToDo, Assignee = "Balthasar Reed" }, 20),
            At(28, "LEDGER", "e1", new TaskStatusChanged("L-1", Done)),
            Task("LEDGER", "L-2", new TaskFields { Status = Doing, Assignee = "Wilhelmina Quartz", Due = new DateOnly(2026, 1, 29) }, 21),
            Task("LEDGER", "L-3", new TaskFields { Status = ToDo }, 22),
            At(29, "LEDGER", "e2", new TaskStatusChanged("L-3", Stuck)),
            Task("LEDGER", "L-4", new TaskFields { Status = ToDo, Team = "payments" }, 29),
            At(30, "LEDGER", "e3", new TaskStatusChanged("L-4", Done)),
            Task("FINDER", "F-1", new TaskFields { Status = ToDo, Kind = "bug", Assignee = "Balthasar Reed" }, 28),
            At(15, "LEDGER", "a1", new ResourceAllocated("a-1", "Balthasar Reed", 20, new DateOnly(2026, 1, 15), null, null)),
            .. more,
        ]));
    }

    /// <summary>A body of which nothing is read.</summary>
    private sealed class UnreadStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new InvalidOperationException("it is read");
    }
}
