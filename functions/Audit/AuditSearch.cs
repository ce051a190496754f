using System.Runtime.CompilerServices;
using ShitOps.Archive;
using ShitOps.Archive.Delta;
using ShitOps.Replay;
using ShitOps.Storage;

namespace ShitOps.Audit;

/// <summary>
/// Finds the newest events in the archive that somebody asks for, also those that are not in its table yet. Files and row groups that cannot
/// hold any are passed over; the rest is read from the latest on, until nothing newer can come.
/// </summary>
public sealed class AuditSearch(ArchiveTable table, ArchiveReader reader, ArchivePositions positions)
{
    /// <summary>The most events that one search reads.</summary>
    public const long MostRead = 5_000_000;

    /// <summary>How many events one search reads; settable for tests.</summary>
    public long Limit { get; init; } = MostRead;

    /// <summary>The newest events.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="after">Only what comes behind this place; null: from the newest on.</param>
    /// <param name="most">How many; 1 or more.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The newest first, each event once however often it was recorded; null: more would have to be read than <see cref="Limit"/>.</returns>
    /// <exception cref="InvalidDataException">The archive is damaged; the message says where.</exception>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task<IReadOnlyList<AuditedEvent>?> NewestAsync(ArchiveFilter filter, AuditPlace? after, int most, CancellationToken cancellationToken)
    {
        var search = new Search(table, filter, new NewestEvents(most, after), Limit);

        // First what lies in segments: it is the latest, and so it spares reading files.
        var snapshot = await table.ReadAsync(cancellationToken);
        foreach (var (chain, tail) in await TailsAsync(snapshot, cancellationToken))
        {
            await foreach (var rows in reader.RowsAsync(chain, snapshot?.VersionOf(chain.AppId) ?? 0, tail.End, cancellationToken))
            {
                search.Count(rows.Count);
                if (search.HasReadTooMuch) return null;
                search.Add(chain, rows);
            }
        }

        var files = (snapshot?.Files ?? []).Where(filter.MayHold).OrderByDescending(file => file.Statistics?.Time?.Greatest ?? DateTimeOffset.MaxValue);
        await foreach (var (chain, rows) in ReadAhead.OfAsync(search.WantedAsync(files), search.RowsAsync, cancellationToken)) search.Add(chain, rows);
        return search.HasReadTooMuch ? null : search.Found;
    }

    private async Task<IReadOnlyList<(ArchiveChain Chain, ChainTail Tail)>> TailsAsync(DeltaSnapshot? snapshot, CancellationToken cancellationToken) =>
        await Task.WhenAll((await positions.ChainsAsync(snapshot?.Chains ?? [], cancellationToken)).Select(async one =>
        {
            var (chain, told) = one;
            return (chain, await reader.SegmentsOf(chain).FindTailAsync(chain.Topic, chain.Partition, told?.Tail.LastSegment, cancellationToken));
        }));

    /// <summary>One search, whose files are read side by side.</summary>
    private sealed class Search(ArchiveTable table, ArchiveFilter filter, NewestEvents newest, long limit)
    {
        private long _read;

        public bool HasReadTooMuch => Interlocked.Read(ref _read) > limit;

        public IReadOnlyList<AuditedEvent> Found => newest.InOrder;

        public void Count(long events) => Interlocked.Add(ref _read, events);

        public void Add(ArchiveChain chain, IEnumerable<ArchiveRow> rows)
        {
            foreach (var row in rows)
                if (filter.Matches(row)) newest.Add(new AuditedEvent(chain, row));
        }

        /// <summary>Those of the files, the latest first, that are still of use when it is their turn.</summary>
        public async IAsyncEnumerable<AddFile> WantedAsync(IEnumerable<AddFile> files)
        {
            foreach (var file in files)
            {
                if (HasReadTooMuch) yield break;
                if (newest.Wants(file.Statistics?.Time)) yield return file;
            }

            await Task.CompletedTask;
        }

        public async IAsyncEnumerable<(ArchiveChain Chain, IReadOnlyList<ArchiveRow> Rows)> RowsAsync(AddFile file, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            using var open = await table.OpenAsync(file, cancellationToken);
            for (var group = 0; group < open.RowGroups.Count; group++)
            {
                var statistics = open.RowGroups[group];
                if (!filter.MayHold(statistics) || !newest.Wants(statistics.Time)) continue;
                Count(statistics.Rows);
                if (HasReadTooMuch) yield break;
                yield return (ArchiveTable.ChainOf(file), [.. (await open.ReadAsync(group, filter.Project, filter.Task, cancellationToken)).Where(filter.Matches)]);
            }
        }
    }
}
