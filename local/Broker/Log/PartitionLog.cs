using System.Buffers;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Log;

/// <summary>What became of an append: the offset of the batch's first record, or why there is none.</summary>
internal readonly record struct AppendResult(ErrorCode Error, long BaseOffset, long LogStartOffset);

/// <summary>Whole batches found for a fetch, not yet read: <see cref="CopyTo"/> needs no lock.</summary>
internal readonly record struct LogSlice(Segment? Segment, long Position, int Length)
{
    public void CopyTo(Span<byte> destination) => Segment?.Read(destination, Position);
}

/// <summary>The outcome of looking for what a fetch asks of a partition; <see cref="IsCut"/>: there is more than was found.</summary>
internal readonly record struct FetchResult(ErrorCode Error, long HighWatermark, long LogStartOffset, LogSlice Records, bool IsCut = false);

/// <summary>
/// The log of one partition: segments on disk, of which the last is appended to. One node holds the only replica, so the high
/// watermark is the end of the log. All public members may be called from any thread.
/// </summary>
internal sealed class PartitionLog : IDisposable
{
    /// <summary>With a single node the leader never changes.</summary>
    public const int LeaderEpoch = 0;

    private readonly Lock _gate = new();
    private readonly List<Segment> _segments = [];
    private readonly HashSet<AppendWaiter> _waiters = [];
    private readonly ProducerStates _producers = new();
    private readonly string _directory;
    private bool _closed;
    private bool _dirty;

    /// <summary>Opens the log in a directory, made if absent, and recovers it from whatever the last process left.</summary>
    public PartitionLog(string directory, Action<string> log)
    {
        _directory = directory;
        Directory.CreateDirectory(directory);
        var paths = Directory.GetFiles(directory, "*.log").Order(StringComparer.Ordinal).ToList();
        foreach (var path in paths) _segments.Add(Segment.Recover(path, verify: path == paths[^1], _producers.Appended, log));
        if (_segments.Count == 0) _segments.Add(Segment.Create(directory, 0));
        _producers.Forgetful |= StartOffset > 0;
    }

    public long StartOffset
    {
        get
        {
            lock (_gate) return _segments[0].BaseOffset;
        }
    }

    public long EndOffset
    {
        get
        {
            lock (_gate) return _segments[^1].NextOffset;
        }
    }

    /// <summary>Appends a valid batch, writing its offset into the bytes. When this returns a killed process no longer loses it.</summary>
    public AppendResult Append(Span<byte> bytes, RecordBatch batch, long segmentBytes)
    {
        AppendWaiter[] waiting;
        AppendResult result;
        lock (_gate)
        {
            if (_closed) return new AppendResult(ErrorCode.UnknownTopicOrPartition, -1, -1);
            var error = _producers.Check(batch, out var duplicateOf);
            if (error != ErrorCode.None || duplicateOf is not null) return new AppendResult(error, duplicateOf ?? -1, _segments[0].BaseOffset);
            if (_segments[^1].Length > 0 && _segments[^1].Length + bytes.Length > segmentBytes) Roll();
            var active = _segments[^1];
            batch = batch with { BaseOffset = active.NextOffset };
            RecordBatch.Place(bytes, batch.BaseOffset, LeaderEpoch);
            active.Append(bytes, batch);
            _producers.Appended(batch);
            _dirty = true;
            result = new AppendResult(ErrorCode.None, batch.BaseOffset, _segments[0].BaseOffset);
            waiting = TakeWaiters();
        }
        foreach (var waiter in waiting) waiter.Wake();
        return result;
    }

    /// <summary>
    /// Finds up to <paramref name="maxBytes"/> of whole batches, beginning with the one that holds <paramref name="offset"/>; at least
    /// one, however large, if <paramref name="atLeastOne"/>.
    /// </summary>
    public FetchResult Find(long offset, int maxBytes, bool atLeastOne)
    {
        Segment segment;
        long start, end, position, length, nearEnd;
        lock (_gate)
        {
            if (_closed) return new FetchResult(ErrorCode.UnknownTopicOrPartition, -1, -1, default);
            start = _segments[0].BaseOffset;
            end = _segments[^1].NextOffset;
            if (offset < start || offset > end) return new FetchResult(ErrorCode.OffsetOutOfRange, end, start, default);
            if (offset == end) return new FetchResult(ErrorCode.None, end, start, default);
            // After what recovery cut from the end of the log nothing has been appended yet.
            if (SegmentOf(offset) is not { } found) return new FetchResult(ErrorCode.None, end, start, default);
            segment = found;
            position = segment.SeekOffset(offset);
            length = segment.Length;
            nearEnd = segment.SeekPosition(position + maxBytes);
        }
        var first = segment.ReadHead(position);
        while (first.LastOffset < offset)
        {
            position += first.Size;
            first = segment.ReadHead(position);
        }
        var records = first.Size <= maxBytes ? WholeBatches(segment, position, nearEnd, Math.Min(length, position + maxBytes), length)
            : atLeastOne ? first.Size
            : 0;
        var isCut = position + records < length || segment.NextOffset < end;
        return new FetchResult(ErrorCode.None, end, start, new LogSlice(segment, position, (int)records), isCut);
    }

