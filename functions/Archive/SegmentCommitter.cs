using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using ParquetSharp;
using ShitOps.Archive.Delta;
using ShitOps.Pipeline;
using ShitOps.Storage;
using ShitOps.Wording;

namespace ShitOps.Archive;

/// <summary>
/// Adds the segments of every chain to the archive's table, each once: what is added and how far the chain is in the table
/// (<c>txn</c>) stand in the same commit.
/// </summary>
public sealed class SegmentCommitter(ArchiveTable table, ArchivePositions positions, StorageAccount account, ILogger<SegmentCommitter> logger)
{
    private const int MostSegmentsOfAChain = 500;
    private const int MostParallel = 8;

    /// <summary>A file with more types than these is not worth parting by them.</summary>
    private const int MostTypes = 64;

    private readonly ConcurrentDictionary<string, SegmentChain> _chains = new(StringComparer.Ordinal);

    /// <summary>Commits until every segment that there is now is in the table.</summary>
    /// <returns>How many segments with events were added.</returns>
    /// <exception cref="InvalidDataException">A segment is damaged; those before it, and those of other chains, have been added.</exception>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses; what was committed stands.</exception>
    public async Task<int> CommitAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        while (true)
        {
            var (found, faults) = await FindAsync(await table.ReadAsync(cancellationToken), cancellationToken);
            if (found.Count == 0) return faults.Count == 0 ? count : throw new InvalidDataException(string.Join("; ", faults));

            // Whoever committed in between has committed the same segments of a chain, or none of it.
            IReadOnlyList<NewSegments> ours = [];
            var isCommitted = await table.CommitAsync(
                "WRITE",
                snapshot =>
                {
                    ours = [.. found.Where(some => (snapshot?.VersionOf(some.Chain.AppId) ?? 0) == some.From)];
                    return [.. ours.SelectMany(some => some.Actions)];
                },
                cancellationToken);
            if (!isCommitted) continue;
            var files = ours.Sum(some => some.Files.Count);
            count += files;
            logger.LogInformation("{Count} {Segments} of {Chains} {Noun} added to the archive's table", files, Quantity.Noun(files, "segment"), ours.Count, Quantity.Noun(ours.Count, "chain"));
        }
    }

    private async Task<(IReadOnlyCollection<NewSegments> Found, IReadOnlyCollection<string> Faults)> FindAsync(DeltaSnapshot? snapshot, CancellationToken cancellationToken)
    {
        var (found, faults) = (new ConcurrentBag<NewSegments>(), new ConcurrentBag<string>());
        await Parallel.ForEachAsync(
            (await positions.ChainsAsync(snapshot?.Chains ?? [], cancellationToken)).Keys,
            new ParallelOptions { MaxDegreeOfParallelism = MostParallel, CancellationToken = cancellationToken },
            async (chain, cancellation) =>
            {
                var (some, fault) = await FollowAsync(chain, snapshot?.VersionOf(chain.AppId) ?? 0, cancellation);
                if (some is not null) found.Add(some);
                else if (fault is not null) faults.Add(fault);
            });
        return (found, faults);
    }

    /// <summary>What a chain has from an offset on, or the first of it, up to a segment that is damaged; null: nothing.</summary>
    private async Task<(NewSegments? Segments, string? Fault)> FollowAsync(ArchiveChain chain, long from, CancellationToken cancellationToken)
    {
        var segments = _chains.GetOrAdd(chain.Stream, stream => new SegmentChain(account, new KafkaStream(stream)));
        List<AddFile> files = [];
        var (end, modified) = (from, DateTimeOffset.MinValue);
        string? fault = null;
        try
        {
            for (var i = 0; i < MostSegmentsOfAChain && await segments.ReadSegmentAsync(chain.Topic, chain.Partition, end, cancellationToken) is { } segment; i++)
            {
                if (Add(chain, segment) is { } file) files.Add(file);
                (end, modified) = (segment.Tail.End, segment.Created);
            }
        }
        catch (InvalidDataException damage)
        {
            fault = damage.Message;
        }

        return (end == from ? null : new NewSegments(chain, from, files, new DeltaTransaction(chain.AppId, end, modified.ToUnixTimeMilliseconds())), fault);
    }

    private static AddFile? Add(ArchiveChain chain, StoredSegment segment) => SegmentFile.Read(segment.Bytes, segment.Name, file => Add(chain, segment, file));

    private static AddFile? Add(ArchiveChain chain, StoredSegment segment, ParquetFileReader file)
    {
        if (file.FileMetaData.NumRows == 0) return null;
        List<FileStatistics> groups = [];
        HashSet<string> types = new(StringComparer.Ordinal);
        for (var g = 0; g < file.FileMetaData.NumRowGroups; g++)
        {
            using var group = file.RowGroup(g);
            groups.Add(FileStatistics.Of(group.MetaData));
            using var column = group.Column(file.FileMetaData.Schema.ColumnIndex("type")).LogicalReader<string>();
            types.UnionWith(column);
        }

        return ArchiveTable.Add(chain, segment.Path, segment.Bytes.Length, segment.Created, isChange: true, FileStatistics.Of(groups), types.Count <= MostTypes ? types : []);
    }

    /// <param name="Chain">The chain.</param>
    /// <param name="From">How far it was in the table.</param>
    /// <param name="Files">Its further segments; those without events are no files of the table.</param>
    /// <param name="Reached">How far it is then.</param>
    private sealed record NewSegments(ArchiveChain Chain, long From, IReadOnlyList<AddFile> Files, DeltaTransaction Reached)
    {
        public IEnumerable<DeltaAction> Actions => [.. Files, Reached];
    }
}
