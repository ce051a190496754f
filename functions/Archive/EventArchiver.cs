using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.ObjectPool;
using ShitOps.Events;
using ShitOps.People;
using ShitOps.Pipeline;

namespace ShitOps.Archive;

/// <summary>
/// Appends every record of the stream to the archive exactly once, whatever is delivered again: a partition's chain of segments says itself
/// how far it reaches. What cannot be decoded is put aside, and the names of people are stored, before the segment that passes them is.
/// </summary>
public sealed class EventArchiver(
    KafkaStream stream,
    SegmentChain chain,
    ArchivePositions positions,
    PersonDirectory people,
    DeadLetters deadLetters,
    LogEnds logEnds,
    ObjectPool<EventDecoder> decoders,
    TimeProvider time,
    ILogger<EventArchiver> logger)
{
    // A batch may hold gigabytes. What is in work at a time is about MostParallel times several times this.
    private const int MostSegmentBytes = 16 << 20;
    private const int MostParallel = 4;

    private readonly ConcurrentDictionary<(string Topic, int Partition), ChainTail> _tails = new();

    /// <summary>Archives a batch, which may hold records of several partitions, each in the order of offsets.</summary>
    /// <exception cref="OperationCanceledException">The host stops; nothing that is not stored counts as consumed.</exception>
    /// <exception cref="Exception">Storage or Kafka is down or refuses, or the log is another; likewise. It is thrown after <see cref="FailedBatch.BackOff"/>.</exception>
    public async Task ArchiveAsync(KafkaRecord[] records, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await FailedBatch.HoldBackAsync(() => ArchiveNowAsync(records, cancellationToken), "Archiving", time, logger, cancellationToken);
    }

    private async Task ArchiveNowAsync(KafkaRecord[] records, CancellationToken cancellationToken)
    {
        var topicId = await logEnds.TopicIdAsync();
        var reached = new ConcurrentBag<ArchivePosition>();
        // When one partition fails, those begun are brought to their end and no others are begun: each would wait for storage in vain.
        await Parallel.ForEachAsync(
            records.GroupBy(record => (record.Topic, record.Partition)),
            new ParallelOptions { MaxDegreeOfParallelism = MostParallel, CancellationToken = cancellationToken },
            async (partition, _) =>
            {
                var (topic, number) = partition.Key;
                var tail = await ArchivePartitionAsync(topic, number, [.. partition], topicId, cancellationToken);
                reached.Add(new ArchivePosition(topic, number, tail, time.GetUtcNow()));
            });
        await positions.PutAsync(reached, cancellationToken);
    }

    private async Task<ChainTail> ArchivePartitionAsync(string topic, int partition, KafkaRecord[] records, string? topicId, CancellationToken cancellationToken)
    {
        try
        {
            if (!_tails.TryGetValue((topic, partition), out var tail))
            {
                var hint = await positions.FindAsync(topic, partition, cancellationToken);
                tail = await chain.FindTailAsync(topic, partition, hint?.Tail.LastSegment, cancellationToken);
            }

            await tail.LogOf(topic, partition).RequireSameAsync(records, topicId, logEnds);
            while (records[^1].Offset >= tail.End)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var segment = await MakeSegmentAsync(topic, partition, tail, records, topicId, cancellationToken);
                tail = await chain.TryAppendAsync(topic, partition, tail, segment, cancellationToken) ?? await FollowAsync(tail);
            }

            return _tails[(topic, partition)] = tail;
        }
        catch
        {
            // Whatever it was: where the chain ends is looked up anew.
            _tails.TryRemove((topic, partition), out _);
            throw;
        }

        async Task<ChainTail> FollowAsync(ChainTail tail)
        {
            var end = await chain.FollowAsync(topic, partition, tail, cancellationToken);
            logger.LogInformation("{Topic}/{Partition}: offsets {From} to {To} were archived by another", topic, partition, tail.End, end.End);
            return end;
        }
    }

    /// <summary>The segment that follows <paramref name="tail"/>, of as many records as one may hold, and before it what it relies on.</summary>
    private async Task<Segment> MakeSegmentAsync(string topic, int partition, ChainTail tail, KafkaRecord[] records, string? topicId, CancellationToken cancellationToken)
    {
        List<ArchiveRow> rows = [];
        List<DeadLetter> letters = [];
        var (end, bytes) = (tail.End, 0L);
        KafkaRecord? last = null;
        var decoder = decoders.Get();
        try
        {
            foreach (var record in records)
            {
                if (record.Offset < end) continue;
                if (bytes >= MostSegmentBytes) break;
                var headers = DecodedRecord.HeadersOf(record);
                var result = decoder.Decode(record.Value, headers);
                if (result.IsDecoded) rows.Add(ArchivedEvent.ToRow(result.Event, record.Offset, record.Timestamp.UnixTimestampMs, record.Value, headers, people.IdOf));
                else letters.Add(new DeadLetter(record, result.Error));
                bytes += (record.Value?.Length ?? 0) + headers.Sum(header => (long)header.Value.Length);
                (end, last) = (record.Offset + 1, record);
            }
        }
        finally
        {
            decoders.Return(decoder);
        }

        var segment = new Segment(rows, letters.Count, end, topicId, ConsumedLog.DigestOf(last!));
        if (segment.MissingAfter(tail.End) is > 0 and var missing)
            logger.LogWarning("{Topic}/{Partition}: Kafka delivered no record for {Count} of the offsets {From} to {To}", topic, partition, missing, tail.End, end);
        await deadLetters.PutAsync(stream, topic, partition, letters, cancellationToken);
        await people.StoreNewAsync(cancellationToken);
        return segment;
    }
}
