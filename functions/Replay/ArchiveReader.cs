using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ShitOps.Archive;
using ShitOps.Pipeline;
using ShitOps.Storage;

namespace ShitOps.Replay;

/// <summary>A Kafka partition of whose records the archive has some.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition's number.</param>
public readonly record struct ArchivedPartition(string Stream, string Topic, int Partition) : IComparable<ArchivedPartition>
{
    /// <inheritdoc/>
    public int CompareTo(ArchivedPartition other)
    {
        var order = string.CompareOrdinal(Stream, other.Stream);
        if (order == 0) order = string.CompareOrdinal(Topic, other.Topic);
        return order == 0 ? Partition.CompareTo(other.Partition) : order;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Stream}/{Topic}/{Partition}";

    public static bool operator <(ArchivedPartition left, ArchivedPartition right) => left.CompareTo(right) < 0;

    public static bool operator >(ArchivedPartition left, ArchivedPartition right) => left.CompareTo(right) > 0;

    public static bool operator <=(ArchivedPartition left, ArchivedPartition right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ArchivedPartition left, ArchivedPartition right) => left.CompareTo(right) >= 0;
}

/// <summary>Reads what is archived, of all streams.</summary>
public sealed class ArchiveReader(StorageAccount account)
{
    private readonly BlobContainerClient _container = account.Blobs.GetBlobContainerClient("archive");

    /// <summary>The partitions that the archive has something of, each with how far, in order.</summary>
    /// <param name="streams">Only of these streams; none: of all.</param>
    /// <param name="known">How far they were before; so their chains need not be listed.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task<SortedDictionary<ArchivedPartition, ChainTail>> TailsAsync(
        IReadOnlyList<string> streams, IReadOnlyDictionary<ArchivedPartition, ChainTail> known, CancellationToken cancellationToken)
    {
        var tails = new SortedDictionary<ArchivedPartition, ChainTail>();
        if (!await _container.ExistsAsync(cancellationToken)) return tails;
        await foreach (var stream in FoldersAsync("", cancellationToken))
        {
            if (streams.Count > 0 && !streams.Contains(stream.TrimEnd('/'))) continue;
            await foreach (var topic in FoldersAsync(stream, cancellationToken))
            {
                await foreach (var folder in FoldersAsync(topic, cancellationToken))
                {
                    if (!int.TryParse(folder.AsSpan(topic.Length).TrimEnd('/'), out var number)) continue;
                    var partition = new ArchivedPartition(stream.TrimEnd('/'), topic[stream.Length..^1], number);
                    tails.Add(partition, await ChainOf(partition).FindTailAsync(partition.Topic, partition.Partition, known.GetValueOrDefault(partition)?.LastSegment, cancellationToken));
                }
            }
        }

        return tails;
    }

    /// <summary>The rows of a partition from one offset to another, that one excluded, in batches and in the order of offsets.</summary>
    public async IAsyncEnumerable<IReadOnlyList<ArchiveRow>> RowsAsync(ArchivedPartition partition, long from, long to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (from >= to) yield break;
        var segments = ChainOf(partition).SegmentsAsync(partition.Topic, partition.Partition, from, to, cancellationToken);
        await foreach (var rows in ReadAhead.OfAsync(segments, ReadAsync, cancellationToken))
        {
            if (rows.Count == 0) continue;
            yield return rows[0].Offset >= from && rows[^1].Offset < to ? rows : [.. rows.Where(row => row.Offset >= from && row.Offset < to)];
        }

        async IAsyncEnumerable<IReadOnlyList<ArchiveRow>> ReadAsync(string name, [EnumeratorCancellation] CancellationToken stopping)
        {
            var content = await _container.GetBlobClient(name).DownloadContentAsync(stopping);
            yield return SegmentFile.Read(content.Value.Content.ToArray());
        }
    }

    private SegmentChain ChainOf(ArchivedPartition partition) => new(account, new KafkaStream(partition.Stream));

    private async IAsyncEnumerable<string> FoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in _container.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", prefix, cancellationToken))
            if (item.IsPrefix && !item.Prefix[prefix.Length..].StartsWith('_')) yield return item.Prefix;
    }
}
