using System.Buffers.Text;
using System.Text.Json;
using ShitOps.Events;
using ShitOps.Projects;
using ShitOps.Tests.Projects;

namespace ShitOps.Tests.Rows;

/// <summary><c>GET /api/rows/history</c> over a real store.</summary>
[Collection(nameof(AppCollection))]
public class HistoryRowsTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Now = ProjectEvents.Start.AddDays(10);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Rows_are_what_the_tasks_replayed_up_to_each_moment_come_to(int seed)
    {
        var events = ProjectEvents.Of(seed);
        events = events[..Math.Min(60, events.Length)];
        using var app = await RowsApp.StartAsync(kafka, azurite);
        app.Time.SetUtcNow(Now);
        foreach (var batch in events.Shuffled(seed).Chunk(17)) await app.StateAsync(batch);
        var tasks = new Oracle(events, RowsApp.PersonIdOf).Existing;

        foreach (var (step, hours) in new[] { ("1h", 1), ("5h", 5), ("6h", 6), ("1d", 24), ("7d", 168), ("1w", 168) })
        {
            // The year 1 began with a Monday; so did the week of the 23rd of March 2026.
            var monday = new DateTimeOffset(2026, 3, 23, 0, 0, 0, TimeSpan.Zero);
            var rows = (await app.GetAsync($"history?project=APOLLO&from=2026-03-28&step={step}")).Rows;
            var begins = rows.Select(row => row.GetProperty("time").GetDateTimeOffset()).ToArray();
            if (hours != 5) Assert.Equal(0, (begins[0] - monday).TotalHours % hours);
            Assert.InRange(new DateTimeOffset(2026, 3, 28, 0, 0, 0, TimeSpan.Zero), begins[0], begins[0].AddHours(hours).AddTicks(-1));
            Assert.InRange(Now, begins[^1].AddTicks(1), begins[^1].AddHours(hours));
            foreach (var row in rows)
            {
                var begin = row.GetProperty("time").GetDateTimeOffset();
                Assert.Equal(begin.AddHours(hours), row.GetProperty("until").GetDateTimeOffset());
                AssertRow(row, Oracle.Count(tasks, begin), Oracle.Count(tasks, begin.AddHours(hours)));
            }

            for (var i = 1; i < begins.Length; i++) Assert.Equal(begins[i - 1].AddHours(hours), begins[i]);
        }
    }

    [Theory]
    [InlineData("from=2026-01-01&to=2026-01-03", "2026-01-01 2026-01-02 2026-01-03")]
    [InlineData("from=2026-01-01T00:00:00Z&to=2026-01-03T00:00:00Z", "2026-01-01 2026-01-02")]
    [InlineData("from=2026-01-01T23:59:59.9999999Z&to=2026-01-02T00:00:00.0000001Z", "2026-01-01 2026-01-02")]
    [InlineData("from=2026-01-02T00:30:00%2B01:00&to=2026-01-02T00:00:00Z", "2026-01-01")]
    [InlineData("from=2026-01-02T00:30:00+01:00&to=2026-01-02T00:00:00Z", "2026-01-01")]
    [InlineData("from=1767225600&to=1767312000", "2026-01-01")]
    [InlineData("from=1767225600000&to=1767312000001", "2026-01-01 2026-01-02")]
    [InlineData("from=2026-01-30", "2026-01-30 2026-01-31")]
    [InlineData("from=2026-01-30&to=2027-01-01", "2026-01-30 2026-01-31")]
    [InlineData("from=2026-02-01", null)]
    [InlineData("from=2026-02-01&to=2026-03-01", "")]
    [InlineData("step=1w", "2026-01-05 2026-01-12 2026-01-19 2026-01-26")]
    [InlineData("to=2026-01-09", "2026-01-08 2026-01-09")]
    [InlineData("to=2026-01-01", "2026-01-01")]
    [InlineData("from=0001-01-01&to=0001-01-02", "0001-01-01 0001-01-02")]
    [InlineData("to=0001-01-01T00:00:00Z", "")]
    [InlineData("to=-62135596800", "")]
    [InlineData("to=0001-01-01T00:00:00.0000001Z", "0001-01-01")]
    [InlineData("from=9999-12-31&to=9999-12-31", "")]
    [InlineData("from=9999-12-31&to=9999-12-31&step=11000d", "")]
    public async Task Ranges_are_read_in_every_usual_way(string query, string? expected)
    {
        using var app = await (await RowsApp.StartAsync(kafka, azurite)).StateAsync(
            Some.Event(data: new TaskCreated("T", new())) with { Time = new DateTimeOffset(2026, 1, 8, 9, 0, 0, TimeSpan.Zero) });

        var answer = await app.GetAsync($"history?project=APOLLO&{query}");

        if (expected is null) Assert.Equal("to is not behind from: nothing lies between 2026-02-01 and now.", answer.Detail);
        else Assert.Equal(expected, string.Join(' ', answer.Texts("time").Select(time => time![..10])));
    }

    [Fact]
    public async Task All_steps_are_answered_unless_a_limit_is_given()
    {
        using var app = await (await RowsApp.StartAsync(kafka, azurite)).StateAsync(
            Some.Event(data: new TaskCreated("T", new())) with { Time = new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero) });

        var all = await app.GetAsync("history?project=APOLLO&from=2025-01-01&to=2025-12-31&step=1h");
        var pages = await app.PagesAsync("history?project=APOLLO&from=2025-01-01&to=2025-12-31&step=1h", 1000);

        Assert.Equal(all.Body, (await app.GetAsync("history?project=APOLLO&from=2025-01-01&to=2025-12-31&step=1h&limit=11000")).Body);
        Assert.Equal("limit is \"11001\"; expected a number from 1 to 11000.", (await app.GetAsync("history?project=APOLLO&limit=11001")).Detail);
        Assert.Equal(365 * 24, all.Rows.Length);
        Assert.Null(all.Continuation);
        Assert.Equal(all.Rows.Select(row => row.GetRawText()), pages.Select(row => row.GetRawText()));
    }

    [Fact]
    public async Task Events_of_any_year_have_a_history()
    {
        using var app = await (await RowsApp.StartAsync(kafka, azurite)).StateAsync(
            Some.Event("1", data: new TaskCreated("T", new())) with { Time = new DateTimeOffset(1066, 10, 14, 9, 0, 0, TimeSpan.Zero) },
            Some.Event("2", data: new TaskCreated("U", new())) with { Time = DateTimeOffset.MaxValue });

        Assert.Equal(["1"], (await app.GetAsync("history?project=APOLLO&from=2026-01-31")).Column("todo"));
        Assert.Contains(" steps of 24 h; at most 11,000 ", (await app.GetAsync("history?project=APOLLO")).Detail, StringComparison.Ordinal);
        app.Time.SetUtcNow(DateTimeOffset.MaxValue.AddTicks(-1));
        Assert.Equal(["2"], (await app.GetAsync("history?project=APOLLO&from=9999-12-31&to=9999-12-31")).Column("open"));
        Assert.Equal(24, (await app.PagesAsync("history?project=APOLLO&from=9999-12-31&step=1h", 5)).Count);
        Assert.Equal(["9999-12-31T23:00:00Z"], (await app.GetAsync("history?project=APOLLO&from=9999-12-01&step=11000d")).Texts("until"));
    }

    [Fact]
    public async Task A_token_of_the_last_hour_there_is_has_nothing_behind_it()
    {
        using var app = await (await RowsApp.StartAsync(kafka, azurite)).StateAsync(Some.Event(data: new TaskCreated("T", new())));
        var token = (await app.GetAsync("history?project=APOLLO&from=2026-01-01&limit=1")).Continuation!;
        var parts = JsonSerializer.Deserialize<string[]>(Base64Url.DecodeFromChars(token))!;
        parts[^1] = $"{DateTimeOffset.MaxValue.UtcTicks / TimeSpan.TicksPerHour}";

        var answer = await app.GetAsync($"history?project=APOLLO&from=2026-01-01&continuation={Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(parts))}");

        Assert.Empty(answer.Rows);
    }

    private static void AssertRow(JsonElement row, Dictionary<Measure, long> before, Dictionary<Measure, long> after)
    {
        Level("todo", Measure.Todo);
        Level("inProgress", Measure.InProgress);
        Level("blockedStatus", Measure.BlockedStatus);
        Level("done", Measure.Done);
        Level("cancelled", Measure.Cancelled);
        Level("blocked", Measure.Blocked);
        Level("open", Measure.Todo, Measure.InProgress, Measure.BlockedStatus);
        Level("wip", Measure.InProgress, Measure.BlockedStatus);
        Assert.Equal(after.GetValueOrDefault(Measure.EstimateMilliHours) / 1000d, row.GetProperty("estimateHours").GetDouble());
        Assert.Equal(after.GetValueOrDefault(Measure.RemainingMilliHours) / 1000d, row.GetProperty("remainingHours").GetDouble());
        Assert.Equal(after.GetValueOrDefault(Measure.SpentMilliHours) / 1000d, row.GetProperty("spentHours").GetDouble());
        Count("created", Measure.Created);
        Count("completed", Measure.Completed);
        Count("reopened", Measure.Reopened);
        Count("dropped", Measure.Dropped);
        var completed = Change(Measure.Completed);
        if (completed == 0) Assert.Equal(JsonValueKind.Null, row.GetProperty("leadTimeMeanSeconds").ValueKind);
        else Assert.Equal(Change(Measure.LeadMilliseconds) / 1000d / completed, row.GetProperty("leadTimeMeanSeconds").GetDouble(), 0.001);

        void Level(string name, params Measure[] sum) => Assert.Equal(sum.Sum(measure => after.GetValueOrDefault(measure)), row.GetProperty(name).GetInt64());

        void Count(string name, Measure measure) => Assert.Equal(Change(measure), row.GetProperty(name).GetInt64());

        long Change(Measure measure) => after.GetValueOrDefault(measure) - before.GetValueOrDefault(measure);
    }
}
