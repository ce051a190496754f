using System.Buffers;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace ShitOps.Local.Broker.Log;

/// <summary>
/// One file of a partition's log: whole batches, one after the other, named by the offset it begins with. Not synchronized:
/// <see cref="PartitionLog"/> appends and searches under its lock; reading bytes already published needs none.
/// </summary>
internal sealed class Segment
{
    /// <summary>An index entry every so many bytes: a seek reads at most this much to find its batch.</summary>
    private const int IndexInterval = 16 * 1024;

    private readonly List<IndexEntry> _index = [];
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private long _lastIndexed;

    private Segment(string path, long baseOffset)
    {
        _path = path;
        BaseOffset = baseOffset;
        NextOffset = baseOffset;
        // Delete is shared because retention may delete a file that a fetch still reads.
        _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
    }

    public long BaseOffset { get; }

    public long NextOffset { get; private set; }

    public long Length { get; private set; }

    /// <summary>The greatest timestamp of a record here; -1 while there is none.</summary>
    public long MaxTimestamp { get; private set; } = -1;

    /// <summary>Where the first batch with <see cref="MaxTimestamp"/> stands.</summary>
    public long MaxTimestampPosition { get; private set; }

    public static string FileName(long baseOffset) => $"{baseOffset:D20}.log";

    public static Segment Create(string directory, long baseOffset) => new(Path.Combine(directory, FileName(baseOffset)), baseOffset);

    /// <summary>
    /// Opens a file and walks its batches, cutting it after the last whole one. <paramref name="verify"/> also checks checksums:
    /// needed for the last segment only, since a segment is on disk before the next one begins.
    /// </summary>
    public static Segment Recover(string path, bool verify, Action<RecordBatch> batchFound, Action<string> log)
    {
        if (!long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var baseOffset) || Path.GetFileName(path) != FileName(baseOffset))
            throw new InvalidOperationException($"{path} is not named as a segment of the log is. Move it elsewhere.");
        var segment = new Segment(path, baseOffset);
        var fileLength = RandomAccess.GetLength(segment._file);
        var buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
        try
        {
            var (start, held) = (0L, 0);
            while (segment.Length + RecordBatch.HeaderSize <= fileLength)
            {
                if (!segment.Hold(segment.Length, RecordBatch.HeaderSize, ref buffer, ref start, ref held)) break;
                var batch = RecordBatch.Read(buffer.AsSpan((int)(segment.Length - start)));
                if (!batch.IsPlausible || batch.BaseOffset != segment.NextOffset || batch.Size > fileLength - segment.Length) break;
                if (verify)
                {
                    if (!segment.Hold(segment.Length, batch.Size, ref buffer, ref start, ref held)) break;
                    if (!batch.ChecksumMatches(buffer.AsSpan((int)(segment.Length - start), batch.Size))) break;
                }
                segment.Published(batch);
                batchFound(batch);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        if (segment.Length < fileLength)
        {
            log($"{path}: cut {fileLength - segment.Length} bytes after offset {segment.NextOffset - 1}: not a whole batch.");
            RandomAccess.SetLength(segment._file, segment.Length);
        }
        return segment;
    }

    /// <summary>Writes a batch already given its offset. The operating system has the bytes when this returns; the disk may not.</summary>
    public void Append(ReadOnlySpan<byte> bytes, RecordBatch batch)
    {
        RandomAccess.Write(_file, bytes, Length);
        Published(batch);
    }

    public void Read(Span<byte> destination, long position)
    {
        while (!destination.IsEmpty)
        {
            var read = RandomAccess.Read(_file, destination, position);
            if (read == 0) throw new EndOfStreamException($"{_path} is shorter than what was written to it.");
            destination = destination[read..];
            position += read;
        }
    }

    public RecordBatch ReadHead(long position)
    {
        Span<byte> head = stackalloc byte[RecordBatch.HeaderSize];
        Read(head, position);
        return RecordBatch.Read(head);
    }

    /// <summary>A batch boundary at or before the batch that holds <paramref name="offset"/>, at most an index interval away.</summary>
    public long SeekOffset(long offset) => Floor(entry => entry.Offset <= offset);

    /// <summary>The batch boundary nearest before <paramref name="position"/> that the index knows.</summary>
    public long SeekPosition(long position) => Floor(entry => entry.Position <= position);

    /// <summary>A batch boundary before which no record is as late as <paramref name="timestamp"/>.</summary>
    public long SeekTimestamp(long timestamp) => Floor(entry => entry.MaxTimestampBefore < timestamp);

    public void Flush() => RandomAccess.FlushToDisk(_file);

    public void Close() => _file.Dispose();

    /// <summary>Deletes the file. The handle is left to its finalizer, since a fetch may be reading.</summary>
    public void Delete() => File.Delete(_path);

    private long Floor(Func<IndexEntry, bool> holds)
    {
        var (low, high) = (0, _index.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (holds(_index[middle])) low = middle + 1;
            else high = middle;
        }
        return low == 0 ? 0 : _index[low - 1].Position;
    }

    private void Published(RecordBatch batch)
    {
        if (Length - _lastIndexed >= IndexInterval || _index.Count == 0)
        {
            _index.Add(new IndexEntry(batch.BaseOffset, Length, MaxTimestamp));
            _lastIndexed = Length;
        }
        if (batch.MaxTimestamp > MaxTimestamp)
        {
            MaxTimestamp = batch.MaxTimestamp;
            MaxTimestampPosition = Length;
        }
        NextOffset = batch.LastOffset + 1;
        Length += batch.Size;
    }

    /// <summary>Makes the buffer hold <paramref name="count"/> bytes from <paramref name="position"/> on.</summary>
    private bool Hold(long position, int count, ref byte[] buffer, ref long start, ref int held)
    {
        if (position >= start && position + count <= start + held) return true;
        if (buffer.Length < count)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = ArrayPool<byte>.Shared.Rent(count);
        }
        (start, held) = (position, 0);
        while (held < buffer.Length)
        {
            var read = RandomAccess.Read(_file, buffer.AsSpan(held), start + held);
            if (read == 0) break;
            held += read;
        }
        return held >= count;
    }

    private readonly record struct IndexEntry(long Offset, long Position, long MaxTimestampBefore);
}
