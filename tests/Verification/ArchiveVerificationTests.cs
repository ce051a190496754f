using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using ShitOps.Archive;
using ShitOps.Tests.Archive;
using ShitOps.Verification;

namespace ShitOps.Tests.Verification;

/// <summary>What was changed or removed in the archive behind the product's back is found and named.</summary>
[Collection(nameof(ArchiveCollection))]
public sealed class ArchiveVerificationTests(ArchiveAzurite azurite)
{
    [Fact]
    public async Task Finds_nothing_wherever_the_rows_are_by_then()
    {
        var stage = await ArchiveStage.OpenAsync(azurite, seed: 41);
        stage.Settings = stage.Settings with { Retention = ArchiveRetention.Of(KeyValuePair.Create("task.updated", 30)) };
        await stage.AppendAsync(partitions: 2, segments: 9);
        await AssertCleanAsync(events: 0);
        await stage.Manifest().ExtendAsync(default);
        var all = stage.Rows.Values.Sum(rows => rows.Count);
        await AssertCleanAsync(all);
        await stage.Committer().CommitAsync(default);
        await AssertCleanAsync(all);
        await stage.Compactor().CompactAsync(default);
        await AssertCleanAsync(all);

        // Some offsets at a time, however large the files.
        Assert.Empty((await VerifyAsync(stage, window: 30)).Findings);

        stage.Time.Advance(TimeSpan.FromDays(40));
        await stage.Compactor().CompactAsync(default);
        await stage.Vacuum().ExpireAsync(default);
        stage.Time.Advance(stage.Settings.VacuumAfter + TimeSpan.FromDays(1));
        await stage.Vacuum().VacuumAsync(default);
        await stage.AppendAsync(partitions: 2, segments: 2);

        // By this clock they have been there for weeks.
        var untold = (await VerifyAsync(stage)).Findings;
        Assert.Equal(2, untold.Count);
        Assert.All(untold, finding => Assert.Contains("is KeepManifest running?", finding.Fault, StringComparison.Ordinal));
        await stage.Manifest().ExtendAsync(default);
        await AssertCleanAsync(stage.Rows.Values.Sum(rows => rows.Count));

        async Task AssertCleanAsync(long events)
        {
            var verified = await VerifyAsync(stage);
            Assert.Empty(verified.Findings);
            Assert.Equal(events, verified.Events);
            Assert.Equal(events == 0, verified.Behind > 0);
        }
    }

    [Theory]
    [InlineData("a bit of a segment", "is not the file that was archived")]
    [InlineData("a segment", "the file is missing")]
    [InlineData("the last segment", "the segment is missing")]
    [InlineData("a bit of a compacted file", "")]
    [InlineData("a compacted file", "the file is missing")]
    [InlineData("a row of a compacted file", "are not what was archived")]
    [InlineData("a file of the log", "are missing")]
    [InlineData("a line of the manifest", "comes the line of offset")]
    public async Task Finds_and_names_what_was_changed(string what, string fault)
    {
        var stage = await ArchiveStage.OpenAsync(azurite, seed: 42);
        await stage.AppendAsync(partitions: 1, segments: 9);
        await stage.Manifest().ExtendAsync(default);
        await stage.Committer().CommitAsync(default);
        if (what.Contains("compacted", StringComparison.Ordinal)) await stage.Compactor().CompactAsync(default);
        if (what == "the last segment")
        {
            await stage.AppendAsync(partitions: 1, segments: 1);
            await stage.Manifest().ExtendAsync(default);
        }

        var place = await ChangeAsync(stage, what);

        var findings = (await VerifyAsync(stage)).Findings;
        Assert.Contains(findings, one => one.ToString().Contains(place, StringComparison.Ordinal) && one.Fault.Contains(fault, StringComparison.Ordinal));
    }

    /// <summary>Changes something, and tells by what name it should be found.</summary>
    private static async Task<string> ChangeAsync(ArchiveStage stage, string what)
    {
        var table = (await stage.Table().ReadAsync(default))!;
        var file = table.Files.OrderBy(one => one.Path, StringComparer.Ordinal).First();
        var blob = stage.Container.GetBlobClient(ArchiveTable.Root + file.Path);
        switch (what)
        {
            case "a segment" or "a compacted file":
                await blob.DeleteAsync();
                return file.Path;
            case "the last segment":
                var last = (await StoredChain.ReadAsync(stage.ConnectionString, stage.Stream.Name, "events", 0)).Segments[^1].Name;
                await stage.Container.GetBlobClient(last).DeleteAsync();
                return last;
            case "a bit of a segment" or "a bit of a compacted file":
                BlobDownloadResult content = await blob.DownloadContentAsync();
                var bytes = content.Content.ToArray();
                bytes[bytes.Length / 3] ^= 4;
                await blob.UploadAsync(new BinaryData(bytes), new BlobUploadOptions { Metadata = content.Details.Metadata });
                return file.Path;
            case "a row of a compacted file":
                await ReplaceAsync(stage, file.Path);
                return "prod-1/events/0, offsets";
            case "a file of the log":
                // Somebody takes a file out of the table that is no longer to be found.
                var log = stage.Container.GetBlobClient($"{ArchiveTable.Root}_delta_log/{table.Version + 1:D20}.json");
                await log.UploadAsync(new BinaryData($$"""{"remove":{"path":"{{file.Path}}","deletionTimestamp":0,"dataChange":true} }"""));
                return "prod-1/events/0, offsets 0 to";
            default:
                var container = new BlobContainerClient(stage.ConnectionString, ArchiveManifest.Container);
                var name = (await container.GetBlobsAsync().ToListAsync())[0].Name;
                var lines = (await container.GetBlobClient(name).DownloadContentAsync()).Value.Content.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).ToList();
                lines.RemoveAt(3);
                await container.GetBlobClient(name).DeleteAsync();
                var append = container.GetAppendBlobClient(name);
                await append.CreateAsync();
                await append.AppendBlockAsync(new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => $"{line}\n")))));
                return $"manifest/{name}";
        }
    }

    /// <summary>Puts a whole, well-formed file in the place of a compacted one, in which one title is another, and lets the log say its size.</summary>
    private static async Task ReplaceAsync(ArchiveStage stage, string path)
    {
        var rows = stage.Rows[0].OrderBy(row => row.Project, StringComparer.Ordinal).ToList();
        rows[3] = rows[3] with { Status = "Forged" };
        var bytes = SegmentFile.Write(rows);
        await stage.Container.GetBlobClient(ArchiveTable.Root + path).UploadAsync(new BinaryData(bytes), overwrite: true);
        await foreach (var commit in stage.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{ArchiveTable.Root}_delta_log/", default))
        {
            var blob = stage.Container.GetBlobClient(commit.Name);
            var text = (await blob.DownloadContentAsync()).Value.Content.ToString();
            var size = System.Text.RegularExpressions.Regex.Match(text, $"\"path\":\"{System.Text.RegularExpressions.Regex.Escape(path)}\",.*?\"size\":(\\d+)");
            if (size.Success) await blob.UploadAsync(new BinaryData(text.Remove(size.Groups[1].Index, size.Groups[1].Length).Insert(size.Groups[1].Index, $"{bytes.Length}")), overwrite: true);
        }
    }

    private static Task<Verified> VerifyAsync(ArchiveStage stage, long window = 4_000_000) =>
        new ArchiveVerification(stage.Account(), stage.Table(), stage.Manifest(), new ArchivePositions(stage.Account(), stage.Stream), stage.Time) { Window = window }.RunAsync(_ => { }, default);
}
