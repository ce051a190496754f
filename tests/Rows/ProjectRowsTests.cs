using System.Text.Json;
using Azure.Data.Tables;
using ShitOps.Events;

namespace ShitOps.Tests.Rows;

/// <summary><c>GET /api/rows/projects</c>, and what all routes of rows have in common, over a real store.</summary>
[Collection(nameof(AppCollection))]
public class ProjectRowsTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    private static readonly Status Todo = new("To Do", StatusCategory.Todo);
    private static readonly Status Doing = new("Doing", StatusCategory.InProgress);
    private static readonly Status Done = new("Done", StatusCategory.Done);

    [Fact]
    public async Task A_row_has_the_fields_of_the_project_and_the_sums_over_its_tasks()
    {
        var owner = Some.Name("Gene");
        using var app = await (await StartAsync()).StateAsync(
            At(0, new ProjectCreated(new() { Name = "Apollo, the \"moon\"", Team = "flight", Owner = owner, Status = new Status("Running", StatusCategory.InProgress), Start = new DateOnly(2026, 1, 1), Due = new DateOnly(2026, 6, 30) })),
            At(0, new ResourceAllocated("a-1", "Neil", 20, new DateOnly(2026, 1, 31), new DateOnly(2026, 1, 31), null)),
            At(0, new ResourceAllocated("a-2", "Neil", 7.5, new DateOnly(2026, 1, 1), null, "pilot")),
            At(0, new ResourceAllocated("a-3", "Buzz", 40, new DateOnly(2026, 2, 1), null, null)),
            At(0, new ResourceAllocated("a-4", "Mike", 40, new DateOnly(2026, 1, 1), new DateOnly(2026, 1, 30), null)),
            At(0, new ResourceAllocated("a-5", "Mike", 40, new DateOnly(2026, 1, 1), null, null)),
            At(1, new ResourceReleased("a-5")),
            At(0, new TaskCreated("done", new() { Status = Todo, EstimateHours = 1.5 })),
            At(0, new TaskCreated("open", new() { Status = Todo })),
            At(0, new TaskCreated("flagged", new() { Status = Doing })),
            At(0, new TaskCreated("waits", new() { Status = new Status("Waiting", StatusCategory.Blocked) })),
            At(0, new TaskCreated("dropped", new() { Status = new Status("Rejected", StatusCategory.Cancelled) })),
            At(0, new TaskCreated("deleted", new() { Status = Doing, EstimateHours = 100 })),
            At(2, new TaskStatusChanged("done", Doing)),
            At(12, new TaskStatusChanged("done", Done)),
            At(3, new TaskEstimated("done", default, 0.25, 2)),
            At(3, new TaskBlocked("flagged", "no fuel")),
            At(4, new TaskDeleted("deleted")));

        var answer = await app.GetAsync("projects");

        // 12 h fall into the bucket from 41,236 … (√2 × 8 h) to 57,600 s (16 h), 10 h into the one from 28,800 to 40,729 s; half and 85 % of one.
        var row = Assert.Single(answer.Rows);
        Assert.Equal(
            $$"""
            {"project":"APOLLO","name":"Apollo, the \"moon\"","team":"flight","owner":"{{owner}}","ownerId":"{{RowsApp.PersonIdOf(owner)}}","status":"Running","category":"in-progress","start":"2026-01-01","due":"2026-06-30",
            "tasksCreated":5,"tasksTodo":1,"tasksInProgress":1,"tasksBlockedStatus":1,"tasksDone":1,"tasksCancelled":1,"tasksOpen":3,"tasksBlocked":2,"wip":2,
            "estimateHours":1.5,"remainingHours":0.25,"spentHours":2,"completions":1,"reopenings":0,"cancellations":1,
            "leadTimeMeanSeconds":43200,"leadTimeP50Seconds":49164.5,"leadTimeP85Seconds":55069.35,"cycleTimeMeanSeconds":36000,"cycleTimeP50Seconds":34764.5,"cycleTimeP85Seconds":38939.65,
            "allocations":2,"allocatedHoursPerWeek":27.5,"resources":1,"firstStated":"2026-01-30T00:00:00Z","lastStated":"2026-01-30T01:00:00Z","lastWritten":{{row.GetProperty("lastWritten").GetRawText()}}}
            """.ReplaceLineEndings(""),
            row.GetRawText());
        Assert.InRange(row.GetProperty("lastWritten").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
        Assert.Equal("application/json; charset=utf-8", answer.Headers.ContentType);
        Assert.Null(answer.Continuation);
        Assert.Equal(answer.Body, (await app.GetAsync("projects/APOLLO")).Body);
    }

    [Fact]
    public async Task A_project_of_which_only_a_task_is_known_has_every_column_too()
    {
        using var app = await (await StartAsync()).StateAsync(At(0, new TaskDeleted("T"), "only a task"), At(0, new ProjectCreated(new()), "only itself"));

        var rows = (await app.GetAsync("projects")).Rows;

        Assert.Equal(["only a task", "only itself"], rows.Select(row => row.GetProperty("name").GetString()).Order());
        Assert.Single(rows.Select(row => string.Join(',', row.EnumerateObject().Select(cell => cell.Name))).Distinct());
        Assert.All(rows, row => Assert.Equal((0, JsonValueKind.Null, JsonValueKind.Null), (row.GetProperty("tasksCreated").GetInt32(), row.GetProperty("team").ValueKind, row.GetProperty("leadTimeMeanSeconds").ValueKind)));
    }

    [Fact]
    public async Task Pages_of_any_size_have_each_project_once()
    {
        var projects = Enumerable.Range(0, 23).Select(i => $"P-{i}").ToArray();
        using var app = await (await StartAsync()).StateAsync(projects.Select((project, i) => At(0, new ProjectCreated(new() { Team = i % 3 == 0 ? "red" : "blue" }), project)));

        foreach (var limit in Enumerable.Range(1, 24))
        {
            Assert.Equal(projects.Order(), (await app.PagesAsync("projects", limit)).Select(row => row.GetProperty("project").GetString()!).Order());
            var named = string.Join('&', projects.Select(project => $"project={project}"));
            Assert.Equal(projects.Order(StringComparer.Ordinal), (await app.PagesAsync($"projects?{named}", limit)).Select(row => row.GetProperty("project").GetString()!));
        }

        // Reading on behind the last one that passed the filter may find nothing more.
        List<string> red = [];
        string? token = null;
        do
        {
            var page = await app.GetAsync($"projects?team=red&limit=2{(token is null ? "" : $"&continuation={token}")}");
            Assert.True(page.Continuation is null || page.Rows.Length == 2);
            red.AddRange(page.Texts("project")!);
            token = page.Continuation;
        }
        while (token is not null);

        Assert.Equal(projects.Where((_, i) => i % 3 == 0).Order(), red.Order());
    }

    [Fact]
    public async Task A_listing_goes_on_behind_a_project_that_it_stopped_at_whatever_is_added_meanwhile()
    {
        using var app = await (await StartAsync(slices: 1)).StateAsync(new[] { "b", "d", "f" }.Select(project => At(0, new ProjectCreated(new()), project)));

        var first = await app.GetAsync("projects?limit=2");
        await app.StateAsync(new[] { "a", "e", "g" }.Select(project => At(0, new ProjectCreated(new()), project)));
        var rest = await app.GetAsync($"projects?limit=10&continuation={first.Continuation}");

        Assert.Equal(["b", "d"], first.Texts("project"));
        Assert.Equal(["e", "f", "g"], rest.Texts("project"));
    }

    [Theory]
    [InlineData("projects", "projects?project=A&project=B")]
    [InlineData("projects?team=red", "projects?team=blue")]
    [InlineData("projects?project=A&project=B", "projects?project=A,B")]
    [InlineData("tasks?project=A", "tasks?project=B")]
    [InlineData("tasks", "tasks?open=true")]
    [InlineData("teams", "teams?team=red")]
    [InlineData("history?project=A&from=2026-01-01", "history?project=A&from=2026-01-01&step=1w")]
    public async Task A_token_is_of_the_filters_that_it_was_given_for(string query, string other)
    {
        using var app = await (await StartAsync()).StateAsync(
            from project in new[] { "A", "B" } from task in new[] { "1", "2" } select At(0, new TaskCreated(task, new() { Team = $"red {task}" }), project));
        await app.StateAsync(At(0, new ProjectUpdated(new() { Team = "red" }), "A"), At(0, new ProjectUpdated(new() { Team = "red" }), "B"));
        var token = (await app.GetAsync($"{query}{(query.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit=1")).Continuation!;

        var answer = await app.GetAsync($"{other}&continuation={token}");

        Assert.Equal((400, "the continuation token belongs to another query: ask with the filters that it was given for, or begin again without it."), (answer.Status, answer.Detail));
    }

    [Fact]
    public async Task A_token_goes_on_with_another_limit_and_format_and_with_the_same_filters_in_any_order()
    {
        using var app = await (await StartAsync()).StateAsync(new[] { "A", "B", "C" }.Select(project => At(0, new ProjectCreated(new() { Team = "red" }), project)));
        var token = (await app.GetAsync("projects?project=C&project=B&project=A&team=red&limit=1")).Continuation;

        Assert.Equal(["B", "C"], (await app.GetAsync($"projects?team=red&project=A&project=B&project=C&limit=9&continuation={token}")).Texts("project"));
        Assert.Equal(3, CsvText.Read((await app.GetAsync($"projects?team=red&team=&project=B&project=A&project=C&project=A&format=csv&continuation={token}")).Body).Count);
    }

    [Theory]
    [InlineData("", "A B C")]
    [InlineData("?team=red", "A")]
    [InlineData("?team=red&team=blue", "A B")]
    [InlineData("?team=", "A B C")]
    [InlineData("?team=Red", "")]
    [InlineData("?status=In%20Flight", "B")]
    [InlineData("?status=In+Flight", "B")]
    [InlineData("?category=in-progress", "B")]
    [InlineData("?category=todo&category=in-progress", "A B")]
    [InlineData("?owner=Ann", "A")]
    [InlineData("?owner=ID-OF-ANN&owner=Bob", "A B")]
    [InlineData("?project=A&project=Z", "A")]
    [InlineData("?project=A&team=blue", "")]
    public async Task Filters(string query, string expected)
    {
        using var app = await (await StartAsync()).StateAsync(
            At(0, new ProjectCreated(new() { Team = "red", Owner = "Ann", Status = Todo }), "A"),
            At(0, new ProjectCreated(new() { Team = "blue", Owner = "Bob", Status = new Status("In Flight", StatusCategory.InProgress) }), "B"),
            At(0, new TaskCreated("T", new()), "C"));

        var answer = await app.GetAsync($"projects{query.Replace("ID-OF-ANN", RowsApp.PersonIdOf("Ann"), StringComparison.Ordinal)}");

        Assert.Equal(expected, string.Join(' ', answer.Texts("project").Order()));
    }

    [Theory]
    [InlineData("projects?limt=5", "The parameter \"limt\" is not known here. Known are: project, team, owner, status, category, limit, continuation, format.")]
    [InlineData("projects/A?team=red", "The parameter \"team\" is not known here. Known are: format.")]
    [InlineData("teams?Team=red", "The parameter \"Team\" is not known here. Known are: team, limit, continuation, format.")]
    [InlineData("projects?limit=0", "limit is \"0\"; expected a number from 1 to 10000.")]
    [InlineData("projects?limit=10001", "limit is \"10001\"; expected a number from 1 to 10000.")]
    [InlineData("projects?limit=-1", "limit is \"-1\"; expected a number from 1 to 10000.")]
    [InlineData("projects?limit=ten", "limit is \"ten\"; expected a number from 1 to 10000.")]
    [InlineData("projects?limit=1&limit=2", "limit stands there 2 times; expected once.")]
    [InlineData("projects?format=xml", "format is \"xml\"; expected json, csv.")]
    [InlineData("projects?category=Done", "category is \"Done\"; expected todo, in-progress, blocked, done, cancelled.")]
    [InlineData("projects?continuation=x", "continuation is no token of /api/rows/projects, or the table was built anew meanwhile; begin again without it.")]
    [InlineData("projects?continuation=bnVsbA", "continuation is no token of /api/rows/projects, or the table was built anew meanwhile; begin again without it.")]
    [InlineData("projects?continuation=WyIxIHJvd3MvdGFza3MgNCIsIkEiXQ", "continuation is no token of /api/rows/projects, or the table was built anew meanwhile; begin again without it.")]
    [InlineData("tasks?category=open", "category is \"open\"; expected todo, in-progress, blocked, done, cancelled.")]
    [InlineData("tasks?open=yes", "open is \"yes\"; expected true or false.")]
    [InlineData("tasks?blocked=1", "blocked is \"1\"; expected true or false.")]
    [InlineData("tasks?project=A&project=B", "project stands there 2 times; expected once.")]
    [InlineData("history", "project is missing: name the one whose history is wanted.")]
    [InlineData("history?project=A&step=30m", "step is \"30m\"; expected whole hours, such as 1h, 6h, 1d or 1w; history is kept by the hour.")]
    [InlineData("history?project=A&step=0h", "step is \"0h\"; expected whole hours, such as 1h, 6h, 1d or 1w; history is kept by the hour.")]
    [InlineData("history?project=A&step=day", "step is \"day\"; expected whole hours, such as 1h, 6h, 1d or 1w; history is kept by the hour.")]
    [InlineData("history?project=A&step=99999999999999999999h", "step is \"99999999999999999999h\"; expected whole hours, such as 1h, 6h, 1d or 1w; history is kept by the hour.")]
    [InlineData("history?project=A&from=yesterday", "from is \"yesterday\"; expected a time such as 2026-01-31T12:00:00Z, a date such as 2026-01-31, or seconds or milliseconds since 1970.")]
    [InlineData("history?project=A&from=2026-02-30", "from is \"2026-02-30\"; expected a time such as 2026-01-31T12:00:00Z, a date such as 2026-01-31, or seconds or milliseconds since 1970.")]
    [InlineData("history?project=A&to=9223372036854775807", "to is \"9223372036854775807\"; expected a time such as 2026-01-31T12:00:00Z, a date such as 2026-01-31, or seconds or milliseconds since 1970.")]
    [InlineData("history?project=A&to=-9223372036854775808", "to is \"-9223372036854775808\"; expected a time such as 2026-01-31T12:00:00Z, a date such as 2026-01-31, or seconds or milliseconds since 1970.")]
    [InlineData("history?project=A&from=2026-01-02&to=2026-01-01T00:00:00Z", "to is not behind from: nothing lies between 2026-01-02 and 2026-01-01T00:00:00Z.")]
    [InlineData("history?project=A&from=2020-01-01&step=1h", "From 2020-01-01 to 2026-01-31 there are 53,340 steps of 1 h; at most 11,000 are answered: take a longer step or a shorter range.")]
    public async Task What_is_wrong_with_a_request_is_said(string address, string detail)
    {
        using var app = await (await StartAsync()).StateAsync(At(0, new ProjectCreated(new()), "A"));

        var answer = await app.GetAsync(address);

        Assert.Equal((400, "application/problem+json; charset=utf-8", detail), (answer.Status, answer.Headers.ContentType.ToString(), answer.Detail));
    }

    [Theory]
    [InlineData("projects/Apolo")]
    [InlineData("tasks?project=Apolo")]
    [InlineData("history?project=Apolo")]
    [InlineData("resources?project=APOLLO&project=Apolo")]
    public async Task An_unknown_project_is_not_found(string address)
    {
        using var app = await (await StartAsync()).StateAsync(At(0, new ProjectCreated(new())));

        var answer = await app.GetAsync(address);

        Assert.Equal((404, "No event about the project \"Apolo\" is aggregated; letter case counts. /api/rows/projects lists those that are known, and /api/health says how many events wait."), (answer.Status, answer.Detail));
    }

    [Theory]
    [InlineData("projects")]
    [InlineData("tasks")]
    [InlineData("resources")]
    [InlineData("teams")]
    public async Task Where_nothing_is_known_there_are_no_rows(string route)
    {
        using var app = await StartAsync();

        Assert.Equal("[]", (await app.GetAsync(route)).Body);
        var csv = await app.GetAsync($"{route}?format=csv");
        Assert.Single(CsvText.Read(csv.Body));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("*/*", false)]
    [InlineData("text/html", false)]
    [InlineData("image/png;q=0.1", false)]
    [InlineData("no media type", false)]
    [InlineData("application/json, text/csv;q=0.5", false)]
    [InlineData("text/csv;q=0", false)]
    [InlineData("text/csv", true)]
    [InlineData("TEXT/CSV; charset=utf-8", true)]
    [InlineData("text/csv, */*;q=0.1", true)]
    [InlineData("text/csv, */*", true)]
    [InlineData("text/csv;q=0.5, */*;q=0.5", true)]
    [InlineData("*/*, text/csv;q=0.1", false)]
    [InlineData("application/*, text/csv;q=0.9", false)]
    [InlineData("application/*;q=0.5, text/csv;q=0.9", true)]
    [InlineData("*/*, application/json;q=0.1, text/csv;q=0.2", true)]
    [InlineData("text/*", true)]
    [InlineData("text/*, text/csv;q=0", false)]
    [InlineData("text/*, text/csv;q=0.1, application/json;q=0.2", false)]
    [InlineData("text/csv;charset=utf-8;q=0.1, text/csv, application/json;q=0.5", false)]
    [InlineData("text/csv, application/json", false)]
    [InlineData("text/csv;q=0, application/json;q=0", false)]
    [InlineData("application/json;q=0.2, text/csv", true)]
    public async Task Accept_chooses_between_JSON_and_CSV_and_is_never_refused(string? accept, bool isCsv)
    {
        using var app = await StartAsync();

        var answer = await app.GetAsync("projects", accept);

        Assert.Equal((200, isCsv ? "text/csv; charset=utf-8; header=present" : "application/json; charset=utf-8"), (answer.Status, answer.Headers.ContentType.ToString()));
        Assert.Equal("application/json; charset=utf-8", (await app.GetAsync("projects?format=json", accept)).Headers.ContentType);
        Assert.StartsWith("text/csv", (await app.GetAsync("projects?format=csv", accept)).Headers.ContentType, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(HostileNames))]
    public async Task Hostile_names_survive(string name)
    {
        using var app = await (await StartAsync()).StateAsync(
            At(0, new ProjectCreated(new() { Name = name, Team = name }), name),
            At(0, new TaskCreated(name, new() { Title = name, Status = new Status(name, StatusCategory.Todo), Labels = new(true, [name]) }), name),
            At(0, new ProjectCreated(new()), "zz"));
        var escaped = Uri.EscapeDataString(name);

        Assert.Equal([name], (await app.GetAsync($"projects/{escaped}")).Texts("project"));
        Assert.Equal([name], (await app.GetAsync($"projects?project={escaped}&team={escaped}")).Texts("name"));
        Assert.Equal(new[] { name, "zz" }.Order(), (await app.PagesAsync("projects", 1)).Select(row => row.GetProperty("project").GetString()!).Order());
        var task = Assert.Single((await app.GetAsync($"tasks?project={escaped}&status={escaped}&team={escaped}")).Rows);
        Assert.Equal([name, name, name, name], new[] { "task", "title", "status", "labels" }.Select(column => task.GetProperty(column).GetString()));
        Assert.Single((await app.GetAsync($"teams?team={escaped}")).Rows);
        Assert.Equal([name], (await app.GetAsync($"history?project={escaped}&step=1w")).Texts("project").Distinct());

        var csv = CsvText.Read((await app.GetAsync($"tasks?project={escaped}", "text/csv")).Body);
        var expected = "=+-@\t\r\n'".Contains(name[0], StringComparison.Ordinal) ? $"'{name}" : name;
        Assert.Equal(2, csv.Count);
        Assert.Equal(task.EnumerateObject().Select(cell => cell.Name), csv[0]);
        Assert.Equal([expected, expected, expected], csv[1][..3]);
    }

    public static TheoryData<string> HostileNames() =>
    [
        "a/b", "a\\b", "..", ".", "a%2Fb", "a?b#c&d=e", "\"quoted\", and, commas", "🚀 Ünïcødé 中", " leading and trailing ", "=1+1", "+1", "-1", "@SUM(A1)", "'1", "''", "null", "~7E~",
        ":p:", "';--", "<script>", new string('x', 256), string.Concat(Enumerable.Repeat("🚀", 128)),
    ];

    [Fact]
    public async Task Line_breaks_in_texts_survive()
    {
        using var app = await (await StartAsync()).StateAsync(At(0, new TaskCreated("T", new() { Title = "\r\n=two\nlines\r" })));

        Assert.Equal(["\r\n=two\nlines\r"], (await app.GetAsync("tasks")).Texts("title"));
        Assert.Equal("'\r\n=two\nlines\r", CsvText.Read((await app.GetAsync("tasks?format=csv")).Body)[1][2]);
    }

    [Fact]
    public async Task An_answer_that_the_client_has_is_not_sent_again()
    {
        using var app = await (await StartAsync()).StateAsync(At(0, new ProjectCreated(new()), "A"));
        var first = await app.GetAsync("projects");

        var same = await app.GetAsync("projects", ifNoneMatch: $"\"other\", {first.Headers.ETag}");
        var csv = await app.GetAsync("projects", "text/csv", first.Headers.ETag);
        await app.StateAsync(At(1, new ProjectUpdated(new() { Team = "red" }), "A"));
        var changed = await app.GetAsync("projects", ifNoneMatch: first.Headers.ETag);

        Assert.Equal((304, "", 200, 200), (same.Status, same.Body, csv.Status, changed.Status));
        Assert.NotEqual(first.Headers.ETag, changed.Headers.ETag);
    }

    [Fact]
    public async Task The_ages_of_tasks_go_on_by_the_minute()
    {
        using var app = await (await StartAsync()).StateAsync(
            At(0, new TaskCreated("T", new() { Status = Doing })),
            At(1, new TaskBlocked("T", null)),
            At(36, new TaskCreated("ahead", new())) with { Time = Some.Time.AddSeconds(30.5) });
        app.Time.Advance(TimeSpan.FromSeconds(0.25));
        var first = await app.GetAsync("tasks");

        app.Time.Advance(TimeSpan.FromSeconds(59.5));
        var same = await app.GetAsync("tasks", ifNoneMatch: first.Headers.ETag);
        app.Time.Advance(TimeSpan.FromSeconds(0.25));
        var later = await app.GetAsync("tasks", ifNoneMatch: first.Headers.ETag);

        Assert.Equal(["129600", "0"], first.Column("ageSeconds"));
        Assert.Equal((304, 200), (same.Status, later.Status));
        Assert.Equal(["129660", "29.5"], later.Column("ageSeconds"));
        Assert.Equal(["126060", "0"], later.Column("blockedSeconds"));
    }

    [Fact]
    public async Task A_person_is_shown_by_name_until_it_is_erased()
    {
        var name = Some.Name("Ada");
        using var app = await (await StartAsync()).StateAsync(
            At(0, new ProjectCreated(new() { Owner = name }), "A"),
            At(0, new TaskCreated("T", new() { Assignee = name }), "A"));
        var id = RowsApp.PersonIdOf(name);
        Assert.Equal([name], (await app.GetAsync($"projects?owner={name}")).Texts("owner"));
        Assert.Equal([name], (await app.GetAsync($"tasks?assignee={name}")).Texts("assignee"));
        Assert.Equal([name], (await app.GetAsync($"resources?resource={id}")).Texts("resource"));

        await new TableClient(azurite.ConnectionString, "people").DeleteEntityAsync("people", id);
        app.Time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal([id], (await app.GetAsync($"projects?owner={id}")).Texts("owner"));
        Assert.Equal([id], (await app.GetAsync($"tasks?assignee={id}")).Texts("assignee"));
        Assert.Equal([id], (await app.GetAsync($"resources?resource={id}")).Texts("resource"));
        Assert.Empty((await app.GetAsync($"tasks?assignee={name}")).Rows);
    }

    private Task<RowsApp> StartAsync(int slices = 4) => RowsApp.StartAsync(kafka, azurite, slices);

    /// <summary>So many hours after the day before yesterday's end.</summary>
    private static Event At(int hour, EventData data, string project = "APOLLO") =>
        Some.Event($"e-{hour}-{Guid.NewGuid()}", project, data) with { Time = new DateTimeOffset(2026, 1, 30, 0, 0, 0, TimeSpan.Zero).AddHours(hour) };
}
