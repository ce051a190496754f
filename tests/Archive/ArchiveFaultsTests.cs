using Azure.Data.Tables;
using Azure.Storage.Blobs.Models;
using ShitOps.Archive;

namespace ShitOps.Tests.Archive;

/// <summary>What is damaged or lost of one chain is said, and holds up nothing else.</summary>
[Collection(nameof(ArchiveCollection))]
public sealed class ArchiveFaultsTests(ArchiveAzurite azurite)
{
    [Fact]
    public async Task A_damaged_segment_is_named_and_all_others_reach_the_table_and_the_manifest()
    {
        var stage = await ArchiveStage.OpenAsync(azurite, seed: 61);
        await stage.AppendAsync(partitions: 3, segments: 2);
        var good = stage.EndOf(1);
        await stage.AppendAsync(partitions: 3, segments: 2);
        var damaged = await DamageAsync(stage, partition: 1, start: good);

        var committing = await Assert.ThrowsAsync<InvalidDataException>(() => stage.Committer().CommitAsync(default));
        Assert.StartsWith($"{damaged} cannot be read: ", committing.Message, StringComparison.Ordinal);
        var table = await DeltaReader.ReadAsync(stage.Container, ArchiveTable.Root);
        Assert.Equal(
            [(0, stage.EndOf(0)), (1, good), (2, stage.EndOf(2))],
            Enumerable.Range(0, 3).Select(partition => (partition, table.Transactions[ArchiveStage.Chain(partition).AppId])));
        await stage.AssertTableAsync();

        var noting = await Assert.ThrowsAsync<InvalidDataException>(() => stage.Manifest().ExtendAsync(default));
        Assert.StartsWith($"{damaged} cannot be read: ", noting.Message, StringComparison.Ordinal);
        Assert.Equal(
            [stage.EndOf(0), good, stage.EndOf(2)],
            [await ReachedAsync(stage, 0), await ReachedAsync(stage, 1), await ReachedAsync(stage, 2)]);
    }

    [Fact]
    public async Task Without_the_rows_that_tell_how_far_it_is_the_archive_goes_on_and_is_searched_to_its_end()
    {
        var stage = await ArchiveStage.OpenAsync(azurite, seed: 62);
        await stage.AppendAsync(partitions: 2, segments: 3);
        await stage.Committer().CommitAsync(default);
        await stage.Manifest().ExtendAsync(default);
        await stage.AppendAsync(partitions: 2, segments: 2);
        var rows = stage.Account().Tables.GetTableClient("pipeline");

        // One is deleted; the other says more than there is, as if the archive had been put back to an earlier day.
        await rows.DeleteEntityAsync(stage.Stream.Name, "archive:events:00000");
        var wrong = (await rows.GetEntityAsync<TableEntity>(stage.Stream.Name, "archive:events:00001")).Value;
        (wrong["Checkpoint"], wrong["LastSegment"]) = (stage.EndOf(1) + 5_000, stage.EndOf(1) + 4_000);
        await rows.UpdateEntityAsync(wrong, wrong.ETag, TableUpdateMode.Replace);

        var found = await stage.Audit().NewestAsync(new ArchiveFilter(), null, 10_000, default);
        Assert.Equal(
            stage.Rows.SelectMany(partition => partition.Value.Select(row => row.Id)).Order(StringComparer.Ordinal),
            found!.Select(one => one.Row.Id).Order(StringComparer.Ordinal));
        await stage.Committer().CommitAsync(default);
        await stage.Manifest().ExtendAsync(default);
        foreach (var partition in stage.Rows.Keys) Assert.Equal(stage.EndOf(partition), await ReachedAsync(stage, partition));
        Assert.Equal(stage.Rows.Values.Sum(chain => chain.Count), await stage.AssertTableAsync());
    }

    private static Task<long> ReachedAsync(ArchiveStage stage, int partition) => stage.Manifest().ReachedAsync(ArchiveStage.Chain(partition), default);

    /// <summary>Writes something else over a segment, which keeps its metadata.</summary>
    private static async Task<string> DamageAsync(ArchiveStage stage, int partition, long start)
    {
        var name = FormattableString.Invariant($"events/{stage.Stream.Name}/events/{partition:D5}/{start:D20}.parquet");
        var blob = stage.Container.GetBlobClient(name);
        var metadata = (await blob.GetPropertiesAsync()).Value.Metadata;
        await blob.UploadAsync(BinaryData.FromString("PAR1 but no Parquet file PAR1"), new BlobUploadOptions { Metadata = metadata });
        return $"archive/{name}";
    }
}
