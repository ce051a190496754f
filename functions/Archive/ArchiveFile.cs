using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ParquetSharp;
using ShitOps.Archive.Delta;

namespace ShitOps.Archive;

/// <summary>
/// A Parquet file of the archive in blob storage, read row group by row group: one request for what stands at its end, and one for each
/// row group. Not safe for concurrent use.
/// </summary>
public sealed class ArchiveFile : IDisposable
{
    /// <summary>The end of a file is asked for at once; nearly all of them say all there.</summary>
    private const int TailBytes = 64 << 10;

    private readonly FetchedRanges _ranges;
    private readonly ParquetFileReader _file;
    private readonly List<long> _starts = [];
    private readonly List<(long From, long To)> _keys = [];
    private readonly List<FileStatistics> _rowGroups = [];

    private ArchiveFile(FetchedRanges ranges, ParquetFileReader file)
    {
        (_ranges, _file) = (ranges, file);

        // Row groups and the columns in them follow each other without a gap behind the four letters that a file begins with.
        var at = 4L;
        for (var g = 0; g < file.FileMetaData.NumRowGroups; g++)
        {
            _starts.Add(at);
            using var group = file.RowGroup(g);
            var keys = (From: at, To: at);
            for (var i = 0; i < group.MetaData.NumColumns; i++)
            {
                using var column = group.MetaData.GetColumnChunkMetaData(i);
                var name = file.FileMetaData.Schema.Column(i).Name;
                if (name == ArchiveColumns.Keys.First) keys.From = at;
                at += column.TotalCompressedSize;
                if (name == ArchiveColumns.Keys.Last) keys.To = at;
            }

            _keys.Add(keys);

            _rowGroups.Add(FileStatistics.Of(group.MetaData));
        }

        _starts.Add(at);
    }

    /// <summary>What each row group holds.</summary>
    public IReadOnlyList<FileStatistics> RowGroups => _rowGroups;

    /// <summary>Whether the times of its rows can only be whole milliseconds.</summary>
    public bool HasWholeMilliseconds => ArchiveColumns.HasWholeMilliseconds(_file);

    /// <summary>Bytes that were asked of storage so far.</summary>
    public long BytesRead => _ranges.BytesRead;

    /// <summary>The rows of a row group in the file's order; they are decoded as they are asked for, and only until the next call.</summary>
    /// <exception cref="ParquetException">The file is damaged.</exception>
    /// <exception cref="RequestFailedException">The blob is gone, or storage is down or refuses.</exception>
    public async Task<IEnumerable<ArchiveRow>> ReadAsync(int rowGroup, CancellationToken cancellationToken)
    {
        await _ranges.FetchAsync(_starts[rowGroup], _starts[rowGroup + 1] - _starts[rowGroup], cancellationToken);
        return ArchiveColumns.Read(_file, rowGroup);
    }

    /// <summary>The rows of a row group that are in one stretch from the first to the last of a project, or of a task; null stands for all. Where the stretch is, is read first.</summary>
    /// <inheritdoc cref="ReadAsync(int, CancellationToken)"/>
    public async Task<IEnumerable<ArchiveRow>> ReadAsync(int rowGroup, string? project, string? task, CancellationToken cancellationToken)
    {
        if (project is null && task is null) return await ReadAsync(rowGroup, cancellationToken);
        var (from, to) = _keys[rowGroup];
        await _ranges.FetchAsync(from, to - from, cancellationToken);
        if (ArchiveColumns.Find(_file, rowGroup, project, task) is not { } found) return [];
        await _ranges.FetchAsync(_starts[rowGroup], _starts[rowGroup + 1] - _starts[rowGroup], cancellationToken);
        return ArchiveColumns.Read(_file, rowGroup, found.First, found.Count);
    }

    public void Dispose()
    {
        _file.Dispose();
        _ranges.Dispose();
    }

    /// <param name="blob">The file.</param>
    /// <param name="size">Its size in bytes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal static async Task<ArchiveFile> OpenAsync(BlobClient blob, long size, CancellationToken cancellationToken)
    {
        var ranges = new FetchedRanges(blob, size);
        await ranges.FetchTailAsync(Math.Min(size, TailBytes), cancellationToken);
        if (ranges.FooterBytes > TailBytes) await ranges.FetchTailAsync(ranges.FooterBytes, cancellationToken);
        return new ArchiveFile(ranges, new ParquetFileReader(ranges, leaveOpen: true));
    }

    /// <summary>The whole blob as a stream, of which two ranges lie in memory: its end, and what was fetched last.</summary>
    private sealed class FetchedRanges(BlobClient blob, long size) : Stream
    {
        private (long From, byte[] Bytes) _tail = (size, []);
        private (long From, byte[] Bytes) _range;

        public long BytesRead { get; private set; }

        /// <summary>How much at the end a reader needs to know what is where, by the length that the last eight bytes tell.</summary>
        public long FooterBytes => _tail.Bytes.Length < 8 ? size : Math.Min(size, BitConverter.ToUInt32(_tail.Bytes.AsSpan(^8..^4)) + 8L);

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => size;

        public override long Position { get; set; }

        public async Task FetchTailAsync(long length, CancellationToken cancellationToken) => _tail = await DownloadAsync(size - length, length, cancellationToken);

        public async Task FetchAsync(long from, long length, CancellationToken cancellationToken) => _range = await DownloadAsync(from, length, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            if (Position >= size) return 0;
            var (from, bytes) = Position >= _tail.From ? _tail : _range;
            if (bytes is null || Position < from || Position >= from + bytes.Length)
            {
                // Another writer has laid out the file in another way.
                var content = blob.DownloadContent(new BlobDownloadOptions { Range = new HttpRange(Position, Math.Min(buffer.Length, size - Position)) }).Value.Content.ToArray();
                BytesRead += content.Length;
                (from, bytes) = (Position, content);
            }

            var some = bytes.AsSpan((int)(Position - from));
            if (some.Length > buffer.Length) some = some[..buffer.Length];
            some.CopyTo(buffer);
            Position += some.Length;
            return some.Length;
        }

        public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => Position + offset,
            _ => size + offset,
        };

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private async Task<(long, byte[])> DownloadAsync(long from, long length, CancellationToken cancellationToken)
        {
            var content = await blob.DownloadContentAsync(new BlobDownloadOptions { Range = new HttpRange(from, length) }, cancellationToken);
            BytesRead += length;
            return (from, content.Value.Content.ToArray());
        }
    }
}
