using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs.Models;
using ShitOps.Archive;
using ShitOps.Archive.Delta;
using ShitOps.Pipeline;
using ShitOps.Storage;
using ShitOps.Wording;

namespace ShitOps.Verification;

/// <summary>
/// Compares the archive with its manifest: every segment that is still there with its SHA-256, and every row that was ever archived, in whatever
/// file it is now, with the digest of its type. What a retention has let go is missing rightly.
/// </summary>
public sealed class ArchiveVerification(StorageAccount account, ArchiveTable table, ArchiveManifest manifest, ArchivePositions positions, TimeProvider time)
{
    /// <summary>A segment that is older than this the manifest must tell of; it is extended every minute.</summary>
    private static readonly TimeSpan Untold = TimeSpan.FromMinutes(15);

    /// <summary>So many offsets are compared at a time: of each event some 50 bytes lie in memory.</summary>
    public long Window { get; init; } = 4_000_000;

    /// <summary>Looks at all chains.</summary>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    /// <exception cref="InvalidDataException">The log of the archive's table is damaged.</exception>
    public async Task<Verified> RunAsync(Action<VerificationProgress> progress, CancellationToken cancellationToken)
    {
        var snapshot = await table.ReadAsync(cancellationToken);
        var chains = await positions.ChainsAsync((await manifest.ChainsAsync(cancellationToken)).Union(snapshot?.Chains ?? []), cancellationToken);
        var all = chains.Values.Sum(told => told?.Tail.Events ?? 0);
        List<Finding> findings = [];
        var (events, behind, done) = (0L, 0L, 0);
        foreach (var (chain, told) in chains.OrderBy(one => one.Key.AppId, StringComparer.Ordinal))
        {
            var before = events;
            var one = new ChainVerification(this, chain, snapshot, findings);
            events += await one.RunAsync(told?.Tail, count => progress(new VerificationProgress("comparing archived events", before + count, all)), cancellationToken);
            behind += one.Behind;
            progress(new VerificationProgress("comparing partitions of the archive", ++done, chains.Count));
        }

        return new Verified(events, findings) { Behind = behind };
    }

    /// <summary>One chain.</summary>
    private sealed class ChainVerification(ArchiveVerification its, ArchiveChain chain, DeltaSnapshot? snapshot, List<Finding> findings)
    {
        private readonly string _folder = string.Create(CultureInfo.InvariantCulture, $"{ArchiveTable.Root}{chain.Stream}/{chain.Topic}/{chain.Partition:D5}/");
        private readonly SegmentChain _segments = new(its.Account, new KafkaStream(chain.Stream));
        private readonly long _inTable = snapshot?.VersionOf(chain.AppId) ?? 0;
        private readonly List<AddFile> _files = [.. (snapshot?.Files ?? []).Where(file => ArchiveTable.ChainOf(file) == chain)];
        private readonly RowDigest _digest = new();
        private readonly HashSet<string> _damaged = new(StringComparer.Ordinal);

        /// <summary>Offsets that the archive has beyond its manifest.</summary>
        public long Behind { get; private set; }

        public async Task<long> RunAsync(ChainTail? told, Action<long> progress, CancellationToken cancellationToken)
        {
            var blobs = await SegmentsAsync(cancellationToken);
            var (events, end) = (0L, 0L);
            List<ManifestEntry> window = [];
            try
            {
                await foreach (var entry in its.Manifest.ReadAsync(chain, cancellationToken))
                {
                    if (entry.Events + entry.Undecodable + entry.Missing != entry.End - entry.Start) Find(Range(entry), "the manifest's counts do not add up to the offsets");
                    window.Add(entry);
                    (events, end) = (events + entry.Events, entry.End);
                    if (window[^1].End - window[0].Start < its.Window) continue;
                    await CompareAsync(window, blobs, cancellationToken);
                    progress(events);
                    window.Clear();
                }
            }
            catch (InvalidDataException fault)
            {
                Find($"manifest of {chain.AppId}", fault.Message);
                return events;
            }

            await CompareAsync(window, blobs, cancellationToken);
            foreach (var start in blobs.Where(start => start < end)) Find($"archive/{Name(start)}", "the manifest tells of no such segment");

            // A vacuum keeps what the manifest does not tell of.
            var next = await _segments.FollowAsync(chain.Topic, chain.Partition, ChainTail.Empty with { End = end }, cancellationToken);
            Behind = next.End - end;
            if (next.End > end && await _segments.ReadSegmentAsync(chain.Topic, chain.Partition, end, cancellationToken) is { } first && its.Time.GetUtcNow() - first.Created > Untold)
                Find($"manifest of {chain.AppId}", string.Create(CultureInfo.InvariantCulture, $"it ends at offset {end}, and the archive at {next.End}: is KeepManifest running?"));
            if (next.End < Math.Max(_inTable, told?.End ?? 0)) Find($"archive/{Name(next.End)}", string.Create(CultureInfo.InvariantCulture, $"the segment is missing: {chain.AppId} was archived to offset {Math.Max(_inTable, told?.End ?? 0)}"));
            return events;
        }

