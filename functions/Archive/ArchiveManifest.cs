using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Logging;
using ShitOps.Pipeline;
using ShitOps.Storage;
using ShitOps.Wording;

namespace ShitOps.Archive;

/// <summary>
/// The container <c>manifest</c>: what every segment of the archive was (<see cref="ManifestEntry"/>), a line each, in append blobs
/// <c>stream/topic/partition/start.jsonl</c> named by the first offset of their first line. Nothing of it is ever changed or deleted: not by
/// compaction, retention or the erasure of a person.
/// </summary>
public sealed class ArchiveManifest(StorageAccount account, ArchivePositions positions, ILogger<ArchiveManifest> logger)
{
    /// <summary>The container.</summary>
    public const string Container = "manifest";

    // Of 50,000 blocks that an append blob takes.
    private const int MostBlocks = 40_000;
    private const int MostBlockBytes = 4 << 20;
    private const int MostParallel = 8;

    private readonly BlobContainerClient _container = account.Blobs.GetBlobContainerClient(Container);

    /// <summary>Adds the segments of all chains that are not in it yet.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="InvalidDataException">A segment is gone or damaged, or the manifest is; those before it, and those of other chains, have been added.</exception>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public async Task<int> ExtendAsync(CancellationToken cancellationToken)
    {
        await _container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        var added = 0;
        List<InvalidDataException> faults = [];
        var chains = await positions.ChainsAsync(await ChainsAsync(cancellationToken), cancellationToken);
        await Parallel.ForEachAsync(chains.Keys, new ParallelOptions { MaxDegreeOfParallelism = MostParallel, CancellationToken = cancellationToken }, async (chain, stopping) =>
        {
            try
            {
                Interlocked.Add(ref added, await ExtendAsync(chain, stopping));
            }
            catch (InvalidDataException fault)
            {
                lock (faults) faults.Add(fault);
            }
        });
        if (added > 0) logger.LogInformation("{Count} {Segments} added to the archive's manifest", added, Quantity.Noun(added, "segment"));
        return faults.Count == 0 ? added : throw new InvalidDataException(string.Join("; ", faults.Select(fault => fault.Message)));
    }

    /// <summary>Adds the segments of a chain that are not in it yet. Others may do so at the same time.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="InvalidDataException">A segment is damaged; those before it have been added.</exception>
    public async Task<int> ExtendAsync(ArchiveChain chain, CancellationToken cancellationToken)
    {
        var segments = new SegmentChain(account, new KafkaStream(chain.Stream));
        var end = await EndAsync(chain, cancellationToken);
        var added = 0;
        while (true)
        {
            using var block = new MemoryStream();
            var (next, previous, count) = (end.Next, end.Hash, 0);
            try
            {
                while (block.Length < MostBlockBytes / 2 && await segments.ReadSegmentAsync(chain.Topic, chain.Partition, next, cancellationToken) is { } segment)
                {
                    var rows = SegmentFile.Read(segment.Bytes, segment.Name);
                    var missing = segment.Tail.End - next - rows.Count - segment.Undecodable;
                    var (entry, line) = ManifestEntry.Write(ManifestEntry.Of(next, segment.Tail.End, segment.Undecodable, missing, segment.Bytes, rows, previous));
                    block.Write(line);
                    block.WriteByte((byte)'\n');
                    (next, previous) = (segment.Tail.End, entry.Hash);
                    count++;
                }
            }
            catch (InvalidDataException) when (count > 0)
            {
                // What comes before it is added first.
            }

            if (count == 0) return added;
            block.Position = 0;
            if (await TryAppendAsync(chain, end, block, cancellationToken))
            {
                added += count;
                end = end with { Next = next, Hash = previous, Length = end.Length + block.Length, Blocks = end.Blocks + 1 };
            }

            // After a conflict what the other has added is there; after success only a new blob may have to be begun.
            if (end.Next != next || end.Blocks >= MostBlocks) end = await EndAsync(chain, cancellationToken);
        }
    }

    /// <summary>All lines of a chain, in order.</summary>
    /// <exception cref="InvalidDataException">The lines are not those that were written: one is changed, gone or put in.</exception>
    public async IAsyncEnumerable<ManifestEntry> ReadAsync(ArchiveChain chain, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (next, previous) = (0L, ManifestEntry.NoHash);
        await foreach (var name in BlobsAsync(chain, cancellationToken))
        {
            await foreach (var entry in LinesAsync(name, cancellationToken))
            {
                if (entry.Start != next) throw new InvalidDataException($"{Container}/{name}: after offset {next} comes the line of offset {entry.Start}");
                if (entry.Previous != previous) throw new InvalidDataException($"{Container}/{name}: the line of offset {entry.Start} does not follow from the one before it: one of them was changed");
                yield return entry;
                (next, previous) = (entry.End, entry.Hash);
            }
        }
    }

