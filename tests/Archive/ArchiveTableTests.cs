using Azure.Storage.Blobs.Models;
using ShitOps.Archive;

namespace ShitOps.Tests.Archive;

/// <summary>The archive as a Delta table: whoever commits, compacts or crashes, other readers find every event in it once.</summary>
[Collection(nameof(ArchiveCollection))]
public sealed class ArchiveTableTests(ArchiveAzurite azurite)
{
    private static readonly string[] AllPartitionColumns = ["stream", "topic", "partition"];

    [Fact]
    public async Task Holds_every_event_once_for_a_reader_of_the_protocol_before_and_after_compaction()
    {
        var stage = await ArchiveStage.OpenAsync(azurite);
        stage.Settings = stage.Settings with { CheckpointCommits = 1_000 };
        await stage.AppendAsync(partitions: 3, segments: 12);
        await stage.Committer().CommitAsync(default);
        var all = stage.Rows.Values.Sum(rows => rows.Count);
        Assert.Equal(all, await stage.AssertTableAsync(ofStatistics: true));
        var before = await DeltaReader.ReadAsync(stage.Container, ArchiveTable.Root);
        Assert.Equal(AllPartitionColumns, before.PartitionColumns);
        Assert.Equal(stage.Rows.Keys.Select(partition => (ArchiveStage.Chain(partition).AppId, stage.EndOf(partition))), before.Transactions.OrderBy(one => one.Key).Select(one => (one.Key, one.Value)));

        // Of the twelve segments of a partition two have no events.
        Assert.Equal(30, before.Files.Count);
        Assert.Equal(30, await stage.Compactor().CompactAsync(default));
        var after = await DeltaReader.ReadAsync(stage.Container, ArchiveTable.Root);
        Assert.Equal(3, after.Files.Count);
        Assert.All(after.Files.Keys, path => Assert.True(ArchiveTable.IsCompacted(path), path));
        Assert.Equal(all, await stage.AssertTableAsync(ofStatistics: true));

        Assert.Equal(0, await stage.Committer().CommitAsync(default));
        Assert.Equal(0, await stage.Compactor().CompactAsync(default));
        Assert.Equal(after.Version, (await DeltaReader.ReadAsync(stage.Container, ArchiveTable.Root)).Version);
    }

    [Fact]
    public async Task A_million_events_are_in_their_segments_and_in_the_files_that_compaction_makes()
    {
        const int segment = 20_000, segments = 17;
        var (from, to) = (Some.Time.AddDays(20), Some.Time.AddDays(21));
        var stage = await ArchiveStage.OpenAsync(azurite, seed: 30);
        for (var i = 0; i < segments; i++)
            for (var partition = 0; partition < 3; partition++) await stage.AppendSegmentAsync(partition, segment);
        var rows = stage.Rows.Values.SelectMany(all => all).ToList();
        Assert.InRange(rows.Count, 1_000_000, 1_100_000);
        await stage.Committer().CommitAsync(default);
        var found = await SumsAsync();
        Assert.Equal(3 * segments, found.Files);
        Assert.Equal(rows.GroupBy(row => row.Type).OrderBy(type => type.Key, StringComparer.Ordinal).Select(type => (type.Key, (long)type.Count(), type.Sum(row => row.Offset))), found.Types);
        Assert.Equal(rows.Count(row => row.Time >= from && row.Time < to), found.OfADay);

        await stage.Compactor().CompactAsync(default);
        var compacted = await SumsAsync();
        Assert.InRange(compacted.Files, 3, found.Files / 2);
        Assert.Equal(found.Types, compacted.Types);
        Assert.Equal(found.OfADay, compacted.OfADay);

        async Task<(int Files, List<(string, long, long)> Types, long OfADay)> SumsAsync()
        {
            using var duck = new Duck();
            var files = (await DeltaReader.ReadAsync(stage.Container, ArchiveTable.Root)).Files.Keys;
            foreach (var file in files) duck.File((await stage.Container.GetBlobClient(ArchiveTable.Root + file).DownloadContentAsync()).Value.Content.ToArray());
            return (
                files.Count(),
                [.. duck.Rows($"SELECT type, count(*), sum(\"offset\")::BIGINT FROM read_parquet('{duck.Files}') GROUP BY type ORDER BY type").Select(row => ((string)row[0]!, (long)row[1]!, (long)row[2]!))],
                duck.Number($"SELECT count(*) FROM read_parquet('{duck.Files}') WHERE time >= TIMESTAMPTZ '{from:yyyy-MM-dd HH:mm:ss}+00' AND time < TIMESTAMPTZ '{to:yyyy-MM-dd HH:mm:ss}+00'"));
        }
    }

