using Azure.Data.Tables;
using ShitOps.Archive;
using ShitOps.Events;
using ShitOps.Tests.Aggregation;
using ShitOps.Tests.Archive;
using ShitOps.Tests.Replay;
using ShitOps.Verification;

namespace ShitOps.Tests.Verification;

/// <summary>The live rows are compared with those that the archive's events make; what differs is named.</summary>
[Collection(nameof(ArchiveCollection))]
public sealed class AggregateVerificationTests(ArchiveAzurite azurite, BrokerFixture kafka)
{
    [Fact]
    public async Task Rows_are_those_of_the_archive_compacted_or_not_and_so_are_those_of_a_replay()
    {
        var archive = await ArchiveStage.OpenAsync(azurite);
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        var (_, records) = AggregateReplayTests.Records(stage, seed: 51, projects: 7);
        await AggregateReplayTests.FeedAsync(stage, stage.Aggregator(), records, batch: 50);
        await AggregateReplayTests.ArchiveAsync(stage, records, batch: 20);
        var decodable = records.Count(record => new EventDecoder().Decode(record.Value, []).IsDecoded);
        var before = await VerifyAsync(stage);
        Assert.Empty(before.Findings);
        Assert.Equal(decodable, before.Events);

        await archive.Committer().CommitAsync(default);
        Assert.InRange(await archive.Compactor().CompactAsync(default), 8, 1000);
        Assert.Empty((await VerifyAsync(stage)).Findings);

        // Over the compacted files a replay gives the same rows, each time.
        var rows = await AggregateReplayTests.RowsAsync(await stage.Live().ReadAsync(default));
        for (var replay = 1; replay <= 2; replay++)
        {
            await stage.Replay().RunAsync(new() { Streams = [stage.Stream.Name], Slices = 4 + replay }, _ => { }, default);
            Assert.Equal(rows, await AggregateReplayTests.RowsAsync(await stage.Live().ReadAsync(default)));
        }

        Assert.Empty((await VerifyAsync(stage)).Findings);
    }