    /// <summary>The first offset of a chain that it does not tell of; 0: it tells of none.</summary>
    /// <exception cref="InvalidDataException">Its last line is damaged.</exception>
    public async Task<long> ReachedAsync(ArchiveChain chain, CancellationToken cancellationToken) => (await EndAsync(chain, cancellationToken)).Next;

    /// <summary>The chains that it knows.</summary>
    public async Task<IReadOnlyList<ArchiveChain>> ChainsAsync(CancellationToken cancellationToken)
    {
        var chains = new HashSet<ArchiveChain>();
        if (await _container.ExistsAsync(cancellationToken))
        {
            await foreach (var blob in _container.GetBlobsAsync(cancellationToken: cancellationToken))
                if (ArchiveChain.Of(blob.Name[..Math.Max(0, blob.Name.LastIndexOf('/'))]) is { } chain) chains.Add(chain);
        }

        return [.. chains];
    }

    private async Task<bool> TryAppendAsync(ArchiveChain chain, ManifestEnd end, MemoryStream block, CancellationToken cancellationToken)
    {
        var blob = _container.GetAppendBlobClient(end.Blob ?? Name(chain, end.Next));
        try
        {
            if (end.Blob is null) await blob.CreateAsync(new AppendBlobCreateOptions { Conditions = new AppendBlobRequestConditions { IfNoneMatch = ETag.All } }, cancellationToken);
            await blob.AppendBlockAsync(block, new AppendBlobAppendBlockOptions { Conditions = new AppendBlobRequestConditions { IfAppendPositionEqual = end.Length } }, cancellationToken);
            return true;
        }
        catch (RequestFailedException conflict) when (conflict.Status is 409 or 412)
        {
            // Another has appended, or an attempt of our own whose answer was lost.
            return false;
        }
    }

    /// <summary>Where the next line goes.</summary>
    private async Task<ManifestEnd> EndAsync(ArchiveChain chain, CancellationToken cancellationToken)
    {
        await _container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        string? last = null, before = null;
        await foreach (var name in BlobsAsync(chain, cancellationToken)) (before, last) = (last, name);
        if (last is null) return new ManifestEnd(null, 0, 0, 0, ManifestEntry.NoHash);
        BlobProperties properties = await _container.GetBlobClient(last).GetPropertiesAsync(cancellationToken: cancellationToken);
        var line = await LastLineAsync(properties.ContentLength > 0 ? last : before, cancellationToken);
        var (next, hash) = line is null ? (0L, ManifestEntry.NoHash) : (line.End, line.Hash);
        return properties.BlobCommittedBlockCount < MostBlocks
            ? new ManifestEnd(last, properties.ContentLength, properties.BlobCommittedBlockCount, next, hash)
            : new ManifestEnd(null, 0, 0, next, hash);
    }

    /// <summary>The last line of a blob; null: there is no blob.</summary>
    private async Task<ManifestEntry?> LastLineAsync(string? name, CancellationToken cancellationToken)
    {
        if (name is null) return null;
        var blob = _container.GetBlobClient(name);
        long length = (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value.ContentLength;
        for (var bytes = 16L << 10; ; bytes *= 8)
        {
            var from = Math.Max(0, length - bytes);
            var content = await blob.DownloadContentAsync(new BlobDownloadOptions { Range = new HttpRange(from, length - from) }, cancellationToken);
            var text = content.Value.Content.ToArray().AsSpan().TrimEnd((byte)'\n');
            var start = text.LastIndexOf((byte)'\n');
            if (start >= 0 || from == 0) return ManifestEntry.Read(text[(start + 1)..]);
        }
    }

    private async IAsyncEnumerable<ManifestEntry> LinesAsync(string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = await _container.GetBlobClient(name).OpenReadAsync(cancellationToken: cancellationToken);
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync(cancellationToken) is { } line) yield return ManifestEntry.Read(System.Text.Encoding.UTF8.GetBytes(line));
    }

    private async IAsyncEnumerable<string> BlobsAsync(ArchiveChain chain, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!await _container.ExistsAsync(cancellationToken)) yield break;
        await foreach (var blob in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, Folder(chain), cancellationToken)) yield return blob.Name;
    }

    private static string Folder(ArchiveChain chain) => string.Create(CultureInfo.InvariantCulture, $"{chain.Stream}/{chain.Topic}/{chain.Partition:D5}/");

    private static string Name(ArchiveChain chain, long start) => string.Create(CultureInfo.InvariantCulture, $"{Folder(chain)}{start:D20}.jsonl");

    /// <param name="Blob">The blob that the next line is appended to; null: one that is to be made.</param>
    /// <param name="Length">Its length in bytes.</param>
    /// <param name="Blocks">How many blocks it has.</param>
    /// <param name="Next">The first offset that is not in the manifest.</param>
    /// <param name="Hash">The hash of the last line.</param>
    private sealed record ManifestEnd(string? Blob, long Length, int Blocks, long Next, string Hash);
}