    [Fact]
    public async Task Compacted_rows_are_in_the_order_of_project_task_and_time()
    {
        var stage = await ArchiveStage.OpenAsync(azurite, seed: 2);
        await stage.AppendAsync(partitions: 1, segments: 20);
        await stage.Committer().CommitAsync(default);
        await stage.Compactor().CompactAsync(default);

        var file = Assert.Single((await stage.Table().ReadAsync(default))!.Files);
        using var open = await stage.Table().OpenAsync(file, default);
        var rows = (await open.ReadAsync(0, default)).ToList();
        var sorted = stage.Rows[0].OrderBy(row => row.Project, StringComparer.Ordinal).ThenBy(row => row.Task ?? "", StringComparer.Ordinal).ThenBy(row => row.Time).ThenBy(row => row.Offset);
        Assert.Equal(sorted, rows);
    }

    [Fact]
    public async Task Small_compacted_files_are_merged_until_they_are_large_enough()
    {
        var stage = await ArchiveStage.OpenAsync(azurite, seed: 3);
        for (var round = 0; round < 17; round++)
        {
            await stage.AppendAsync(partitions: 1, segments: 10, rows: 6);
            await stage.Committer().CommitAsync(default);
            await stage.Compactor().CompactAsync(default);
        }

        // Sixteen files of ten segments each became two, or one of those and what came after.
        var table = await DeltaReader.ReadAsync(stage.Container, ArchiveTable.Root);
        Assert.InRange(table.Files.Count, 2, 8);
        Assert.Equal(stage.Rows[0].Count, await stage.AssertTableAsync());
    }

    [Fact]
    public async Task Is_read_from_a_checkpoint_once_the_commits_before_it_are_gone()
    {
        var stage = await ArchiveStage.OpenAsync(azurite, seed: 4);
        for (var round = 0; round < 6; round++)
        {
            await stage.AppendAsync(partitions: 2, segments: 4);
            await stage.Committer().CommitAsync(default);
            await stage.Compactor().CompactAsync(default);
        }

        var table = await DeltaReader.ReadAsync(stage.Container, ArchiveTable.Root);
        Assert.NotNull(table.Checkpoint);
        stage.Time.Advance(stage.Settings.LogRetention + TimeSpan.FromDays(2));
        await stage.Vacuum().VacuumAsync(default);
        Assert.False(await stage.Container.GetBlobClient($"{ArchiveTable.Root}_delta_log/{0:D20}.json").ExistsAsync());

        Assert.Equal(stage.Rows.Values.Sum(rows => rows.Count), await stage.AssertTableAsync());
        var read = (await stage.Table().ReadAsync(default))!;
        Assert.Equal(table.Version, read.Version);
        Assert.Equal(table.Files.Keys.Order(StringComparer.Ordinal), read.Files.Select(file => file.Path).Order(StringComparer.Ordinal));
        Assert.Equal(table.Transactions.OrderBy(one => one.Key), read.Transactions.Select(one => KeyValuePair.Create(one.AppId, one.Version)).OrderBy(one => one.Key));

        // The hint to the checkpoint may be lost.
        await stage.Container.GetBlobClient($"{ArchiveTable.Root}_delta_log/_last_checkpoint").DeleteAsync();
        Assert.Equal(table.Version, (await stage.Table().ReadAsync(default))!.Version);
    }

    [Fact]
    public async Task Many_committers_and_compactors_at_once_leave_every_event_in_it_once()
    {
        var stage = await ArchiveStage.OpenAsync(azurite, seed: 5);
        var appending = Task.Run(async () =>
        {
            for (var round = 0; round < 25; round++) await stage.AppendAsync(partitions: 3, segments: 2);
        });
        await Task.WhenAll(Enumerable.Range(0, 5).Select(worker => Task.Run(async () =>
        {
            var (committer, compactor) = (stage.Committer(), stage.Compactor());
            var isLast = false;
            while (!isLast)
            {
                isLast = appending.IsCompleted;
                if (worker < 3) await committer.CommitAsync(default);
                else await compactor.CompactAsync(default);
            }
        })));
        await appending;
        await stage.Committer().CommitAsync(default);

        Assert.Equal(stage.Rows.Values.Sum(rows => rows.Count), await stage.AssertTableAsync());
        var table = await DeltaReader.ReadAsync(stage.Container, ArchiveTable.Root);
        Assert.Contains(table.Files.Keys, ArchiveTable.IsCompacted);
        await stage.Compactor().CompactAsync(default);
        Assert.Equal(stage.Rows.Values.Sum(rows => rows.Count), await stage.AssertTableAsync());
    }

