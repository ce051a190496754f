using System.Security.Cryptography;
using System.Text;
using Azure.Storage.Blobs;
using ShitOps.Archive;

namespace ShitOps.Tests.Archive;

/// <summary>The manifest: a line for each segment, chained by hash, that nothing changes any more.</summary>
[Collection(nameof(ArchiveCollection))]
public sealed class ArchiveManifestTests(ArchiveAzurite azurite)
{
    [Fact]
    public async Task Says_of_each_segment_what_it_was_and_goes_on_saying_it()
    {
        var stage = await ArchiveStage.OpenAsync(azurite, seed: 21);
        await stage.AppendAsync(partitions: 2, segments: 9);
        Assert.Equal(18, await stage.Manifest().ExtendAsync(default));
        await AssertTellsAsync(stage);
        var before = await TextAsync(stage);

        stage.Settings = stage.Settings with { Retention = ArchiveRetention.Of(KeyValuePair.Create("task.updated", 1)) };
        await stage.Committer().CommitAsync(default);
        stage.Time.Advance(stage.Settings.VacuumAfter + TimeSpan.FromDays(200));
        await stage.Compactor().CompactAsync(default);
        await stage.Vacuum().ExpireAsync(default);
        stage.Time.Advance(stage.Settings.VacuumAfter + TimeSpan.FromDays(1));
        await stage.Vacuum().VacuumAsync(default);
        Assert.Equal(before, await TextAsync(stage));

        // Where segments are gone it goes on behind them.
        await stage.AppendAsync(partitions: 2, segments: 2);
        Assert.Equal(4, await stage.Manifest().ExtendAsync(default));
        Assert.StartsWith(before, await TextAsync(stage), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_at_once_and_a_crash_at_any_request_leave_one_line_for_each_segment()
    {
        var stage = await ArchiveStage.OpenAsync(azurite, seed: 22);
        for (var at = 1; ; at++)
        {
            await stage.AppendAsync(partitions: 1, segments: 2, rows: 4);
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
                await stage.Manifest(transport).ExtendAsync(life.Token);
            }
            catch (OperationCanceledException) when (life.IsCancellationRequested)
            {
                hasCrashed = true;
            }

            if (!hasCrashed) break;
            await Task.WhenAll(stage.Manifest().ExtendAsync(default), stage.Manifest().ExtendAsync(default));
            Assert.InRange(at, 1, 100);
        }

        await AssertTellsAsync(stage);
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("left out")]
    [InlineData("put in")]
    public async Task A_line_that_was_changed_is_found(string what)
    {
        var stage = await ArchiveStage.OpenAsync(azurite, seed: 23);
        await stage.AppendAsync(partitions: 1, segments: 4);
        await stage.Manifest().ExtendAsync(default);
        var (name, text) = Assert.Single(await BlobsAsync(stage));
        var lines = text.TrimEnd('\n').Split('\n').ToList();
        switch (what)
        {
            case "changed":
                lines[1] = lines[1].Replace("\"undecodable\":0", "\"undecodable\":1", StringComparison.Ordinal);
                break;
            case "left out":
                lines.RemoveAt(1);
                break;
            default:
                lines.Insert(2, lines[1]);
                break;
        }

        var blob = Azure.Storage.Blobs.Specialized.SpecializedBlobExtensions.GetAppendBlobClient(Container(stage), name);
        await blob.DeleteAsync();
        await blob.CreateAsync();
        await blob.AppendBlockAsync(new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => $"{line}\n")))));

        var fault = await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var _ in stage.Manifest().ReadAsync(ArchiveStage.Chain(0), default))
            {
            }
        });
        Assert.Contains($"manifest/{name}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_digest_tells_rows_apart_by_each_of_their_columns()
    {
        var row = new ArchiveRow
        {
            Offset = 1, Timestamp = Some.Time, Time = Some.Time, Id = "i", Source = "s", Type = "t", Project = "p", Task = "k", Allocation = "a", Title = "n", Kind = "b", Priority = "1",
            Status = "Open", Category = "todo", Person = "h", Team = "m", Parent = "q", EstimateHours = 1, RemainingHours = 2, SpentHours = 3, HoursPerWeek = 4,
            Start = new DateOnly(2026, 1, 1), Due = new DateOnly(2026, 1, 2), Rest = "{}", Actor = "c",
        };
        var digests = new List<string> { DigestOf(row) };
        foreach (var property in typeof(ArchiveRow).GetProperties())
        {
            var changed = row with { };
            property.SetValue(changed, property.GetValue(row) switch
            {
                long number => number + 1,
                double number => number + 0.5,
                string text => text + "x",
                DateTimeOffset time => time.AddMicroseconds(1),
                DateOnly day => day.AddDays(1),
                var other => throw new NotSupportedException($"{other}"),
            });
            digests.Add(DigestOf(changed));

            // Whatever is required cannot be null.
            if (property.GetCustomAttributes(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute), inherit: false).Length > 0) continue;
            var without = row with { };
            property.SetValue(without, null);
            digests.Add(DigestOf(without));
        }

        // What one column ends with is not what the next begins with.
        digests.Add(DigestOf(row with { Task = "ka", Allocation = "" }));
        Assert.Equal(digests.Count, digests.Distinct().Count());
        Assert.Equal(digests[0], DigestOf(SegmentFile.Read(SegmentFile.Write([row]), "test")[0]));
    }

    private static string DigestOf(ArchiveRow row)
    {
        var bytes = new byte[RowDigest.Length];
        new RowDigest().Of(row, bytes);
        return Convert.ToHexString(bytes);
    }

    /// <summary>Fails unless the lines are those of the segments, as they lie in the store and as they were appended.</summary>
    private static async Task AssertTellsAsync(ArchiveStage stage)
    {
        foreach (var (partition, rows) in stage.Rows)
        {
            var entries = await stage.Manifest().ReadAsync(ArchiveStage.Chain(partition), default).ToListAsync();
            var chain = await StoredChain.ReadAsync(stage.ConnectionString, stage.Stream.Name, "events", partition);
            Assert.Equal(chain.Segments.Select(segment => (segment.Start, segment.End, Convert.ToHexStringLower(SHA256.HashData(segment.Bytes)))), entries.Select(entry => (entry.Start, entry.End, entry.Sha256)));
            Assert.Equal(chain.Missing, entries.Sum(entry => entry.Missing));
            foreach (var entry in entries)
            {
                var its = rows.Where(row => row.Offset >= entry.Start && row.Offset < entry.End).ToList();
                Assert.Equal(its.CountBy(row => row.Type).OrderBy(type => type.Key, StringComparer.Ordinal), entry.Types.Select(type => KeyValuePair.Create(type.Key, (int)type.Value.Events)));
                Assert.Equal(its.Count == 0 ? null : its.Max(row => row.Timestamp), entry.Newest);
            }
        }

        // The chain of hashes, by the text alone.
        foreach (var (_, text) in await BlobsAsync(stage))
        {
            var previous = new string('0', 64);
            foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                Assert.Contains($"\"previous\":\"{previous}\"", line, StringComparison.Ordinal);
                previous = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(line)));
            }
        }
    }

    private static async Task<string> TextAsync(ArchiveStage stage) => string.Concat((await BlobsAsync(stage)).Take(1).Select(blob => blob.Text));

    private static async Task<List<(string Name, string Text)>> BlobsAsync(ArchiveStage stage)
    {
        List<(string, string)> blobs = [];
        await foreach (var blob in Container(stage).GetBlobsAsync())
            blobs.Add((blob.Name, (await Container(stage).GetBlobClient(blob.Name).DownloadContentAsync()).Value.Content.ToString()));
        return blobs;
    }

    private static BlobContainerClient Container(ArchiveStage stage) => new(stage.ConnectionString, ArchiveManifest.Container);
}
