using System.Globalization;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ShitOps.Archive;

namespace ShitOps.Tests.Archive;

/// <summary>A chain as it lies in the container, read apart from the code that wrote it, by listing; reading checks that it has no gap.</summary>
internal sealed record StoredChain(IReadOnlyList<ChainBlob> Segments)
{
    public IReadOnlyList<ArchiveRow> Rows { get; } = [.. Segments.SelectMany(segment => SegmentFile.Read(segment.Bytes, segment.Name))];

    public long End => Segments.Count == 0 ? 0 : Segments[^1].End;

    public long Undecodable => Segments.Sum(segment => segment.Number("undecodable"));

    public long Missing => Segments.Sum(segment => segment.Number("missing"));

    public static async Task<StoredChain> ReadAsync(string connectionString, string stream, string topic, int partition)
    {
        var container = new BlobContainerClient(connectionString, "archive");
        List<ChainBlob> segments = [];
        if (await container.ExistsAsync())
        {
            await foreach (var blob in container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, $"events/{stream}/{topic}/{partition:D5}/", default))
            {
                var bytes = (await container.GetBlobClient(blob.Name).DownloadContentAsync()).Value.Content.ToArray();
                segments.Add(new ChainBlob(blob.Name, blob.Metadata.ToDictionary(StringComparer.OrdinalIgnoreCase), bytes));
            }
        }

        var next = 0L;
        long total = 0, size = 0;
        foreach (var segment in segments)
        {
            Assert.Equal(next, segment.Start);
            Assert.True(segment.End > segment.Start, $"{segment.Name} ends at {segment.End}");
            var rows = SegmentFile.Read(segment.Bytes, segment.Name);
            Assert.Equal(segment.Number("events"), rows.Count);
            Assert.Equal(segment.End - segment.Start, rows.Count + segment.Number("undecodable") + segment.Number("missing"));
            Assert.All(rows, row => Assert.InRange(row.Offset, segment.Start, segment.End - 1));
            Assert.Equal(total += rows.Count, segment.Number("chain_events"));
            Assert.Equal(size += segment.Bytes.Length, segment.Number("chain_bytes"));
            next = segment.End;
        }

        return new StoredChain(segments);
    }
}

/// <summary>One blob of a chain.</summary>
internal sealed record ChainBlob(string Name, Dictionary<string, string> Metadata, byte[] Bytes)
{
    public long Start => long.Parse(Path.GetFileNameWithoutExtension(Name), CultureInfo.InvariantCulture);

    public long End => Number("end");

    public long Number(string key) => long.Parse(Metadata[key], CultureInfo.InvariantCulture);
}
