using ShitOps.Events;

namespace ShitOps.Tests.Rows;

/// <summary><c>GET /api/rows/tasks</c>, <c>resources</c> and <c>teams</c> over a real store.</summary>
[Collection(nameof(AppCollection))]
public class TaskRowsTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    private static readonly Status Todo = new("To Do", StatusCategory.Todo);
    private static readonly Status Doing = new("Doing", StatusCategory.InProgress);
    private static readonly Status Done = new("Done", StatusCategory.Done);

    [Fact]
    public async Task A_row_says_all_about_a_task()
    {
        using var app = await (await StartAsync()).StateAsync(
            At(0, "A", new ProjectCreated(new() { Team = "flight" })),
            At(0, "A", new TaskCreated("A-1", new()
            {
                Title = "Draw", Kind = "story", Priority = "high", Status = Todo, Assignee = "Ann", Parent = "A-0", EstimateHours = 8, Due = new DateOnly(2026, 2, 1),
                Milestone = new Milestone("Sprint 5", MilestoneKind.Sprint, null, new DateOnly(2026, 2, 2)), Labels = new(true, ["z", "a"]),
            })),
            At(1, "A", new TaskStatusChanged("A-1", Doing)),
            At(2, "A", new TaskBlocked("A-1", "no ink")),
            At(3, "A", new TaskUnblocked("A-1")),
            At(4, "A", new TaskBlocked("A-1", "no paper")),
            At(0, "A", new TaskCreated("A-2", new() { Status = Todo, Team = "ground" })),
            At(1, "A", new TaskStatusChanged("A-2", Done)),
            At(2, "A", new TaskStatusChanged("A-2", Doing)),
            At(6, "A", new TaskStatusChanged("A-2", Done)),
            At(6, "A", new TaskEstimated("A-2", default, 0, 2.5)),
            At(1, "A", new TaskUpdated("A-3", new() { Title = "untold" })));

        // It is noon of the day after: 36 h after the first event.
        Assert.Equal(
            $$"""
            [{"project":"A","task":"A-1","title":"Draw","kind":"story","status":"Doing","category":"in-progress","priority":"high","assignee":"Ann","assigneeId":"{{RowsApp.PersonIdOf("Ann")}}","team":"flight",
            "milestone":"Sprint 5","milestoneDue":"2026-02-02","labels":"a,z","parent":"A-0","due":"2026-02-01","open":true,"blocked":true,"blockedReason":"no paper","blockedSince":"2026-01-30T04:00:00Z","blockedSeconds":118800,
            "created":"2026-01-30T00:00:00Z","started":"2026-01-30T01:00:00Z","completed":null,"categorySince":"2026-01-30T01:00:00Z","ageSeconds":129600,"leadTimeSeconds":null,"cycleTimeSeconds":null,"reopenings":0,
            "estimateHours":8,"remainingHours":null,"spentHours":null,"lastStated":"2026-01-30T04:00:00Z"},
            {"project":"A","task":"A-2","title":null,"kind":null,"status":"Done","category":"done","priority":null,"assignee":null,"assigneeId":null,"team":"ground",
            "milestone":null,"milestoneDue":null,"labels":null,"parent":null,"due":null,"open":false,"blocked":false,"blockedReason":null,"blockedSince":null,"blockedSeconds":0,
            "created":"2026-01-30T00:00:00Z","started":"2026-01-30T02:00:00Z","completed":"2026-01-30T06:00:00Z","categorySince":"2026-01-30T06:00:00Z","ageSeconds":null,"leadTimeSeconds":21600,"cycleTimeSeconds":14400,"reopenings":1,
            "estimateHours":null,"remainingHours":0,"spentHours":2.5,"lastStated":"2026-01-30T06:00:00Z"},
            {"project":"A","task":"A-3","title":"untold","kind":null,"status":null,"category":"todo","priority":null,"assignee":null,"assigneeId":null,"team":"flight",
            "milestone":null,"milestoneDue":null,"labels":null,"parent":null,"due":null,"open":true,"blocked":false,"blockedReason":null,"blockedSince":null,"blockedSeconds":0,
            "created":"2026-01-30T01:00:00Z","started":null,"completed":null,"categorySince":"2026-01-30T01:00:00Z","ageSeconds":126000,"leadTimeSeconds":null,"cycleTimeSeconds":null,"reopenings":0,
            "estimateHours":null,"remainingHours":null,"spentHours":null,"lastStated":"2026-01-30T01:00:00Z"}]
            """.ReplaceLineEndings(""),
            (await app.GetAsync("tasks?project=A")).Body);
    }

    [Theory]
    [InlineData("", "A1 A2 A3 A4 B1 C1")]
    [InlineData("?project=A", "A1 A2 A3 A4")]
    [InlineData("?status=To+Do", "A1 C1")]
    [InlineData("?status=To+Do&status=Doing&project=A", "A1 A2")]
    [InlineData("?status=to+do", "")]
    [InlineData("?category=todo", "A1 B1 C1")]
    [InlineData("?category=blocked&category=done", "A3 A4")]
    [InlineData("?assignee=Bob", "A2")]
    [InlineData("?assignee=ID-OF-BOB", "A2")]
    [InlineData("?assignee=Ann&assignee=Bob", "A1 A2 B1")]
    [InlineData("?assignee=Nobody", "")]
    [InlineData("?team=red", "A1 A3 A4 B1")]
    [InlineData("?team=blue", "A2")]
    [InlineData("?team=green", "")]
    [InlineData("?milestone=M1", "A1 B1")]
    [InlineData("?kind=bug", "A1 C1")]
    [InlineData("?open=true", "A1 A2 A3 B1 C1")]
    [InlineData("?open=false", "A4")]
    [InlineData("?blocked=true", "A2 A3")]
    [InlineData("?blocked=false&open=true&team=red&kind=bug&project=A", "A1")]
    public async Task Filters(string query, string expected)
    {
        using var app = await (await StartAsync()).StateAsync(
            At(0, "A", new ProjectCreated(new() { Team = "red" })),
            At(0, "A", new TaskCreated("A1", new() { Status = Todo, Assignee = "Ann", Kind = "bug", Milestone = new Milestone("M1", MilestoneKind.Milestone, null, null) })),
            At(0, "A", new TaskCreated("A2", new() { Status = Doing, Assignee = "Bob", Team = "blue" })),
            At(1, "A", new TaskBlocked("A2", null)),
            At(0, "A", new TaskCreated("A3", new() { Status = new Status("Stuck", StatusCategory.Blocked) })),
            At(0, "A", new TaskCreated("A4", new() { Status = Done })),
            At(0, "A", new TaskCreated("A5", new() { Status = Todo, Assignee = "Bob" })),
            At(1, "A", new TaskDeleted("A5")),
            At(0, "B", new TaskCreated("B1", new() { Assignee = "Ann", Team = "red", Milestone = new Milestone("M1", MilestoneKind.Sprint, null, null) })),
            At(0, "C", new TaskCreated("C1", new() { Status = Todo, Kind = "bug" })),
            At(0, "D", new TaskDeleted("D1")));

        var answer = await app.GetAsync($"tasks{query.Replace("ID-OF-BOB", RowsApp.PersonIdOf("Bob"), StringComparison.Ordinal)}");

        Assert.Equal(expected, string.Join(' ', answer.Texts("task").Order()));
    }

    [Fact]
    public async Task Pages_of_any_size_have_each_task_once_in_one_project_and_in_all()
    {
        var tasks = (from project in new[] { "A", "B", "C", "D" } from i in Enumerable.Range(0, 5) select (Project: project, Task: $"{project}-{i}")).ToArray();
        using var app = await (await StartAsync()).StateAsync(
            [.. tasks.Select(task => At(0, task.Project, new TaskCreated(task.Task, new() { Kind = task.Project }))), At(0, "E", new ProjectCreated(new()))]);

        foreach (var limit in Enumerable.Range(1, 21))
        {
            Assert.Equal(tasks.Select(task => task.Task), (await app.PagesAsync("tasks", limit)).Select(row => row.GetProperty("task").GetString()!).Order());
            Assert.Equal(tasks.Where(task => task.Project == "B").Select(task => task.Task), (await app.PagesAsync("tasks?project=B", limit)).Select(row => row.GetProperty("task").GetString()!));
        }
    }

    [Fact]
    public async Task Resources_have_their_tasks_and_what_is_allocated_of_them_now()
    {
        using var app = await (await StartAsync()).StateAsync(
            At(0, "A", new TaskCreated("1", new() { Status = Todo, Assignee = "Ann", EstimateHours = 2 })),
            At(0, "A", new TaskCreated("2", new() { Status = Doing, Assignee = "Ann", EstimateHours = 3 })),
            At(1, "A", new TaskBlocked("2", null)),
            At(0, "B", new TaskCreated("1", new() { Status = Done, Assignee = "Ann" })),
            At(0, "B", new TaskCreated("2", new() { Status = Doing, Assignee = "Bob" })),
            At(0, "B", new TaskCreated("3", new() { Status = Doing })),
            At(0, "B", new ResourceAllocated("b", "Ann", 10, new DateOnly(2026, 1, 1), null, null)),
            At(0, "C", new ResourceAllocated("c", "Ann", 5.5, new DateOnly(2026, 1, 1), null, null)),
            At(0, "C", new ResourceAllocated("d", "Rig", 168, new DateOnly(2026, 1, 31), new DateOnly(2026, 1, 31), null)),
            At(0, "C", new ResourceAllocated("e", "Tomorrow", 1, new DateOnly(2026, 2, 1), null, null)));

        var all = await app.GetAsync("resources");
        var ofB = await app.GetAsync("resources?project=B&project=C&resource=Ann");

        Assert.Equal(["Ann", "Bob", "Rig"], all.Texts("resource").Order());
        var ann = all.Rows.Single(row => row.GetProperty("resource").GetString() == "Ann");
        Assert.Equal(
            $$"""
            {"resource":"Ann","resourceId":"{{RowsApp.PersonIdOf("Ann")}}","tasksTodo":1,"tasksInProgress":1,"tasksBlockedStatus":0,"tasksDone":1,"tasksCancelled":0,"tasksOpen":2,"tasksBlocked":1,"wip":1,
            "estimateHours":5,"remainingHours":0,"spentHours":0,"projects":3,"allocations":2,"allocatedHoursPerWeek":15.5}
            """.ReplaceLineEndings(""),
            ann.GetRawText());
        Assert.Equal(["""168"""], all.Rows.Where(row => row.GetProperty("resource").GetString() == "Rig").Select(row => row.GetProperty("allocatedHoursPerWeek").GetRawText()));
        var here = Assert.Single(ofB.Rows);
        Assert.Equal((0, 1, 2, 15.5), (here.GetProperty("tasksOpen").GetInt32(), here.GetProperty("tasksDone").GetInt32(), here.GetProperty("projects").GetInt32(), here.GetProperty("allocatedHoursPerWeek").GetDouble()));
        foreach (var limit in new[] { 1, 2, 3 }) Assert.Equal(all.Texts("resourceId"), (await app.PagesAsync("resources", limit)).Select(row => row.GetProperty("resourceId").GetString()));
    }

    [Fact]
    public async Task More_people_than_a_project_counts_one_by_one_are_counted_together()
    {
        using var app = await (await StartAsync()).StateAsync(Enumerable.Range(0, 1030).Select(i => At(0, "A", new TaskCreated($"{i}", new() { Assignee = $"Person {i}" }))));

        var rows = await app.PagesAsync("resources", 1000);

        Assert.Equal((1025, 1030), (rows.Count, rows.Sum(row => row.GetProperty("tasksOpen").GetInt32())));
        Assert.Equal("(others, beyond the number that a project counts one by one)", rows[^1].GetProperty("resource").GetString());
        Assert.Equal((null, 6), (rows[^1].GetProperty("resourceId").GetString(), rows[^1].GetProperty("tasksOpen").GetInt32()));
        Assert.Equal(1030, (await app.PagesAsync("tasks?assignee=Person+7&assignee=Person+1029", 10_000)).Count + 1028);
    }

    [Fact]
    public async Task Teams_have_the_tasks_that_are_theirs_or_their_projects()
    {
        var name = new string('t', 50);
        using var app = await (await StartAsync()).StateAsync(
            At(0, "A", new ProjectCreated(new() { Team = "red" })),
            At(0, "A", new TaskCreated("1", new() { Status = Todo })),
            At(0, "A", new TaskCreated("2", new() { Status = Doing, Team = "blue" })),
            At(0, "B", new ProjectCreated(new() { Team = "blue" })),
            At(0, "B", new TaskCreated("1", new() { Status = Doing })),
            At(5, "B", new TaskStatusChanged("1", Done)),
            At(0, "C", new TaskCreated("1", new() { Status = Todo })),
            At(0, "D", new TaskCreated("1", new() { Status = Todo, Team = name })),
            At(0, "E", new ProjectCreated(new() { Team = "idle" })));

        var all = await app.GetAsync("teams");

        Assert.Equal([null, "blue", "red"], all.Texts("team")[..3]);
        Assert.Equal(["1", "2", "1", "1"], all.Column("tasksCreated"));
        Assert.Equal(["0", "1", "0", "0"], all.Column("tasksDone"));
        Assert.Equal(["null", "18000", "null", "null"], all.Column("leadTimeMeanSeconds"));
        Assert.StartsWith("tttt", Assert.Single((await app.GetAsync($"teams?team={name}")).Texts("team")), StringComparison.Ordinal);
        Assert.Equal(["blue", "red"], (await app.GetAsync("teams?team=red&team=blue&team=idle")).Texts("team"));
        foreach (var limit in new[] { 1, 2, 3, 4 }) Assert.Equal(all.Texts("team"), (await app.PagesAsync("teams", limit)).Select(row => row.GetProperty("team").GetString()));
    }

    private Task<RowsApp> StartAsync() => RowsApp.StartAsync(kafka, azurite);

    private static Event At(int hour, string project, EventData data) =>
        Some.Event($"e-{hour}-{Guid.NewGuid()}", project, data) with { Time = new DateTimeOffset(2026, 1, 30, 0, 0, 0, TimeSpan.Zero).AddHours(hour) };
}
