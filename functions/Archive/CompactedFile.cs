using ParquetSharp;
using ShitOps.Archive.Delta;

namespace ShitOps.Archive;

/// <summary>A file that compaction is writing: on local disk until it is whole, so that memory holds one row group only.</summary>
internal sealed class CompactedFile : IDisposable
{
    /// <summary>A file of more types does not tell them.</summary>
    private const int MostTypes = 64;

    private readonly FileStream _stream;
    private readonly ArchiveFileWriter _writer;
    private readonly List<ArchiveRow> _rows = new(ArchiveFileWriter.RowGroupRows);
    private readonly HashSet<string> _types = new(StringComparer.Ordinal);

    /// <param name="hasWholeMilliseconds">Whether the times of all rows are whole milliseconds.</param>
    public CompactedFile(bool hasWholeMilliseconds)
    {
        _stream = new FileStream(
            Path.Combine(Path.GetTempPath(), $"shitops-{Guid.NewGuid():N}.parquet"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16, FileOptions.DeleteOnClose);
        _writer = new ArchiveFileWriter(_stream, ArchiveFileOrder.Project, hasWholeMilliseconds);
    }

    /// <summary>Appends the next row; they come in the file's order.</summary>
    public void Append(ArchiveRow row)
    {
        _rows.Add(row);
        if (_types.Count <= MostTypes) _types.Add(row.Type);
        if (_rows.Count == ArchiveFileWriter.RowGroupRows) Flush();
    }

    /// <summary>Ends the file and uploads it under a name of its own. It is no part of the table yet.</summary>
    public async Task<AddFile> StoreAsync(ArchiveTable table, ArchiveChain chain, DateTimeOffset now, CancellationToken cancellationToken)
    {
        Flush();
        _writer.Close();
        List<FileStatistics> groups = [];
        _stream.Position = 0;
        using (var file = new ParquetFileReader(_stream, leaveOpen: true))
        {
            for (var g = 0; g < file.FileMetaData.NumRowGroups; g++)
            {
                using var group = file.RowGroup(g);
                groups.Add(FileStatistics.Of(group.MetaData));
            }
        }

        var path = ArchiveTable.CompactedPath(chain, Guid.NewGuid());
        _stream.Position = 0;
        await table.Blobs.GetBlobClient(ArchiveTable.Root + path).UploadAsync(_stream, overwrite: true, cancellationToken);
        return ArchiveTable.Add(chain, path, _stream.Length, now, isChange: false, FileStatistics.Of(groups), _types.Count <= MostTypes ? _types : []);
    }

    public void Dispose()
    {
        _writer.Dispose();
        _stream.Dispose();
    }

    private void Flush()
    {
        if (_rows.Count == 0) return;
        _writer.Append(_rows);
        _rows.Clear();
    }
}
