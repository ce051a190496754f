using Microsoft.Extensions.Logging.Abstractions;
using ShitOps.Archive;
using ShitOps.Tests.Aggregation;
using ShitOps.Tests.Archive;

namespace ShitOps.Tests.Cli;

/// <summary><c>verify</c> over a real store: what it says where the archive and the aggregates are not equally far.</summary>
[Collection(nameof(ArchiveCollection))]
public sealed class VerifyTests(ArchiveAzurite azurite, BrokerFixture kafka)
{
    [Fact]
    public async Task What_is_on_its_way_explains_why_the_numbers_of_events_differ()
    {
        var archive = await ArchiveStage.OpenAsync(azurite);
        using var stage = new AggregationStage(azurite, kafka, await kafka.LongTopicAsync(), slices: 8) { TableName = "aggregates" };
        var records = Enumerable.Range(0, 6).Select(i => stage.Record(0, i, Some.Event($"e-{i}", "APOLLO"))).ToArray();
        var (aggregator, archiver) = (stage.Aggregator(), stage.Archiver());

        await archiver.ArchiveAsync(records[..4], default);
        await new ArchiveManifest(stage.Account(), new ArchivePositions(stage.Account(), stage.Stream), NullLogger<ArchiveManifest>.Instance).ExtendAsync(default);
        await archiver.ArchiveAsync(records[4..5], default);
        await stage.WithoutWaiting(aggregator.AggregateAsync(records[..1], default));
        Assert.Equal(
            """
            The archive, 4 events: all is as it should be.
              1 record is archived and not in its manifest yet, which is extended every minute: not compared this time.
            The aggregates of 1 event: all is as it should be.
              4 archived records were not aggregated yet when this began.

            """,
            await VerifyAsync());

        await archiver.ArchiveAsync(records[5..], default);
        await stage.WithoutWaiting(aggregator.AggregateAsync(records, default));
        Assert.Equal(
            """
            The archive, 4 events: all is as it should be.
              2 records are archived and not in its manifest yet, which is extended every minute: not compared this time.
            The aggregates of 6 events: all is as it should be.
              There are more than in the archive above, since events came after it was compared, or are not in its manifest yet.

            """,
            await VerifyAsync());

        async Task<string> VerifyAsync()
        {
            var run = await CommandRun.OfAsync(["verify", "--storage", archive.ConnectionString], new() { ["Slices"] = "8" });
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            return run.Output[..run.Output.IndexOf("The blocks", StringComparison.Ordinal)];
        }
    }
}
