using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ShitOps.Archive;
using ShitOps.Pipeline;
using ShitOps.Storage;

namespace ShitOps.Replay;

/// <summary>Reads what is archived, of all streams: the files of the archive's table, and the segments that are not in it yet.</summary>
public sealed class ArchiveReader(StorageAccount account, ArchiveTable table)
{
    private const int BatchRows = 5_000;

    private readonly BlobContainerClient _container = account.Blobs.GetBlobContainerClient(ArchiveTable.Container);

    /// <summary>The chains that the archive has something of, each with how far it reaches.</summary>
    /// <param name="streams">Only of these streams; none: of all.</param>
    /// <param name="known">How far they were before; so their segments need not be listed.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task<Dictionary<ArchiveChain, ChainTail>> TailsAsync(
        IReadOnlyList<string> streams, IReadOnlyDictionary<ArchiveChain, ChainTail> known, CancellationToken cancellationToken)
    {
        var tails = new Dictionary<ArchiveChain, ChainTail>();
        if (!await _container.ExistsAsync(cancellationToken)) return tails;
        await foreach (var stream in FoldersAsync("", cancellationToken))
        {
            if (streams.Count > 0 && !streams.Contains(stream.TrimEnd('/'))) continue;
            await foreach (var topic in FoldersAsync(stream, cancellationToken))
            {
                await foreach (var partition in FoldersAsync(topic, cancellationToken))
                {
                    if (ArchiveChain.Of(partition.TrimEnd('/')) is not { } chain) continue;
                    tails.Add(chain, await SegmentsOf(chain).FindTailAsync(chain.Topic, chain.Partition, known.GetValueOrDefault(chain)?.LastSegment, cancellationToken));
                }
            }
        }

        return tails;
    }

    /// <summary>All rows of a chain below an offset, in batches. They are nearly in the order of offsets: what compaction has sorted otherwise is put back in order by the batch.</summary>
    /// <exception cref="InvalidDataException">A part of the archive is missing; the message names it.</exception>
    public async IAsyncEnumerable<IReadOnlyList<ArchiveRow>> AllRowsAsync(ArchiveChain chain, long to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var snapshot = await table.ReadAsync(cancellationToken);
        var inTable = Math.Min(to, snapshot?.VersionOf(chain.AppId) ?? 0);
        foreach (var file in (snapshot?.Files ?? []).Where(file => ArchiveTable.ChainOf(file) == chain && !(file.Statistics?.Offset?.Least >= to)).OrderBy(file => file.Statistics?.Offset?.Least))
        {
            using var open = await table.OpenAsync(file, cancellationToken);
            for (var group = 0; group < open.RowGroups.Count; group++)
            {
                // A task is all in one row group, or in neighbours: so its events are in order, which decides what counts as late.
                var rows = (await open.ReadAsync(group, cancellationToken)).Where(row => row.Offset < to).ToList();
                if (ArchiveTable.IsCompacted(file.Path)) rows.Sort((one, other) => one.Offset.CompareTo(other.Offset));
                foreach (var some in rows.Chunk(BatchRows)) yield return some;
            }
        }

        await foreach (var rows in RowsAsync(chain, inTable, to, cancellationToken)) yield return rows;
    }

    /// <summary>The rows of a chain from one offset to another, that one excluded, in batches and in the order of offsets; only as far back as segments are kept.</summary>
    /// <exception cref="InvalidDataException">Segments are missing; the message says which.</exception>
    public async IAsyncEnumerable<IReadOnlyList<ArchiveRow>> RowsAsync(ArchiveChain chain, long from, long to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (from >= to) yield break;
        var segments = SegmentsOf(chain).SegmentsAsync(chain.Topic, chain.Partition, from, to, cancellationToken);
        await foreach (var rows in ReadAhead.OfAsync(segments, ReadAsync, cancellationToken))
        {
            if (rows.Count == 0) continue;
            yield return rows[0].Offset >= from && rows[^1].Offset < to ? rows : [.. rows.Where(row => row.Offset >= from && row.Offset < to)];
        }

        async IAsyncEnumerable<IReadOnlyList<ArchiveRow>> ReadAsync(string name, [EnumeratorCancellation] CancellationToken stopping)
        {
            var content = await _container.GetBlobClient(name).DownloadContentAsync(stopping);
            yield return SegmentFile.Read(content.Value.Content.ToArray(), $"{ArchiveTable.Container}/{name}");
        }
    }

    /// <summary>A chain's segments.</summary>
    internal SegmentChain SegmentsOf(ArchiveChain chain) => new(account, new KafkaStream(chain.Stream));

    /// <summary>The folders of chains below a folder, as paths below the table's root; what the table itself keeps there is passed over.</summary>
    private async IAsyncEnumerable<string> FoldersAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in _container.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", ArchiveTable.Root + folder, cancellationToken))
        {
            if (!item.IsPrefix) continue;
            var path = item.Prefix[ArchiveTable.Root.Length..];
            if (path[0] != '_' && !ArchiveTable.IsCompacted(path)) yield return path;
        }
    }
}