    [Theory]
    [InlineData("t:P-0:", "is missing")]
    [InlineData("p:P-1:sums", "P-1: is missing")]
    [InlineData("t:", "is not what the archived events make it", true)]
    [InlineData("p:P-0:project", "its own fields or allocations are not those")]
    [InlineData("c:", "events were consumed up to", true)]
    public async Task A_row_that_was_lost_or_changed_is_found(string row, string fault, bool isChanged = false)
    {
        await ArchiveStage.OpenAsync(azurite);
        using var stage = await AggregationStage.OpenAsync(azurite, kafka, slices: 2);
        var (_, records) = AggregateReplayTests.Records(stage, seed: 52, projects: 2);
        await AggregateReplayTests.FeedAsync(stage, stage.Aggregator(), records, batch: 50);
        await AggregateReplayTests.ArchiveAsync(stage, records, batch: 50);
        var table = stage.Account().Tables.GetTableClient(stage.Table().Name);
        var rows = (await table.QueryAsync<TableEntity>().ToListAsync()).Where(one => one.RowKey.StartsWith(row, StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(rows);
        if (!isChanged)
        {
            await table.DeleteEntityAsync(rows[0].PartitionKey, rows[0].RowKey);
        }
        else if (row == "c:")
        {
            rows[0]["Applied"] = rows[0].GetInt64("Applied") + 1;
            await table.UpdateEntityAsync(rows[0], rows[0].ETag, TableUpdateMode.Replace);
        }
        else
        {
            // One task has the state of another.
            var forged = new TableEntity(rows[0].PartitionKey, rows[0].RowKey);
            foreach (var (name, value) in rows[1].Where(property => property.Value is byte[])) forged[name] = value;
            await table.UpdateEntityAsync(forged, Azure.ETag.All, TableUpdateMode.Merge);
        }

        Assert.Contains((await VerifyAsync(stage)).Findings, finding => finding.ToString().Contains(fault, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_table_that_is_gone_is_found_and_so_is_an_archive_that_nothing_was_counted_of()
    {
        await ArchiveStage.OpenAsync(azurite);
        using var stage = await AggregationStage.OpenAsync(azurite, kafka, slices: 2);
        var (_, records) = AggregateReplayTests.Records(stage, seed: 55, projects: 2);
        await AggregateReplayTests.ArchiveAsync(stage, records, batch: 50);
        var uncounted = (await VerifyAsync(stage)).Findings;
        Assert.NotEmpty(uncounted);
        Assert.All(uncounted, finding => Assert.Contains("none was ever counted", finding.Fault, StringComparison.Ordinal));

        await AggregateReplayTests.FeedAsync(stage, stage.Aggregator(), records, batch: 50);
        Assert.Empty((await VerifyAsync(stage)).Findings);
        await stage.Account().Tables.DeleteTableAsync(stage.Table().Name);
        var lost = (await VerifyAsync(stage)).Findings;
        Assert.NotEmpty(lost);
        Assert.All(lost, finding => Assert.Contains("events were counted, and 0 are in the slices", finding.Fault, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Events_that_come_meanwhile_are_no_fault()
    {
        await ArchiveStage.OpenAsync(azurite);
        using var stage = await AggregationStage.OpenAsync(azurite, kafka, slices: 3);
        var (_, records) = AggregateReplayTests.Records(stage, seed: 53, projects: 6);
        var half = records.Count / 2;
        var (aggregator, archiver) = (stage.Aggregator(), stage.Archiver());
        await AggregateReplayTests.FeedAsync(stage, aggregator, records[..half], batch: 40);
        await AggregateReplayTests.ArchiveAsync(stage, records[..half], batch: 40);
        var feeding = Task.WhenAll(
            Task.Run(() => AggregateReplayTests.FeedAsync(stage, aggregator, records[half..], batch: 9)),
            Task.Run(async () =>
            {
                foreach (var some in records[half..].Chunk(13)) await archiver.ArchiveAsync(some, default);
            }));
        do
        {
            Assert.Empty((await VerifyAsync(stage)).Findings);
        }
        while (!feeding.IsCompleted);
        await feeding;
        Assert.Equal(records.Count(record => new EventDecoder().Decode(record.Value, []).IsDecoded), (await VerifyAsync(stage)).Events);
    }

    [Fact]
    public async Task That_the_archive_lacks_what_the_aggregates_have_is_found()
    {
        await ArchiveStage.OpenAsync(azurite);
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        var (_, records) = AggregateReplayTests.Records(stage, seed: 54, projects: 2);
        await AggregateReplayTests.FeedAsync(stage, stage.Aggregator(), records, batch: 1000);
        await AggregateReplayTests.ArchiveAsync(stage, [.. records.SkipLast(5)], batch: 60);
        var verified = await VerifyAsync(stage, patience: TimeSpan.FromSeconds(1));
        Assert.Contains("is ArchiveEvents running?", Assert.Single(verified.Findings).Fault, StringComparison.Ordinal);
        Assert.Equal((0, 5), (verified.Behind, verified.Ahead));
    }

    [Fact]
    public async Task That_the_aggregates_lack_what_the_archive_has_is_no_fault_but_told()
    {
        await ArchiveStage.OpenAsync(azurite);
        using var stage = await AggregationStage.OpenAsync(azurite, kafka);
        var (_, records) = AggregateReplayTests.Records(stage, seed: 54, projects: 2);
        await AggregateReplayTests.FeedAsync(stage, stage.Aggregator(), [.. records.SkipLast(5)], batch: 1000);
        await AggregateReplayTests.ArchiveAsync(stage, records, batch: 60);
        var verified = await VerifyAsync(stage);
        Assert.Empty(verified.Findings);
        Assert.Equal((5, 0), (verified.Behind, verified.Ahead));
    }

    private static Task<Verified> VerifyAsync(AggregationStage stage, TimeSpan? patience = null) => new AggregateVerification(
        stage.Account(), stage.Live(), new ArchiveTable(stage.Account(), new ArchiveTableSettings(), TimeProvider.System), TimeProvider.System)
    { Patience = patience ?? TimeSpan.FromMinutes(1), MostEventsAtATime = 200 }.RunAsync(_ => { }, default);
}
