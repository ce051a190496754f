using ParquetSharp;
using ParquetSharp.IO;

namespace ShitOps.Archive;

/// <summary>In which order the rows of a file of the archive stand.</summary>
public enum ArchiveFileOrder
{
    /// <summary>By offset, as they came: a segment.</summary>
    Offset,

    /// <summary>By project, task, time and offset: what compaction makes.</summary>
    Project,
}

/// <summary>Writes a Parquet file of the archive row group by row group: zstd, dictionaries where values recur, checksums of pages.</summary>
internal sealed class ArchiveFileWriter : IDisposable
{
    /// <summary>Of a row group in a compacted file. Fewer would make the list of row groups longer than the row group that a look-up is after.</summary>
    public const int RowGroupRows = 50_000;

    private readonly WriterProperties _properties;
    private readonly ParquetFileWriter _file;

    /// <summary>Begins a file.</summary>
    /// <param name="output">Takes its bytes, and is left open.</param>
    /// <param name="order">What the rows will be in the order of.</param>
    /// <param name="hasWholeMilliseconds">Whether the times of all rows are whole milliseconds.</param>
    public ArchiveFileWriter(Stream output, ArchiveFileOrder order, bool hasWholeMilliseconds)
    {
        _properties = Properties(order);
        _file = new ParquetFileWriter(new ManagedOutputStream(output, leaveOpen: true), hasWholeMilliseconds ? ArchiveColumns.WithWholeMilliseconds : ArchiveColumns.All, _properties);
    }

    /// <summary>Appends rows as one row group.</summary>
    public void Append(IReadOnlyList<ArchiveRow> rows)
    {
        using var group = _file.AppendRowGroup();
        ArchiveColumns.Write(group, rows);
    }

    /// <summary>Ends the file; without it the bytes are none.</summary>
    public void Close() => _file.Close();

    public void Dispose()
    {
        _file.Dispose();
        _properties.Dispose();
    }

    private static WriterProperties Properties(ArchiveFileOrder order)
    {
        using var builder = new WriterPropertiesBuilder();
        builder.Compression(Compression.Zstd).CreatedBy("ShitOps").EnablePageChecksum();

        // Each row has another: a dictionary would only come on top. What it has in common with the one before need not be written; deltas of
        // what grows are next to nothing.
        builder.DisableDictionary("id").Encoding("id", Encoding.DeltaByteArray);
        foreach (var growing in (string[])["offset", "timestamp", "time"]) builder.DisableDictionary(growing).Encoding(growing, Encoding.DeltaBinaryPacked);

        // Minimum and maximum of these tell nothing that a query could pass over a row group by; of a small segment those of most are a good part.
        foreach (var column in ArchiveColumns.All.Select(column => column.Name))
            if (order == ArchiveFileOrder.Offset ? !ArchiveColumns.Pruned.Contains(column) : column is "id" or "title" or "rest") builder.DisableStatistics(column);
        if (order == ArchiveFileOrder.Offset) return builder.SetSizeStatisticsLevel(SizeStatisticsLevel.None).Build();

        // Compacted files are written once and read for ever.
        builder.CompressionLevel(9).MaxRowGroupLength(RowGroupRows);
        foreach (var pruned in ArchiveColumns.Pruned) builder.EnableWritePageIndex(pruned);
        return builder.Build();
    }
}