    [Theory]
    [InlineData("commit")]
    [InlineData("compact")]
    [InlineData("expire")]
    [InlineData("vacuum")]
    public async Task A_crash_wherever_it_falls_loses_nothing_and_doubles_nothing(string work)
    {
        var stage = await ArchiveStage.OpenAsync(azurite, seed: 6);
        if (work == "expire") stage.Settings = stage.Settings with { Retention = ArchiveRetention.Of(KeyValuePair.Create("task.updated", 30)) };

        // After the first requests every third: each kind comes, before and behind it.
        for (var at = 1; ; at += at < 6 ? 1 : 3)
        {
            await stage.AppendAsync(partitions: work == "commit" ? 2 : 1, segments: work == "commit" ? 2 : 9, rows: 8);
            await stage.Manifest().ExtendAsync(default);
            if (work != "commit") await stage.Committer().CommitAsync(default);
            if (work == "vacuum")
            {
                await stage.Compactor().CompactAsync(default);
                stage.Time.Advance(stage.Settings.VacuumAfter + TimeSpan.FromDays(1));
            }

            if (work == "expire")
            {
                stage.Time.Advance(TimeSpan.FromDays(200));
                await stage.Compactor().CompactAsync(default);
            }

            // At every other one it happens behind the request and before its answer.
            var requests = 0;
            using var life = new CancellationTokenSource();
            var transport = new FaultyTransport(_ =>
            {
                if (++requests != at) return Fault.None;
                life.Cancel();
                return at % 2 == 0 ? Fault.AnswerLost : Fault.Refused;
            });
            var hasCrashed = false;
            try
            {
                await WorkAsync(stage, work, transport, life.Token);
            }
            catch (OperationCanceledException) when (life.IsCancellationRequested)
            {
                hasCrashed = true;
            }

            Func<ArchiveRow, bool>? isKept = work == "expire" ? row => row.Type != "task.updated" : null;
            if (work != "expire") await stage.AssertTableAsync();
            await stage.Committer().CommitAsync(default);
            await WorkAsync(stage, work, transport: null, default);
            Assert.Equal(stage.Rows.Values.Sum(rows => rows.Count(row => isKept?.Invoke(row) != false)), await stage.AssertTableAsync(isKept));
            if (!hasCrashed) break;
            Assert.InRange(at, 1, 200);
        }
    }

    [Fact]
    public async Task A_vacuum_deletes_what_has_left_the_table_long_enough_ago_and_nothing_else()
    {
        var stage = await ArchiveStage.OpenAsync(azurite, seed: 7);
        await stage.AppendAsync(partitions: 1, segments: 9);
        await stage.Committer().CommitAsync(default);
        await stage.Compactor().CompactAsync(default);
        var litter = stage.Container.GetBlobClient($"{ArchiveTable.Root}stream=prod-1/topic=events/partition=0/{Guid.NewGuid():D}.parquet");
        await litter.UploadAsync(new BinaryData("a compaction that was never committed"));
        var segments = await SegmentsAsync(stage);
        Assert.Equal(9, segments.Count);

        // The manifest does not tell of them yet.
        stage.Time.Advance(stage.Settings.VacuumAfter + TimeSpan.FromDays(1));
        Assert.Equal(1, await stage.Vacuum().VacuumAsync(default));
        Assert.False(await litter.ExistsAsync());
        Assert.Equal(segments, await SegmentsAsync(stage));

        await stage.Manifest().ExtendAsync(default);
        await stage.AppendAsync(partitions: 1, segments: 1);
        Assert.Equal(8, await stage.Vacuum().VacuumAsync(default));

        // The last one in the table tells where the chain ends; the one after it is not in the table yet.
        var left = await SegmentsAsync(stage);
        Assert.Equal([segments[^1]], left.Take(1));
        Assert.Equal(2, left.Count);
        await stage.Committer().CommitAsync(default);
        Assert.Equal(stage.Rows[0].Count, await stage.AssertTableAsync());
        var tail = await new SegmentChain(stage.Account(), stage.Stream).FindTailAsync("events", 0, null, default);
        Assert.Equal(stage.EndOf(0), tail.End);
    }

    [Fact]
    public async Task What_has_just_left_the_table_stays_for_those_who_read_an_earlier_version()
    {
        var stage = await ArchiveStage.OpenAsync(azurite, seed: 8);
        await stage.AppendAsync(partitions: 1, segments: 9);
        await stage.Committer().CommitAsync(default);
        await stage.Manifest().ExtendAsync(default);

        // Long after they were written, they are compacted.
        stage.Time.Advance(stage.Settings.VacuumAfter + TimeSpan.FromDays(1));
        await stage.Compactor().CompactAsync(default);
        var segments = await SegmentsAsync(stage);
        await stage.Vacuum().VacuumAsync(default);

        // The one without events was never a file of the table.
        Assert.Equal(segments.Count - 1, (await SegmentsAsync(stage)).Count);
        stage.Time.Advance(stage.Settings.VacuumAfter - TimeSpan.FromHours(1));
        await stage.Vacuum().VacuumAsync(default);
        Assert.Contains(segments[0], await SegmentsAsync(stage));
        stage.Time.Advance(TimeSpan.FromHours(2));
        await stage.Vacuum().VacuumAsync(default);
        Assert.Equal([segments[^1]], await SegmentsAsync(stage));
    }