        /// <summary>The starts of the segments that are there and were not compared yet.</summary>
        private async Task<SortedSet<long>> SegmentsAsync(CancellationToken cancellationToken)
        {
            var starts = new SortedSet<long>();
            if (!await its.Table.Blobs.ExistsAsync(cancellationToken)) return starts;
            await foreach (var blob in its.Table.Blobs.GetBlobsAsync(BlobTraits.None, BlobStates.None, _folder, cancellationToken))
            {
                if (long.TryParse(Path.GetFileNameWithoutExtension(blob.Name), NumberStyles.None, CultureInfo.InvariantCulture, out var start)) starts.Add(start);
                else Find($"archive/{blob.Name}", "is no segment");
            }

            return starts;
        }

        private async Task CompareAsync(List<ManifestEntry> entries, SortedSet<long> blobs, CancellationToken cancellationToken)
        {
            if (entries.Count == 0) return;
            List<(long Offset, string Type, byte[] Digest)> rows = [];
            List<(long From, long To)> unread = [];
            foreach (var entry in entries)
            {
                var isThere = blobs.Remove(entry.Start);
                if (isThere) await CompareSegmentAsync(entry, rows, unread, cancellationToken);
                else if (entry.Start >= _inTable)
                {
                    Find($"archive/{Name(entry.Start)}", "the segment is missing, and the table does not have its events yet");
                    unread.Add((entry.Start, entry.End));
                }
            }

            var (from, to) = (entries[0].Start, entries[^1].End);
            foreach (var file in _files) await ReadAsync(file, from, to, rows, unread, cancellationToken);
            rows.Sort((one, other) => one.Offset.CompareTo(other.Offset));
            var at = 0;
            foreach (var entry in entries)
            {
                var first = at;
                while (at < rows.Count && rows[at].Offset < entry.End) at++;
                if (!unread.Exists(range => range.From < entry.End && entry.Start < range.To)) Compare(entry, CollectionsMarshal.AsSpan(rows)[first..at]);
            }
        }

        /// <summary>Compares a segment with what it was; of one that is not in the table yet takes the rows.</summary>
        private async Task CompareSegmentAsync(ManifestEntry entry, List<(long, string, byte[])> rows, List<(long, long)> unread, CancellationToken cancellationToken)
        {
            var name = $"archive/{Name(entry.Start)}";
            var isNeeded = entry.Start >= _inTable;
            try
            {
                if (await _segments.ReadSegmentAsync(chain.Topic, chain.Partition, entry.Start, cancellationToken) is not { } segment) return;
                if (Convert.ToHexStringLower(SHA256.HashData(segment.Bytes)) != entry.Sha256)
                {
                    Find(name, "is not the file that was archived: its SHA-256 is another");
                    if (isNeeded) unread.Add((entry.Start, entry.End));
                    return;
                }

                if (segment.Tail.End != entry.End) Find(name, string.Create(CultureInfo.InvariantCulture, $"its metadata says that it ends at offset {segment.Tail.End}; it was archived to {entry.End}"));
                if (!isNeeded) return;
                foreach (var row in SegmentFile.Read(segment.Bytes, "the file")) rows.Add((row.Offset, row.Type, DigestOf(row)));
            }
            catch (InvalidDataException fault)
            {
                Find(name, fault.Message);
                if (isNeeded) unread.Add((entry.Start, entry.End));
            }
        }

