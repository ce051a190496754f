using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Azure.Core;
using ShitOps.Aggregation;
using ShitOps.Archive;
using ShitOps.Audit;
using ShitOps.Events;
using ShitOps.People;
using ShitOps.Rows;
using ShitOps.Tests.Archive;
using ShitOps.Tests.Rows;

namespace ShitOps.Tests.Audit;

/// <summary><c>GET /api/rows/audit</c> over an archive of compacted files, committed segments, and segments that are in no table yet.</summary>
[Collection(nameof(ArchiveCollection))]
public sealed class AuditRowsTests(ArchiveAzurite azurite)
{
    private static readonly string[] Filters =
    [
        "", "project=P-1", "project=P-1&task=T-3", "task=T-7", "actor=person-2", "actor=person-1&actor=person-3&type=task.created", "type=task.sneezed&type=project.updated",
        "from=2026-02-20&to=2026-02-20", "from=2026-03-01T12:00:00Z&to=2026-03-20", "project=P-2&to=2026-02-10", "project=nobodys", "project=%F0%9F%9A%800&actor=person-1",
    ];

    [Fact]
    public async Task Nothing_is_written_to_the_archive()
    {
        var stage = await StageAsync();
        var sent = new ConcurrentBag<string>();
        var transport = new FaultyTransport(_ => Fault.None, request => sent.Add($"{request.Method} {request.Uri.Path}"));

        Assert.NotEmpty((await stage.Audit(transport).NewestAsync(new ArchiveFilter(), after: null, most: 50, default))!);

        Assert.All(sent.Where(request => request.Contains("/archive", StringComparison.Ordinal)), request => Assert.Matches("^(GET|HEAD) ", request));
        Assert.Contains(sent, request => request.Contains("/archive/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pages_of_any_filter_are_the_newest_events_first_and_each_once()
    {
        var stage = await StageAsync();
        foreach (var filter in Filters)
        {
            var expected = Expected(stage, filter);
            foreach (var limit in new[] { 60, 10_000 })
            {
                List<string> found = [];
                for (string? token = null; ;)
                {
                    var answer = await AskAsync(stage, $"audit?{filter}&limit={limit}{(token is null ? "" : $"&continuation={token}")}");
                    found.AddRange(answer.Rows.Select(row => $"{row.GetProperty("id")} at {row.GetProperty("partition")}/{row.GetProperty("offset")}"));
                    token = answer.Continuation;
                    if (token is null) break;
                    Assert.Equal(limit, answer.Rows.Length);
                }

                Assert.Equal(expected, found);
            }
        }
    }

    [Fact]
    public async Task A_row_says_who_changed_what_and_names_are_joined()
    {
        var stage = await ArchiveStage.OpenAsync(azurite);
        var people = People(stage);
        var (ada, bob) = (people.IdOf("Ada Quartz"), people.IdOf("Bob Reed"));
        await people.StoreNewAsync(default);
        await stage.AppendSegmentAsync(0, 1, row => row with
        {
            Time = Some.Time, Id = "e-1", Type = EventTypes.TaskAssigned, Project = "checkout", Task = "CHK-17", Status = null, EstimateHours = null, Due = new DateOnly(2026, 3, 1),
            Rest = null, Person = bob, Actor = ada, Timestamp = Some.Time.AddSeconds(2),
        });

        var offset = stage.Rows[0][0].Offset;
        var body = (await AskAsync(stage, "audit?actor=Ada+Quartz")).Body;
        Assert.Equal(
            $$"""
            [{"time":"2026-01-31T12:00:00Z","project":"checkout","task":"CHK-17","type":"task.assigned","actor":"Ada Quartz","actorId":"{{ada}}","status":null,"category":null,"person":"Bob Reed","personId":"{{bob}}",
            "title":null,"kind":null,"priority":null,"team":null,"parent":null,"estimateHours":null,"remainingHours":null,"spentHours":null,"allocation":null,"hoursPerWeek":null,"start":null,"due":"2026-03-01","details":null,
            "id":"e-1","source":"https://tracker.example","recorded":"2026-01-31T12:00:02Z","stream":"prod-1","topic":"events","partition":0,"offset":{{offset.ToString(CultureInfo.InvariantCulture)}}}]
            """.ReplaceLineEndings(""),
            body);
        Assert.Equal(body, (await AskAsync(stage, $"audit?actor={ada}")).Body);
        Assert.Empty((await AskAsync(stage, "audit?actor=Bob+Reed")).Rows);
    }

    [Fact]
    public async Task Files_that_cannot_hold_what_is_asked_for_are_not_read()
    {
        var stage = await ArchiveStage.OpenAsync(azurite, seed: 21);
        for (var segment = 0; segment < 14; segment++)
        {
            for (var partition = 0; partition < 3; partition++) await stage.AppendSegmentAsync(partition, 10, row => row with { Project = $"P-{partition}" });
            if (segment is 11 or 13) await stage.Committer().CommitAsync(default);
            if (segment == 11) await stage.Compactor().CompactAsync(default);
        }

        var files = (await stage.Table().ReadAsync(default))!.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);

        // A partition has a compacted file and two segments, all of one project.
        Assert.Equal(9, files.Count);
        var read = await ReadAsync("project=P-1&limit=10000");
        Assert.Equal(files.Where(path => path.Contains("/partition=1/", StringComparison.Ordinal) || path.Contains("/00001/", StringComparison.Ordinal)).Order(), read.Order());
        Assert.Empty(await ReadAsync("project=P-9"));
        Assert.Empty(await ReadAsync("task=T-99"));

        // The newest events of all have just been archived, and are of a time that no file reaches to.
        await stage.AppendSegmentAsync(0, 5, row => row with { Time = Some.Time.AddDays(100).AddSeconds(row.Offset) });
        Assert.Empty(await ReadAsync("limit=4"));
        Assert.NotEmpty(await ReadAsync("limit=5&to=2026-04-30"));

        async Task<List<string>> ReadAsync(string query)
        {
            var asked = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
            var transport = new FaultyTransport(_ => Fault.None, request =>
            {
                var path = Uri.UnescapeDataString(request.Uri.Path);
                if (request.Method == RequestMethod.Get && files.FirstOrDefault(file => path.EndsWith(file, StringComparison.Ordinal)) is { } file) asked[file] = true;
            });
            Assert.Equal(200, (await AskAsync(stage, $"audit?{query}", stage.Audit(transport))).Status);
            return [.. asked.Keys];
        }
    }

    [Fact]
    public async Task Too_much_to_read_is_a_clear_answer()
    {
        var stage = await StageAsync();
        var answer = await AskAsync(stage, "audit?actor=person-1&from=2026-01-01&to=2026-12-31&limit=10000", stage.Audit(limit: 100));
        Assert.Equal(400, answer.Status);
        Assert.Equal(
            "To answer this, more than 100 archived events would have to be read: name a project, or name a task, or ask for a shorter time. For what spans more, read the archive's table with an engine made for that.",
            answer.Detail);
        Assert.Equal(200, (await AskAsync(stage, "audit?task=T-99", stage.Audit(limit: 100))).Status);
    }

    [Theory]
    [InlineData("from=yesterday", "from is \"yesterday\"; expected a time such as 2026-01-31T12:00:00Z, a date such as 2026-01-31, or seconds or milliseconds since 1970.")]
    [InlineData("from=2026-02-02&to=2026-02-01", "to is not behind from: nothing lies between 2026-02-02 and 2026-02-01.")]
    [InlineData("assignee=Ada", "assignee")]
    [InlineData("continuation=abc", "continuation is no token of /api/rows/audit")]
    public async Task What_is_wrong_is_said(string query, string detail)
    {
        var answer = await AskAsync(await ArchiveStage.OpenAsync(azurite), $"audit?{query}");
        Assert.Equal(400, answer.Status);
        Assert.Contains(detail, answer.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_that_has_nothing_answers_with_no_rows() => Assert.Equal("[]", (await AskAsync(await ArchiveStage.OpenAsync(azurite), "audit")).Body);

    private async Task<ArchiveStage> StageAsync()
    {
        var stage = await ArchiveStage.OpenAsync(azurite, seed: 20);
        await stage.AppendAsync(partitions: 3, segments: 12);
        await stage.Committer().CommitAsync(default);
        await stage.Compactor().CompactAsync(default);
        await stage.AppendAsync(partitions: 3, segments: 3);
        await stage.Committer().CommitAsync(default);
        await stage.AppendAsync(partitions: 3, segments: 2);

        // Recorded again, once in the same partition and once in another, as after a repartitioning; and others of the same time.
        var repeated = stage.Rows[1][3];
        foreach (var partition in (int[])[1, 2]) await stage.AppendSegmentAsync(partition, 1, row => repeated with { Offset = row.Offset });
        await stage.AppendSegmentAsync(0, 2, row => row with { Time = repeated.Time });
        return stage;
    }

    /// <summary>What the answer has to be, from the rows that were appended.</summary>
    private static List<string> Expected(ArchiveStage stage, string filter)
    {
        var asked = filter.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split('=')).ToLookup(one => one[0], one => Uri.UnescapeDataString(one[1]));
        return
        [
            .. stage.Rows.SelectMany(chain => chain.Value.Select(row => (Partition: chain.Key, Row: row)))
                .GroupBy(one => (one.Row.Source, one.Row.Id)).Select(records => records.MinBy(one => (one.Partition, one.Row.Offset)))
                .Where(one => Lets("project", one.Row.Project) && Lets("task", one.Row.Task) && Lets("actor", one.Row.Actor) && Lets("type", one.Row.Type))
                .Where(one => asked["from"].All(from => one.Row.Time >= At(from, 0)) && asked["to"].All(to => one.Row.Time < At(to, 1)))
                .OrderByDescending(one => one.Row.Time).ThenByDescending(one => one.Row.Id, StringComparer.Ordinal)
                .Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Row.Id} at {one.Partition}/{one.Row.Offset}")),
        ];

        bool Lets(string name, string? value) => !asked[name].Any() || asked[name].Contains(value);

        static DateTimeOffset At(string text, int days) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).AddDays(text.Length == 10 ? days : 0);
    }

    private static Task<RowsAnswer> AskAsync(ArchiveStage stage, string address, AuditSearch? search = null) =>
        RowsAnswer.OfAsync(address, request => new GetAuditRows(new AuditRows(search ?? stage.Audit(), new LiveAggregates(stage.Account(), 4, TimeProvider.System), new PersonNames(People(stage), TimeProvider.System))).RunAsync(request, default));

    private static PersonDirectory People(ArchiveStage stage) => new(Encoding.UTF8.GetBytes(Some.TenantKey), stage.Account());
}