    [Fact]
    public async Task Events_of_a_type_leave_when_its_retention_is_over_and_all_others_stay()
    {
        var stage = await ArchiveStage.OpenAsync(azurite, seed: 9);
        stage.Settings = stage.Settings with { Retention = ArchiveRetention.Of(KeyValuePair.Create("task.estimated", 10), KeyValuePair.Create("task.sneezed", 400)) };
        await stage.AppendAsync(partitions: 2, segments: 6);
        await stage.Committer().CommitAsync(default);
        var all = stage.Rows.Values.Sum(rows => rows.Count);

        // Counted from when they were put on the topic.
        stage.Time.SetUtcNow(stage.Begin.AddDays(9));
        await stage.Compactor().CompactAsync(default);
        Assert.Equal(0, await stage.Vacuum().ExpireAsync(default));
        Assert.Equal(all, await stage.AssertTableAsync());

        stage.Time.SetUtcNow(stage.Begin.AddDays(12));
        await stage.Compactor().CompactAsync(default);
        Assert.Equal(2, await stage.Vacuum().ExpireAsync(default));
        Assert.InRange(await stage.AssertTableAsync(row => row.Type != "task.estimated"), 1, all - 1);

        stage.Time.SetUtcNow(stage.Begin.AddDays(402));
        await stage.Compactor().CompactAsync(default);
        await stage.Vacuum().ExpireAsync(default);
        await stage.AssertTableAsync(row => row.Type is not ("task.estimated" or "task.sneezed"));
        Assert.Equal(0, await stage.Committer().CommitAsync(default));
    }

    [Fact]
    public async Task A_filter_reads_the_rows_that_match_and_passes_over_files_that_hold_none()
    {
        var stage = await ArchiveStage.OpenAsync(azurite, seed: 10);
        await stage.AppendAsync(partitions: 3, segments: 10);
        await stage.Committer().CommitAsync(default);
        await stage.Compactor().CompactAsync(default);
        await stage.AppendAsync(partitions: 3, segments: 3);
        await stage.Committer().CommitAsync(default);
        var all = stage.Rows.SelectMany(chain => chain.Value.Select(row => (Partition: chain.Key, Row: row))).ToList();
        var middle = Some.Time.AddDays(30);
        ArchiveFilter[] filters =
        [
            new() { Project = "P-1" }, new() { Project = "über-2", Task = "T-3" }, new() { Task = "T-7" }, new() { From = middle }, new() { Before = middle.AddDays(-20) },
            new() { From = middle, Before = middle.AddHours(5) }, new() { Types = ["task.sneezed"] }, new() { Project = "\U0001F6800" }, new() { Project = "nobody's" }, new() { Chain = ArchiveStage.Chain(2) },
        ];
        foreach (var filter in filters)
        {
            List<(int, ArchiveRow)> found = [];
            var files = (await stage.Table().ReadAsync(default))!.Files.ToList();
            var read = files.Where(filter.MayHold).ToList();
            foreach (var file in read)
            {
                using var open = await stage.Table().OpenAsync(file, default);
                for (var group = 0; group < open.RowGroups.Count; group++)
                {
                    if (!filter.MayHold(open.RowGroups[group])) continue;
                    foreach (var row in await open.ReadAsync(group, default))
                        if (filter.Matches(row)) found.Add((ArchiveTable.ChainOf(file).Partition, row));
                }
            }

            var expected = all.Where(one => filter.Matches(one.Row) && (filter.Chain is not { } chain || chain.Partition == one.Partition)).ToList();
            Assert.Equal(expected.OrderBy(one => one.Partition).ThenBy(one => one.Row.Offset), found.OrderBy(one => one.Item1).ThenBy(one => one.Item2.Offset));
            if (filter.Project == "nobody's") Assert.Empty(found);
            if (filter.Project == "P-1" || filter.Chain is not null) Assert.InRange(read.Count, 1, files.Count - 1);
        }
    }

    private static Task WorkAsync(ArchiveStage stage, string work, FaultyTransport? transport, CancellationToken cancellationToken) => work switch
    {
        "commit" => stage.Committer(transport).CommitAsync(cancellationToken),
        "compact" => stage.Compactor(transport).CompactAsync(cancellationToken),
        "expire" => stage.Vacuum(transport).ExpireAsync(cancellationToken),
        _ => stage.Vacuum(transport).VacuumAsync(cancellationToken),
    };

    private static async Task<List<string>> SegmentsAsync(ArchiveStage stage)
    {
        List<string> names = [];
        await foreach (var blob in stage.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{ArchiveTable.Root}prod-1/", default)) names.Add(blob.Name);
        return names;
    }
}
