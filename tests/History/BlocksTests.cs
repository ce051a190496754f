using System.Globalization;
using Azure.Core;
using Microsoft.Extensions.Configuration;
using ShitOps.Aggregation;
using ShitOps.Events;
using ShitOps.History;
using ShitOps.Projects;
using ShitOps.PromQL.Evaluation;
using ShitOps.Storage;
using ShitOps.Tests.Rows;
using ShitOps.Verification;

namespace ShitOps.Tests.History;

/// <summary>Metrics over blocks are those over the table alone, whatever came late and whenever blocks were built.</summary>
[Collection(nameof(AppCollection))]
public sealed class BlocksTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    private const int Days = 30;

    private static readonly Status[] Words =
        [new("To Do", StatusCategory.Todo), new("Doing", StatusCategory.InProgress), new("Stuck", StatusCategory.Blocked), new("Done", StatusCategory.Done), new("Dropped", StatusCategory.Cancelled)];

    private static readonly string[] Projects = ["APOLLO", "GEMINI", "MERCURY", "VOSTOK", "SOYUZ"];

    private static readonly string[] Queries =
    [
        "shitops_tasks", "shitops_tasks_by_status", "shitops_tasks_blocked", "shitops_effort_hours", "shitops_tasks_created_total", "shitops_tasks_completed_total", "shitops_tasks_reopened_total",
        "shitops_lead_time_seconds_bucket", "shitops_lead_time_seconds_count", "shitops_lead_time_seconds_sum", "shitops_cycle_time_seconds_bucket", "sum by (team) (shitops_tasks{category=\"done\"})",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Answers_are_those_of_the_table_alone(int seed)
    {
        var random = new Random(seed);
        using var app = await RowsApp.StartAsync(kafka, azurite);
        using var blocks = new HistoryBlocks(app.Account, app.History, app.Time);
        var events = Events(random);
        var at = 0;
        foreach (var share in (double[])[0.5, 0.8, 1])
        {
            var until = (int)(events.Length * share);
            await app.StateAsync(events[at..until]);
            at = until;
            if (share < 1 || seed == 3)
            {
                Assert.True(await app.Builder.BuildAsync(null, false, default) > 0);
                Assert.Equal(0, await app.Builder.BuildAsync(null, false, default));
            }

            app.Time.Advance(TimeSpan.FromMinutes(1));
            await HoldAllAsync(app, blocks);
            await AssertSameAsync(app, blocks, random);
        }

        // The same another day, and built once more.
        app.Time.Advance(TimeSpan.FromHours(40));
        await app.Builder.BuildAsync(null, false, default);
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await HoldAllAsync(app, blocks);
        await AssertSameAsync(app, blocks, random);
    }

    [Fact]
    public async Task Of_what_is_in_blocks_only_later_rows_are_read_and_something_late_makes_its_own_block_anew()
    {
        using var app = await RowsApp.StartAsync(kafka, azurite);
        await app.StateAsync(Events(new Random(7)));
        var built = (await app.Builder.BuildAsync(null, false, default))!.Value;
        Assert.InRange(built, Days - 2, Days + 1);


        // What is pending of the one that has just begun is of its first day, so that is read whole.
        Assert.Equal((1, 0, built), await ReadAsync());

        // Enough of it that it does not wait in the row of the sums.
        await app.StateAsync(Enumerable.Range(0, 60).Select(i => At(-20 * 24, $"late-{i}", "APOLLO", new TaskCreated($"L-{i}", new TaskFields { Status = new Status($"{i} of many words of a tracker that are seldom said", StatusCategory.Todo) }))));
        Assert.Equal((1, 1, built), await ReadAsync());
        Assert.Equal(1, await app.Builder.BuildAsync(null, false, default));

        async Task<(int Whole, int Later, int Blobs)> ReadAsync()
        {
            var (whole, later, ofBlobs, ofProjects) = (0, 0, 0, 0);
            var transport = new FaultyTransport(_ => Fault.None, request =>
            {
                var target = Uri.UnescapeDataString(request.Uri.ToString()).Replace('+', ' ');
                if (request.Method == RequestMethod.Get && target.Contains("RowKey ge 'h:", StringComparison.Ordinal))
                {
                    if (target.Contains("Flushes gt", StringComparison.Ordinal)) Interlocked.Increment(ref later);
                    else Interlocked.Increment(ref whole);
                }

                if (request.Method == RequestMethod.Get && target.Contains("RowKey ge 'p:", StringComparison.Ordinal)) Interlocked.Increment(ref ofProjects);
                if (request.Method == RequestMethod.Get && target.Contains(".block", StringComparison.Ordinal)) Interlocked.Increment(ref ofBlobs);
            });
            var account = StorageAccount.FromSettings(new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", azurite.ConnectionString)]).Build(), transport);
            using var blocks = new HistoryBlocks(account, app.History, app.Time);
            await HoldAllAsync(app, blocks);
            var series = app.SeriesOf(blocks, new LiveAggregates(account, 4, app.Time, app.Aggregates.Name));
            var now = app.Time.GetUtcNow().ToUnixTimeMilliseconds();
            Assert.NotEmpty((await new QueryEngine(series).RangeAsync("shitops_tasks", now - (28 * 86_400_000L), now, 3_600_000, default)).Series);
            var projectsAtFirst = ofProjects;
            var read = (whole, later, ofBlobs);

            // As long as nothing changes, all else is in memory.
            Assert.NotEmpty((await new QueryEngine(series).RangeAsync("shitops_tasks", now - (28 * 86_400_000L), now, 3_600_000, default)).Series);
            Assert.Equal((2 * read.whole, read.later, read.ofBlobs, 0), (whole, later, ofBlobs, ofProjects - projectsAtFirst));
            return read;
        }
    }

    [Fact]
    public async Task Beyond_the_hourly_days_it_is_known_by_the_day_and_beyond_the_retention_not_at_all()
    {
        using var app = await RowsApp.StartAsync(kafka, azurite);
        await app.StateAsync(Events(new Random(8)));
        var fine = await RangeAsync();
        app.History = new HistorySettings(RetentionDays: 20, HourlyDays: 10, CacheBytes: 64 << 20);
        Assert.InRange((await app.Builder.BuildAsync(null, false, default))!.Value, 18, 21);

        using var blocks = new HistoryBlocks(app.Account, app.History, app.Time);
        await HoldAllAsync(app, blocks);
        foreach (var coarse in new[] { await RangeAsync(), await RangeAsync(blocks) })
        {
            var now = app.Time.GetUtcNow();
            var (first, hourly) = (new DateTimeOffset(now.Date, TimeSpan.Zero).AddDays(-20).ToUnixTimeMilliseconds(), new DateTimeOffset(now.Date, TimeSpan.Zero).AddDays(-10).ToUnixTimeMilliseconds());
            Assert.Equal(fine.Keys.Where(time => time >= first), coarse.Keys);
            foreach (var (time, value) in coarse)
            {
                // A day's changes show when it is over; until then it is as at the end of the day before.
                var known = time >= hourly ? time : time / 86_400_000 * 86_400_000;
                Assert.Equal(fine[known], value);
            }
        }

        // Where the settings ask for more again, the table answers until the blocks have it.
        app.History = new HistorySettings(RetentionDays: null, HourlyDays: null, CacheBytes: 64 << 20);
        foreach (var isBuilt in (bool[])[false, true])
        {
            if (isBuilt) Assert.InRange((await app.Builder.BuildAsync(null, false, default))!.Value, Days - 2, Days + 1);
            using var more = new HistoryBlocks(app.Account, app.History, app.Time);
            await HoldAllAsync(app, more);
            Assert.Equal(fine, await RangeAsync(more));
        }

        async Task<SortedDictionary<long, double>> RangeAsync(HistoryBlocks? held = null)
        {
            var now = app.Time.GetUtcNow().ToUnixTimeMilliseconds();
            var series = (await new QueryEngine(held is null ? app.Series : app.SeriesOf(held)).RangeAsync("sum(shitops_tasks)", now - (27 * 86_400_000L), now, 3_600_000, default)).Series.Single();
            return new SortedDictionary<long, double>(series.Times.ToArray().Zip(series.Values.ToArray()).ToDictionary(one => one.First, one => one.Second));
        }
    }

    [Fact]
    public async Task Blocks_that_are_not_as_the_table_says_are_named_and_can_be_built_anew()
    {
        using var app = await RowsApp.StartAsync(kafka, azurite);
        await app.StateAsync(Events(new Random(9)));
        await app.Builder.BuildAsync(null, false, default);
        var verified = await VerifyAsync();
        Assert.Empty(verified.Findings);
        Assert.InRange(verified.Events, 100, Days * Projects.Length);

        // One is gone, one is damaged, and one is that of another day's content.
        var table = await app.Aggregates.TableAsync(default);
        using var blocks = new HistoryBlocks(app.Account, app.History, app.Time);
        var days = (await blocks.IndexAsync(table, default)).Days.ToList();
        var container = app.Account.Blobs.GetBlobContainerClient("blocks");
        await container.DeleteBlobAsync(Name(3));
        await container.GetBlobClient(Name(5)).UploadAsync(new BinaryData("no block"), overwrite: true);
        var block = (await blocks.BlockAsync(table, days[7].Key, days[7].Value, default))!;
        await blocks.PutAsync(table, days[7].Key, days[7].Value, HistoryBlock.Write(days[7].Key, block.Projects.Skip(1).ToDictionary(project => project, block.Of), new StateWriter()), default);
        var findings = (await VerifyAsync()).Findings.Select(finding => finding.ToString()).ToList();
        Assert.Equal(3, findings.Count);
        Assert.Equal($"the block of {days[3].Key:yyyy-MM-dd} of {table.Name}: is missing", findings[0]);
        Assert.StartsWith($"the block of {days[5].Key:yyyy-MM-dd} of {table.Name}: blocks/", findings[1], StringComparison.Ordinal);
        Assert.Equal($"the block of {days[7].Key:yyyy-MM-dd} of {table.Name}, project {block.Projects[0]}: its changes are not those of the table", findings[2]);

        Assert.Equal(days.Count, await app.Builder.BuildAsync(null, true, default));
        Assert.Empty((await VerifyAsync()).Findings);

        // Where a project's history begins is said by the index alone.
        var (index, tag) = await blocks.ReadAsync(table, default);
        var (project, known) = index.Projects.First(one => one.Value.FirstHour is not null);
        await blocks.TryPutAsync(table, index with { Projects = index.Projects.SetItem(project, known with { FirstHour = known.FirstHour + 1 }) }, tag, default);
        Assert.Equal([$"the index of blocks of {table.Name}, project {project}: the hour in which its history begins is not that of the table"], (await VerifyAsync()).Findings.Select(finding => finding.ToString()));

        string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"{table.Name}/{days[number].Key:yyyyMMdd}-{days[number].Value}.block");

        Task<Verified> VerifyAsync() => new BlockVerification(app.Aggregates, new HistoryBlocks(app.Account, app.History, app.Time), app.History, app.Time).RunAsync(_ => { }, default);
    }

    private static async Task HoldAllAsync(RowsApp app, HistoryBlocks blocks)
    {
        var table = await app.Aggregates.TableAsync(default);
        foreach (var (day, build) in (await blocks.IndexAsync(table, default)).Days) Assert.NotNull(await blocks.BlockAsync(table, day, build, default));
    }

    private static async Task AssertSameAsync(RowsApp app, HistoryBlocks blocks, Random random)
    {
        // Without blocks in memory it reads the table, which for few projects is less.
        var (alone, joined) = (new QueryEngine(app.Series), new QueryEngine(app.SeriesOf(blocks)));
        var now = app.Time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var query in Queries)
        {
            var start = now - (random.NextInt64(1, (Days + 3) * 24) * 3_600_000L);
            var end = start + random.NextInt64(now - start + 1);
            Assert.Equal(await OfAsync(alone), await OfAsync(joined));

            async Task<List<string>> OfAsync(QueryEngine engine) =>
                [.. (await engine.RangeAsync(query, start, end, 3_600_000, default)).Series.Select(series => $"{series.Labels}: {string.Join(' ', series.Times.ToArray().Zip(series.Values.ToArray()))}").Order(StringComparer.Ordinal)];
        }
    }

    private static Event At(double hours, string id, string project, EventData data) => Some.Event(id, project, data) with { Time = Some.Time.AddHours(hours) };

    /// <summary>A month of some projects, whose events come in any order; one of them has only just begun.</summary>
    private static Event[] Events(Random random)
    {
        List<Event> events = [];
        foreach (var project in Projects)
        {
            var begin = project == "SOYUZ" ? -30 : -Days * 24.0;
            State(project, begin, new ProjectUpdated(new ProjectFields { Team = project.Length > 6 ? "red" : "blue" }));
            for (var task = 0; task < 80; task++)
            {
                var at = begin + (random.NextDouble() * -begin * 0.8);
                State(project, at, new TaskCreated($"T-{task}", new TaskFields { Status = Words[0] }));
                for (var change = random.Next(8); change > 0; change--)
                {
                    at += random.NextDouble() * -at * 0.5;
                    State(project, at, random.Next(6) switch
                    {
                        0 => new TaskEstimated($"T-{task}", random.Next(40), default, random.Next(20)),
                        1 => new TaskBlocked($"T-{task}", null),
                        2 when random.Next(4) == 0 => new TaskDeleted($"T-{task}"),
                        _ => new TaskStatusChanged($"T-{task}", Words[random.Next(Words.Length)]),
                    });
                }
            }
        }

        var shuffled = events.ToArray();
        random.Shuffle(shuffled);
        return shuffled;

        void State(string project, double hours, EventData data) => events.Add(At(hours, string.Create(CultureInfo.InvariantCulture, $"e-{events.Count:D4}"), project, data));
    }
}
