using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ShitOps.Pipeline;
using ShitOps.Storage;

namespace ShitOps.Archive;

/// <summary>
/// The container <c>archive</c>: per stream, topic and partition a chain of segments, <c>events/stream/topic/partition/start.parquet</c>. A segment
/// covers the offsets from its start to the <c>end</c> in its metadata, which is the start of the next: the name is the place in the chain,
/// and a blob is created only where none is, so whoever else writes there, each offset is covered exactly once.
/// </summary>
public sealed class SegmentChain(StorageAccount account, KafkaStream stream)
{
    private readonly BlobContainerClient _container = account.Blobs.GetBlobContainerClient(ArchiveTable.Container);
    private volatile bool _exists;

    /// <summary>Where a chain ends now.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="knownSegment">The start of a segment that should be near the end; null or wrong: the chain is listed.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="InvalidDataException">There is a blob that is no segment.</exception>
    public async Task<ChainTail> FindTailAsync(string topic, int partition, long? knownSegment, CancellationToken cancellationToken)
    {
        var tail = knownSegment is { } start ? await TailAtAsync(topic, partition, start, cancellationToken) : null;
        if (tail is null)
        {
            if (await LastAsync(topic, partition, cancellationToken) is not { } last) return ChainTail.Empty;
            tail = await TailAtAsync(topic, partition, StartOf(last), cancellationToken) ?? throw new InvalidDataException($"archive/{last} was deleted meanwhile");
        }

        return await FollowAsync(topic, partition, tail, cancellationToken);
    }

    /// <summary>The name of a chain's last segment; null: there is none.</summary>
    private async Task<string?> LastAsync(string topic, int partition, CancellationToken cancellationToken)
    {
        string? last = null;
        try
        {
            await foreach (var blob in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, Folder(topic, partition), cancellationToken)) last = blob.Name;
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            _exists = false;
        }