        private async Task ReadAsync(AddFile file, long from, long to, List<(long Offset, string, byte[])> rows, List<(long From, long To)> unread, CancellationToken cancellationToken)
        {
            var (least, greatest) = file.Statistics?.Offset is { } bounds ? (bounds.Least, bounds.Greatest) : (0, long.MaxValue - 1);
            if (greatest < from || least >= to) return;
            var count = rows.Count;
            try
            {
                using var open = await its.Table.OpenAsync(file, cancellationToken);
                for (var group = 0; group < open.RowGroups.Count; group++)
                {
                    if (open.RowGroups[group].Offset is { } some && (some.Greatest < from || some.Least >= to)) continue;
                    foreach (var row in await open.ReadAsync(group, cancellationToken))
                        if (row.Offset >= from && row.Offset < to) rows.Add((row.Offset, row.Type, DigestOf(row)));
                }
            }
            catch (Exception fault) when (SegmentFile.IsDamage(fault) || fault is InvalidDataException or RequestFailedException { Status: 404 or 416 })
            {
                rows.RemoveRange(count, rows.Count - count);
                unread.Add((least, greatest + 1));
                if (_damaged.Add(file.Path)) Find($"archive/{ArchiveTable.Root}{file.Path}", fault is RequestFailedException ? "the file is missing, though the table lists it" : $"cannot be read: {fault.Message.Split('\n')[0]}");
            }
        }

        private void Compare(ManifestEntry entry, ReadOnlySpan<(long Offset, string Type, byte[] Digest)> rows)
        {
            var found = new Dictionary<string, (long Count, IncrementalHash Hash)>(StringComparer.Ordinal);
            for (var i = 0; i < rows.Length; i++)
            {
                var (offset, type, digest) = rows[i];
                if (i > 0 && rows[i - 1].Offset == offset) Find(string.Create(CultureInfo.InvariantCulture, $"{chain.AppId}, offset {offset}"), "the event stands in the archive twice");
                ref var its = ref CollectionsMarshal.GetValueRefOrAddDefault(found, type, out var isKnown);
                if (!isKnown) its.Hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                its.Count++;
                its.Hash.AppendData(digest);
            }

            foreach (var (type, was) in entry.Types)
            {
                if (!found.Remove(type, out var now))
                {
                    if (!IsOver(entry, type)) Find(Range(entry), string.Create(CultureInfo.InvariantCulture, $"{Quantity.Of(was.Events, "event")} of type {type} {Quantity.Noun(was.Events, "is", "are")} missing"));
                    continue;
                }

                if (now.Count != was.Events) Find(Range(entry), string.Create(CultureInfo.InvariantCulture, $"{Quantity.Of(now.Count, "event")} of type {type}; {Quantity.Of(was.Events, "was", "were")} archived"));
                else if (Convert.ToHexStringLower(now.Hash.GetHashAndReset()) != was.Digest) Find(Range(entry), $"events of type {type} are not what was archived");
                now.Hash.Dispose();
            }

            foreach (var (type, extra) in found)
            {
                Find(Range(entry), string.Create(CultureInfo.InvariantCulture, $"{Quantity.Of(extra.Count, "event")} of type {type}, of which none was archived"));
                extra.Hash.Dispose();
            }
        }

        private bool IsOver(ManifestEntry entry, string type) =>
            its.Table.Settings.Retention.DaysOf(type) is { } days && entry.Newest is { } newest && newest.AddDays(days) <= its.Time.GetUtcNow();

        private byte[] DigestOf(ArchiveRow row)
        {
            var bytes = new byte[RowDigest.Length];
            _digest.Of(row, bytes);
            return bytes;
        }

        private string Name(long start) => string.Create(CultureInfo.InvariantCulture, $"{_folder}{start:D20}.parquet");

        private string Range(ManifestEntry entry) => string.Create(CultureInfo.InvariantCulture, $"{chain.AppId}, offsets {entry.Start} to {entry.End - 1}");

        private void Find(string place, string fault) => findings.Add(new Finding(place, fault));
    }

    private StorageAccount Account => account;

    private ArchiveTable Table => table;

    private ArchiveManifest Manifest => manifest;

    private TimeProvider Time => time;
}
