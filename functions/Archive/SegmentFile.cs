using ParquetSharp;

namespace ShitOps.Archive;

/// <summary>A segment as a Parquet file: the rows of one range of offsets in their order, in one row group.</summary>
public static class SegmentFile
{
    /// <summary>The bytes of a file that holds the rows in their order; none is allowed too.</summary>
    public static byte[] Write(IReadOnlyList<ArchiveRow> rows)
    {
        using var output = new MemoryStream();
        using (var file = new ArchiveFileWriter(output, ArchiveFileOrder.Offset, rows.All(ArchiveColumns.HasWholeMilliseconds)))
        {
            if (rows.Count > 0) file.Append(rows);
            file.Close();
        }

        return output.ToArray();
    }

    /// <summary>The rows of a file in their order.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">What the file is called in a message.</param>
    /// <exception cref="InvalidDataException">It is no Parquet file, or is damaged.</exception>
    public static IReadOnlyList<ArchiveRow> Read(byte[] bytes, string name) => Read(bytes, name, file =>
    {
        var rows = new List<ArchiveRow>(checked((int)file.FileMetaData.NumRows));
        for (var group = 0; group < file.FileMetaData.NumRowGroups; group++) rows.AddRange(ArchiveColumns.Read(file, group));
        return rows;
    });

    /// <summary>Reads something of a file.</summary>
    /// <inheritdoc cref="Read(byte[], string)"/>
    internal static T Read<T>(byte[] bytes, string name, Func<ParquetFileReader, T> read)
    {
        try
        {
            using var input = new MemoryStream(bytes);
            using var file = new ParquetFileReader(input, leaveOpen: true);
            return read(file);
        }
        catch (Exception fault) when (IsDamage(fault))
        {
            throw new InvalidDataException($"{name} cannot be read: {fault.Message.Split('\n')[0]}", fault);
        }
    }

    /// <summary>Whether it is what reading a damaged file ends with.</summary>
    internal static bool IsDamage(Exception fault) => fault is ParquetException or ArgumentException or OverflowException;
}