        return last;
    }

    /// <summary>Goes on from a tail to the end, past what others have appended.</summary>
    public async Task<ChainTail> FollowAsync(string topic, int partition, ChainTail tail, CancellationToken cancellationToken)
    {
        while (await TailAtAsync(topic, partition, tail.End, cancellationToken) is { } next) tail = next;
        return tail;
    }

    /// <summary>Appends a segment.</summary>
    /// <returns>The new tail; null: another has appended to this one, or an attempt of our own whose answer was lost.</returns>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    public async Task<ChainTail?> TryAppendAsync(string topic, int partition, ChainTail tail, Segment segment, CancellationToken cancellationToken)
    {
        if (segment.End <= tail.End) throw new ArgumentException($"the segment ends at {segment.End}, the chain at {tail.End}", nameof(segment));
        await EnsureExistsAsync(cancellationToken);
        var bytes = SegmentFile.Write(segment.Rows);
        var next = tail.After(segment, bytes.Length);
        try
        {
            await _container.GetBlobClient(Name(topic, partition, tail.End)).UploadAsync(
                new BinaryData(bytes),
                new BlobUploadOptions
                {
                    Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                    HttpHeaders = new BlobHttpHeaders { ContentType = "application/vnd.apache.parquet" },
                    Metadata = new Dictionary<string, string>(next.TopicId is null ? [] : [KeyValuePair.Create("topic_id", next.TopicId)], StringComparer.Ordinal)
                    {
                        ["format"] = "1",
                        ["end"] = Text(next.End),
                        ["last_record"] = segment.LastRecord.ToString("x16", CultureInfo.InvariantCulture),
                        ["events"] = Text(segment.Rows.Count),
                        ["undecodable"] = Text(segment.Undecodable),
                        ["missing"] = Text(segment.MissingAfter(tail.End)),
                        ["chain_segments"] = Text(next.Segments),
                        ["chain_events"] = Text(next.Events),
                        ["chain_undecodable"] = Text(next.Undecodable),
                        ["chain_missing"] = Text(next.Missing),
                        ["chain_bytes"] = Text(next.Bytes),
                    },
                },
                cancellationToken);
            return next;
        }
        catch (RequestFailedException taken) when (taken.ErrorCode == BlobErrorCode.BlobAlreadyExists || taken.ErrorCode == BlobErrorCode.ConditionNotMet)
        {
            return null;
        }
        catch (RequestFailedException gone) when (gone.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            _exists = false;
            throw;
        }

        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The rows of a chain, segment by segment, from the one that begins at an offset on.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="from">The start of a segment; 0 is that of the first.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async IAsyncEnumerable<(ChainTail Tail, IReadOnlyList<ArchiveRow> Rows)> ReadAsync(
        string topic, int partition, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await ReadSegmentAsync(topic, partition, from, cancellationToken) is { } segment)
        {
            yield return (segment.Tail, SegmentFile.Read(segment.Bytes, segment.Name));
            from = segment.Tail.End;
        }
    }

    /// <summary>A segment as it is stored; null: there is none of this start.</summary>
    /// <exception cref="InvalidDataException">It is no segment.</exception>
    public async Task<StoredSegment?> ReadSegmentAsync(string topic, int partition, long start, CancellationToken cancellationToken)
    {
        // The container is not made here: who only reads may have no right to.
        var name = Name(topic, partition, start);
        try
        {
            var content = (await _container.GetBlobClient(name).DownloadContentAsync(cancellationToken)).Value;
            return new StoredSegment(
                name[ArchiveTable.Root.Length..], TailOf(name, start, content.Details.Metadata), NumberOf(name, content.Details.Metadata, "undecodable"), content.Content.ToArray(), content.Details.LastModified);
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            if (missing.ErrorCode == BlobErrorCode.ContainerNotFound) _exists = false;
            return null;
        }
    }

    /// <summary>The names of a chain's segments that cover offsets from one to another, that one excluded, in order.</summary>
    /// <exception cref="InvalidDataException">The chain does not cover them all, or there is a blob that is no segment.</exception>
    internal async IAsyncEnumerable<string> SegmentsAsync(string topic, int partition, long from, long to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Names tell where segments begin, and so where those before them end. If the first is known by its name, those long before it need not be listed.
        var next = 0L;
        string? before = null;
        var prefix = Folder(topic, partition);
        if (from > 0 && await TailAtAsync(topic, partition, from, cancellationToken) is not null) prefix += CommonStart($"{from:D20}", $"{to:D20}");
        await foreach (var blob in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
        {
            var start = StartOf(blob.Name);
            if (before is null && start > from) throw new InvalidDataException($"the archive of {stream.Name}/{topic}/{partition} has no segments for the offsets {from} to {start}");
            if (start > from && before is not null) yield return before;
            (before, next) = start < to ? (blob.Name, start) : (null, start);
            if (before is null) yield break;
        }

        if (before is null || await TailAtAsync(topic, partition, next, cancellationToken) is not { } tail || tail.End < to)
            throw new InvalidDataException($"the archive of {stream.Name}/{topic}/{partition} does not reach to offset {to}");
        yield return before;
    }

    /// <summary>The tail that a segment makes; null: there is none of this start.</summary>
    private async Task<ChainTail?> TailAtAsync(string topic, int partition, long start, CancellationToken cancellationToken)
    {
        var name = Name(topic, partition, start);
        try
        {
            BlobProperties properties = await _container.GetBlobClient(name).GetPropertiesAsync(cancellationToken: cancellationToken);
            return TailOf(name, start, properties.Metadata);
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            if (missing.ErrorCode == BlobErrorCode.ContainerNotFound) _exists = false;
            return null;
        }
    }

    private static ChainTail TailOf(string name, long start, IDictionary<string, string> metadata)
    {
        var end = Number("end");
        return end > start
            ? new ChainTail(start, end, Number("chain_segments"), Number("chain_events"), Number("chain_undecodable"), Number("chain_missing"), Number("chain_bytes"), metadata.TryGetValue("topic_id", out var topicId) ? topicId : null, LastRecord())
            : throw new InvalidDataException($"archive/{name} is no segment: its end is {end}");

        // A segment that others made anew, as a copy without all metadata, may have none.
        long? LastRecord() => !metadata.TryGetValue("last_record", out var text) ? null
            : long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var digest) ? digest
            : throw new InvalidDataException($"archive/{name} is no segment: its last_record is {text}");

        long Number(string key) => NumberOf(name, metadata, key);
    }

    private static long NumberOf(string name, IDictionary<string, string> metadata, string key) =>
        metadata.TryGetValue(key, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidDataException($"archive/{name} is no segment: its metadata has no number {key}");

    private async Task EnsureExistsAsync(CancellationToken cancellationToken)
    {
        if (_exists) return;
        await _container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        _exists = true;
    }

    /// <summary>
    /// Azure takes a part of a blob's name that ends with a dot for a mistake, and . and .. for other folders
    /// (learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata); Azurite does not say so. Of the
    /// 1,024 characters that a name may have, the longest stream and topic leave some 640.
    /// </summary>
    private string Folder(string topic, int partition)
    {
        if (stream.Name.StartsWith('_')) throw new SettingException($"the setting KafkaStream is \"{stream.Name}\"; readers of the archive's table pass over folders whose names begin with _");
        if (stream.Name.EndsWith('.')) throw new SettingException($"the setting KafkaStream is \"{stream.Name}\"; the archive's blobs cannot be named after what ends with a dot");
        if (topic.EndsWith('.')) throw new SettingException($"the setting KafkaTopic is \"{topic}\"; the archive's blobs cannot be named after what ends with a dot");
        return $"{ArchiveTable.Root}{stream.Name}/{topic}/{partition:D5}/";
    }

    private static string CommonStart(string one, string other) => one[..one.AsSpan().CommonPrefixLength(other)];

    private string Name(string topic, int partition, long start) => $"{Folder(topic, partition)}{start:D20}.parquet";

    private static long StartOf(string name) =>
        name.EndsWith(".parquet", StringComparison.Ordinal) && long.TryParse(name.AsSpan(name.LastIndexOf('/') + 1)[..^8], NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            ? start
            : throw new InvalidDataException($"archive/{name} is no segment: its name is none");
}
