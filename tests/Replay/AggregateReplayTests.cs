using System.Text;
using Azure.Data.Tables;
using Microsoft.Azure.Functions.Worker;
using ShitOps.Aggregation;
using ShitOps.Events;
using ShitOps.Pipeline;
using ShitOps.Projects;
using ShitOps.Replay;
using ShitOps.Tests.Aggregation;
using ShitOps.Tests.Projects;

namespace ShitOps.Tests.Replay;

/// <summary>A table that is built from the archive holds what the live one does, and takes its place while events come.</summary>
[Collection(nameof(BrokerCollection))]
public sealed class AggregateReplayTests(BrokerFixture kafka, AzuriteFixture azurite)
{
    // So that no task has more events than are retained of it.
    private const int MostOfAProject = 60;

    private static readonly DateTimeOffset End = ProjectEvents.Start.AddDays(60);

    [Fact]
    public async Task Gives_the_same_rows_in_another_number_of_slices()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka, slices: 4);
        var (events, records) = Records(stage, seed: 11, projects: 9);
        await FeedAsync(stage, stage.Aggregator(), records, batch: 50);
        await ArchiveAsync(stage, records, batch: 40);
        var former = await stage.Live().ReadAsync(default);
        var before = (Rows: await RowsAsync(former), Consumed: await ConsumedAsync(former), Counts: await CountsAsync(stage, former));

        var result = await stage.Replay().RunAsync(Options(stage) with { Slices = 7 }, _ => { }, default);

        var table = await stage.Live().ReadAsync(default);
        Assert.Equal((former.Name, $"{stage.TableName}7r1", before.Consumed.Values.Sum(one => one.Outcomes)), (result.Former, result.Table, result.Events));
        Assert.Equal((result.Table, 7), (table.Name, table.SliceCount));
        Assert.Equal(before.Rows, await RowsAsync(table));
        Assert.Equal(before.Consumed, await ConsumedAsync(table));
        Assert.Equal(before.Counts, await CountsAsync(stage, table));
        await stage.AssertHoldsAsync(events, End);
    }

    [Fact]
    public async Task Twice_gives_identical_tables_and_the_former_ones_can_be_cleaned_away()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        var (_, records) = Records(stage, seed: 12, projects: 3);
        await FeedAsync(stage, stage.Aggregator(), records, batch: 1000);
        await ArchiveAsync(stage, records, batch: 30);
        await stage.Replay().RunAsync(Options(stage), _ => { }, default);
        var first = await stage.Live().ReadAsync(default);
        var (rows, raw) = (await RowsAsync(first), await RawAsync(stage, first.Name));
        await stage.Replay().RunAsync(Options(stage), _ => { }, default);

        var second = await stage.Live().ReadAsync(default);
        Assert.Equal($"{stage.TableName}4r2", second.Name);
        Assert.Equal(rows, await RowsAsync(second));
        Assert.Equal(raw, await RawAsync(stage, second.Name));
        Assert.Equal([$"{stage.TableName}4", $"{stage.TableName}4r1"], (await stage.Replay().CleanAsync(default)).Order(StringComparer.Ordinal));
        Assert.Empty(await new PartitionCounts(stage.Account()).ListAsync(first.Name, stage.Stream, default));
        Assert.Equal(rows, await RowsAsync(second));
    }

    [Fact]
    public async Task Events_that_come_meanwhile_are_in_the_new_table_each_once()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka, slices: 3);
        var (events, records) = Records(stage, seed: 13, projects: 6);
        var half = records.Count / 2;
        var (aggregator, archiver) = (stage.Aggregator(), stage.Archiver());
        await FeedAsync(stage, aggregator, records[..half], batch: 40);
        await ArchiveAsync(stage, records[..half], batch: 40);

        // Each batch is delivered twice, and the archive comes behind, as it does with its longer linger.
        var feeding = Task.WhenAll(
            Task.Run(async () =>
            {
                foreach (var some in records[half..].Chunk(7))
                    for (var delivery = 0; delivery < 2; delivery++) await DeliverAsync(stage, aggregator, some);
            }),
            Task.Run(async () =>
            {
                foreach (var some in records[half..].Chunk(13))
                {
                    await Task.Delay(50);
                    await archiver.ArchiveAsync(some, default);
                }
            }));
        var former = await stage.Live().ReadAsync(default);
        for (var replay = 1; !feeding.IsCompleted || replay == 1; replay++)
        {
            var result = await stage.Replay().RunAsync(Options(stage) with { Slices = 2 + replay, Patience = TimeSpan.FromSeconds(60) }, _ => { }, default);
            Assert.NotEqual(former.Name, result.Table);
        }

        await feeding;
        await stage.AssertHoldsAsync(events, End);
        var table = await stage.Live().ReadAsync(default);
        var decodable = records.Count(record => new EventDecoder().Decode(record.Value, []).IsDecoded);
        Assert.Equal(decodable, (await ConsumedAsync(table)).Values.Sum(one => one.Outcomes));
        Assert.Equal(decodable, (await new PartitionCounts(stage.Account()).ListAsync(table.Name, stage.Stream, default)).Sum(row => row.Decoded + row.Unknown));
    }

    [Fact]
    public async Task Stopped_at_any_point_it_goes_on_where_it_was()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka, slices: 3);
        var (events, records) = Records(stage, seed: 14, projects: 4);
        await FeedAsync(stage, stage.Aggregator(), records, batch: 1000);
        await ArchiveAsync(stage, records, batch: 60);
        var stops = 0;
        for (var isDone = false; !isDone; stops++)
        {
            using var stopping = new CancellationTokenSource();
            var reports = 0;
            try
            {
                // At its first report, at its second, and so on; the two slices at a time make several rounds.
                var options = Options(stage) with { Slices = 5, MostEventsAtATime = events.Count * 2 / 5 };
                await stage.Replay().RunAsync(
                    options,
                    _ =>
                    {
                        if (reports++ == stops) stopping.Cancel();
                    },
                    stopping.Token);
                isDone = true;
            }
            catch (OperationCanceledException)
            {
                await stage.AssertHoldsAsync(events, End);
                await FeedAsync(stage, stage.Aggregator(), [.. records.TakeLast(3)], batch: 3);
            }
        }

        Assert.InRange(stops, 4, 100);
        Assert.Equal($"{stage.TableName}5r1", (await stage.Live().ReadAsync(default)).Name);
        await stage.AssertHoldsAsync(events, End);
    }

    [Fact]
    public async Task Nothing_is_switched_while_the_archive_lacks_what_the_aggregates_have()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        var (events, records) = Records(stage, seed: 15, projects: 2);
        var aggregator = stage.Aggregator();
        await FeedAsync(stage, aggregator, [.. records.SkipLast(1)], batch: 1000);
        await ArchiveAsync(stage, [.. records.SkipLast(2)], batch: 60);

        var fault = await Assert.ThrowsAsync<ReplayException>(() => stage.Replay().RunAsync(Options(stage) with { Patience = TimeSpan.FromSeconds(1) }, _ => { }, default));

        Assert.Contains("is ArchiveEvents running?", fault.Message, StringComparison.Ordinal);
        Assert.Equal($"{stage.TableName}4", (await stage.Live().ReadAsync(default)).Name);
        await FeedAsync(stage, aggregator, records, batch: 1000);
        await stage.AssertHoldsAsync(events, End);

        var other = await Assert.ThrowsAsync<ReplayException>(() => stage.Replay().RunAsync(Options(stage) with { Slices = 9 }, _ => { }, default));
        Assert.Contains("--abandon", other.Message, StringComparison.Ordinal);
        Assert.True(await stage.Replay().AbandonAsync(default));
        Assert.False(await stage.Replay().AbandonAsync(default));
        await ArchiveAsync(stage, records, batch: 60);
        await stage.Replay().RunAsync(Options(stage) with { Slices = 9 }, _ => { }, default);
        await stage.AssertHoldsAsync(events, End);
    }

    [Fact]
    public async Task Batches_that_came_while_the_table_was_sealed_are_taken_when_nothing_is_switched()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        var (events, records) = Records(stage, seed: 20, projects: 2);
        var aggregator = stage.Aggregator();
        await FeedAsync(stage, aggregator, [.. records.SkipLast(2)], batch: 1000);
        await ArchiveAsync(stage, [.. records.SkipLast(3)], batch: 60);
        KafkaRecord[] noEvents = [stage.Record(1, records.Where(record => record.Partition == 1).Max(record => record.Offset) + 1, "no event"u8.ToArray())];
        var refusals = 0;

        await Assert.ThrowsAsync<ReplayException>(() => stage.Replay().RunAsync(
            Options(stage) with { Patience = TimeSpan.FromSeconds(1) },
            one =>
            {
                if (one.Phase != "waiting for the archive" || refusals++ > 0) return;
                foreach (var batch in new[] { records, [.. noEvents] }) Assert.Throws<SealedSliceException>(() => FeedAsync(stage, aggregator, batch, batch: 1000).GetAwaiter().GetResult());
            },
            default));

        Assert.InRange(refusals, 1, int.MaxValue);
        await FeedAsync(stage, aggregator, [.. records, .. noEvents], batch: 1000);
        await stage.AssertHoldsAsync(events, End);
        Assert.Equal(records.Count(record => !new EventDecoder().Decode(record.Value, []).IsDecoded) + 1, (await stage.CountsAsync()).Sum(row => row.Undecodable));
    }

    [Fact]
    public async Task From_a_time_on_only_what_was_put_on_the_topic_since_is_in()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        var (events, records) = Records(stage, seed: 16, projects: 3);
        await FeedAsync(stage, stage.Aggregator(), records, batch: 1000);
        await ArchiveAsync(stage, records, batch: 60);

        await stage.Replay().RunAsync(Options(stage) with { From = Some.Time.AddMinutes(30) }, _ => { }, default);

        var since = records.Where(record => record.Offset >= 30).Select(record => new EventDecoder().Decode(record.Value, [])).Where(result => result is { IsDecoded: true, Event.Data: not null }).Select(result => result.Event!).ToList();
        Assert.InRange(since.Count, 10, events.Count - 30);
        await stage.AssertHoldsAsync(since, End);
    }

    [Fact]
    public async Task From_a_time_since_which_nothing_came_nothing_is_switched()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        var (events, records) = Records(stage, seed: 17, projects: 2);
        await FeedAsync(stage, stage.Aggregator(), records, batch: 1000);
        await ArchiveAsync(stage, records, batch: 60);

        var empty = await Assert.ThrowsAsync<ReplayException>(() => stage.Replay().RunAsync(Options(stage) with { From = Some.Time.AddYears(4) }, _ => { }, default));

        Assert.Contains("the table would be empty", empty.Message, StringComparison.Ordinal);
        Assert.False(await stage.Replay().AbandonAsync(default));
        await stage.AssertHoldsAsync(events, End);
    }

    [Fact]
    public async Task Giving_up_takes_neither_a_replay_that_is_at_work_nor_the_table_that_is_live()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        var (events, records) = Records(stage, seed: 18, projects: 2);
        await FeedAsync(stage, stage.Aggregator(), records, batch: 1000);
        await ArchiveAsync(stage, records, batch: 60);
        var pipeline = stage.Account().Tables.GetTableClient("pipeline");
        TableEntity? plan = null;
        string? refused = null;

        await stage.Replay().RunAsync(
            Options(stage),
            one =>
            {
                if (one.Phase != "switching" || plan is not null) return;
                plan = pipeline.GetEntity<TableEntity>("projections", $"{stage.TableName}:replay").Value;
                refused = Assert.Throws<ReplayException>(() => stage.Replay().AbandonAsync(default).GetAwaiter().GetResult()).Message;
            },
            default);
        Assert.StartsWith("another replay is at work", refused, StringComparison.Ordinal);

        // As if it had been killed between the switch and its end.
        await pipeline.UpsertEntityAsync(plan!, TableUpdateMode.Replace);
        Assert.False(await stage.Replay().AbandonAsync(default));
        await stage.AssertHoldsAsync(events, End);
    }

    [Fact]
    public async Task Blocks_of_tables_that_are_gone_go_with_them()
    {
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        var (_, records) = Records(stage, seed: 19, projects: 2);
        await FeedAsync(stage, stage.Aggregator(), records, batch: 1000);
        await ArchiveAsync(stage, records, batch: 60);
        await stage.Replay().RunAsync(Options(stage), _ => { }, default);
        var blocks = stage.Account().Blobs.GetBlobContainerClient("blocks");
        await blocks.CreateIfNotExistsAsync();
        string[] folders = [$"{stage.TableName}4", $"{stage.TableName}4r1", $"{stage.TableName}99", $"other{stage.TableName}4"];
        foreach (var folder in folders) await blocks.UploadBlobAsync($"{folder}/index.json", BinaryData.FromString("{}"));

        await stage.Replay().CleanAsync(default);

        Assert.Equal([folders[1], folders[3]], (await blocks.GetBlobsAsync().Select(blob => blob.Name.Split('/')[0]).ToListAsync()).Intersect(folders).Order(StringComparer.Ordinal));
    }

    internal static ReplayOptions Options(AggregationStage stage) => new() { Streams = [stage.Stream.Name] };

    /// <summary>Events of several projects on three partitions, among them some of a type that is not known and records that are no events.</summary>
    internal static (List<Event> Events, List<KafkaRecord> Records) Records(AggregationStage stage, int seed, int projects)
    {
        List<Event> events = [];
        List<KafkaRecord> records = [];
        var offsets = new long[3];
        for (var p = 0; p < projects; p++)
        {
            var partition = p % offsets.Length;
            foreach (var one in ProjectEvents.Of(seed + (100 * p)).Take(MostOfAProject).Select(one => one with { Project = $"P-{p}" }).Where(IsValid).DistinctBy(one => (one.Id, one.Time, one.Data)))
            {
                events.Add(one);
                records.Add(stage.Record(partition, offsets[partition]++, one));
                if (offsets[partition] % 17 == 0) records.Add(stage.Record(partition, offsets[partition]++, "no event"u8.ToArray()));
                if (offsets[partition] % 23 == 0)
                {
                    records.Add(stage.Record(partition, offsets[partition]++, Encoding.UTF8.GetBytes(
                        $$"""{"specversion":"1.0","id":"u-{{offsets[partition]}}","source":"/s","type":"task.sneezed","subject":"P-{{p}}","time":"2026-04-01T00:00:00Z","data":{"assignee":"Ada"} }""")));
                }

                // Offsets that Kafka gives no record of.
                if (offsets[partition] % 29 == 0) offsets[partition] += 2;
            }
        }

        foreach (var record in records) record.Timestamp.UnixTimestampMs = Some.Time.AddMinutes(record.Offset).ToUnixTimeMilliseconds();
        return (events, records);

        static bool IsValid(Event one) => new EventDecoder().DecodeStructured(EventEncoder.Encode(one)).IsDecoded;
    }

    internal static async Task FeedAsync(AggregationStage stage, ProjectAggregator aggregator, IReadOnlyList<KafkaRecord> records, int batch)
    {
        foreach (var some in records.Chunk(batch)) await stage.WithoutWaiting(aggregator.AggregateAsync(some, default));
    }

    /// <summary>Delivers a batch again until it is taken, as the trigger does: the stage's clock runs faster than a switch.</summary>
    private static async Task DeliverAsync(AggregationStage stage, ProjectAggregator aggregator, KafkaRecord[] records)
    {
        while (true)
        {
            try
            {
                await stage.WithoutWaiting(aggregator.AggregateAsync(records, default));
                return;
            }
            catch (SealedSliceException)
            {
                await Task.Delay(20);
            }
        }
    }

    internal static async Task ArchiveAsync(AggregationStage stage, IReadOnlyList<KafkaRecord> records, int batch)
    {
        var archiver = stage.Archiver();
        foreach (var some in records.Chunk(batch)) await archiver.ArchiveAsync(some, default);
    }

    /// <summary>Everything that is known of projects, tasks, their history and teams, as bytes in hexadecimal digits.</summary>
    internal static async Task<SortedDictionary<string, string>> RowsAsync(AggregateTable table)
    {
        var rows = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var writer = new StateWriter();
        var teams = new SortedDictionary<string, Counters>(StringComparer.Ordinal);
        foreach (var slice in table.Slices)
        {
            await foreach (var project in table.ProjectsAsync(slice, null, default))
            {
                rows.Add($"{project.Key} project", Convert.ToHexString(project.State.ToBytes(writer)));
                rows.Add($"{project.Key} sums", Convert.ToHexString(project.Summary.ToBytes(writer)));
                await foreach (var (task, state) in table.TasksAsync(project.Key, null, default)) rows.Add($"{project.Key} task {task}", Convert.ToHexString(state.ToBytes(writer)));
                foreach (var (day, changes) in (await table.HistoryAsync(project.Key, DateOnly.MaxValue, default)).ByDay())
                    if (!changes.IsZero) rows.Add($"{project.Key} day {day:O}", Convert.ToHexString(changes.ToBytes(day, writer)));
            }

            foreach (var (team, sum) in await table.TeamsAsync(slice, default))
            {
                if (!teams.TryGetValue(team, out var total)) teams.Add(team, total = new Counters());
                total.Add(sum);
            }
        }

        foreach (var (team, sum) in teams.Where(team => !team.Value.IsZero)) rows.Add($"team {team}", string.Join(' ', Enum.GetValues<Measure>().Select(measure => sum[measure])));
        return rows;
    }

    internal static async Task<Dictionary<int, (long Next, long Outcomes, string ByOutcome)>> ConsumedAsync(AggregateTable table)
    {
        List<ConsumedPartition> all = [];
        foreach (var slice in table.Slices) all.AddRange(await table.PartitionsAsync(slice, default));
        return all.GroupBy(one => one.Partition).OrderBy(partition => partition.Key).Select(ConsumedPartition.Sum)
            .ToDictionary(one => one.Partition, one => (one.Next, one.Outcomes.Values.Sum(), string.Join(' ', one.Outcomes.OrderBy(outcome => outcome.Key))));
    }

    private static async Task<List<string>> CountsAsync(AggregationStage stage, AggregateTable table) =>
        [.. (await new PartitionCounts(stage.Account()).ListAsync(table.Name, stage.Stream, default)).Select(row =>
            $"{row.Topic} {row.Partition} {row.Checkpoint} {row.Decoded} {row.Unknown} {row.Undecodable} {row.Skipped} {row.NewestEventTime} {row.LastRecordTime} {row.TopicId} {row.LastRecord} {string.Join(' ', row.ByType)}")];

    /// <summary>The entities of a table, without what storage says of them.</summary>
    private static async Task<List<string>> RawAsync(AggregationStage stage, string table)
    {
        List<string> rows = [];
        await foreach (var row in stage.Account().Tables.GetTableClient(table).QueryAsync<Azure.Data.Tables.TableEntity>())
        {
            var properties = row.Where(property => property.Key is not ("odata.etag" or "Timestamp")).OrderBy(property => property.Key, StringComparer.Ordinal);
            rows.Add(string.Join(' ', properties.Select(property => $"{property.Key}={(property.Value is byte[] bytes ? Convert.ToHexString(bytes) : property.Value)}")));
        }

        return rows;
    }
}