    /// <summary>The first record not earlier than <paramref name="timestamp"/> (Unix milliseconds), by offset.</summary>
    public TimedOffset? FirstSince(long timestamp, CancellationToken stopping)
    {
        foreach (var (segment, start, length) in Snapshot(segment => segment.MaxTimestamp >= timestamp, segment => segment.SeekTimestamp(timestamp)))
        {
            var position = start;
            while (position < length)
            {
                stopping.ThrowIfCancellationRequested();
                var head = segment.ReadHead(position);
                if (head.MaxTimestamp >= timestamp)
                {
                    foreach (var record in RecordsAt(segment, position, head.Size))
                        if (record.Timestamp >= timestamp) return record;
                }
                position += head.Size;
            }
        }
        return null;
    }

    /// <summary>The record with the greatest timestamp, the first if there are several.</summary>
    public TimedOffset? Latest(CancellationToken stopping)
    {
        TimedOffset? latest = null;
        foreach (var (segment, position, _) in Snapshot(segment => segment.Length > 0, segment => segment.MaxTimestampPosition))
        {
            stopping.ThrowIfCancellationRequested();
            foreach (var record in RecordsAt(segment, position, segment.ReadHead(position).Size))
                if (latest is null || record.Timestamp > latest.Value.Timestamp) latest = record;
        }
        return latest;
    }

    /// <summary>Asks to be woken by the next append, or when the log closes.</summary>
    public void Wait(AppendWaiter waiter)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _waiters.Add(waiter);
                return;
            }
        }
        waiter.Wake();
    }

    public void StopWaiting(AppendWaiter waiter)
    {
        lock (_gate) _waiters.Remove(waiter);
    }

    /// <summary>
    /// Deletes whole segments from the start: those with every record before <paramref name="before"/>, and those without which there
    /// are still <paramref name="maxBytes"/>.
    /// </summary>
    public void Retain(DateTimeOffset? before, long? maxBytes)
    {
        lock (_gate)
        {
            if (_closed) return;
            var expired = before?.ToUnixTimeMilliseconds() ?? long.MinValue;
            // The active segment goes too once all of it has expired, but never the place where the log ends.
            if (_segments[^1].Length > 0 && _segments[^1].MaxTimestamp < expired) Roll();
            var total = _segments.Sum(segment => segment.Length);
            while (_segments.Count > 1 && (_segments[0].MaxTimestamp < expired || total - _segments[0].Length >= maxBytes))
            {
                total -= _segments[0].Length;
                _segments[0].Delete();
                _segments.RemoveAt(0);
                _producers.Forgetful = true;
            }
        }
    }

    /// <summary>Has the disk take what the operating system still holds.</summary>
    public void Flush()
    {
        Segment active;
        lock (_gate)
        {
            if (!_dirty || _closed) return;
            _dirty = false;
            active = _segments[^1];
        }
        try
        {
            active.Flush();
        }
        catch
        {
            lock (_gate) _dirty = true;
            throw;
        }
    }

    /// <summary>Deletes the log. A fetch still reading ends in peace: handles are left to their finalizers.</summary>
    public void Delete() => Close(() =>
    {
        foreach (var segment in _segments) segment.Delete();
    });

    public void Dispose() => Close(() =>
    {
        try
        {
            if (_dirty) _segments[^1].Flush();
        }
        finally
        {
            foreach (var segment in _segments) segment.Close();
        }
    });

    private void Close(Action last)
    {
        AppendWaiter[] waiting;
        lock (_gate)
        {
            if (_closed) return;
            _closed = true;
            last();
            waiting = TakeWaiters();
        }
        foreach (var waiter in waiting) waiter.Wake();
    }

    private static long WholeBatches(Segment segment, long from, long boundary, long to, long length)
    {
        // What was published ends with a whole batch; anywhere else the last boundary has to be found.
        if (to == length) return to - from;
        boundary = Math.Max(boundary, from);
        while (boundary < to)
        {
            var next = boundary + segment.ReadHead(boundary).Size;
            if (next > to) break;
            boundary = next;
        }
        return boundary - from;
    }

    private static IEnumerable<TimedOffset> RecordsAt(Segment segment, long position, int size)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            segment.Read(bytes.AsSpan(0, size), position);
            foreach (var record in Records.Read(bytes.AsMemory(0, size))) yield return record;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private List<(Segment Segment, long Position, long Length)> Snapshot(Func<Segment, bool> wanted, Func<Segment, long> position)
    {
        lock (_gate) return [.. _segments.Where(wanted).Select(segment => (segment, position(segment), segment.Length))];
    }

    private AppendWaiter[] TakeWaiters()
    {
        if (_waiters.Count == 0) return [];
        AppendWaiter[] waiting = [.. _waiters];
        _waiters.Clear();
        return waiting;
    }

    /// <summary>The segment with the first batch at or after an offset. Where recovery cut one, the offsets it lost are the next one's.</summary>
    private Segment? SegmentOf(long offset)
    {
        var i = _segments.Count - 1;
        while (_segments[i].BaseOffset > offset) i--;
        return _segments.Skip(i).FirstOrDefault(segment => segment.Length > 0 && segment.NextOffset > offset);
    }

    private void Roll()
    {
        _segments[^1].Flush();
        _segments.Add(Segment.Create(_directory, _segments[^1].NextOffset));
    }
}
