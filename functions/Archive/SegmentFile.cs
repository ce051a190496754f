using ParquetSharp;
using ParquetSharp.IO;

namespace ShitOps.Archive;

/// <summary>
/// A segment as a Parquet file (https://github.com/apache/parquet-format): one row group, zstd, dictionaries where values recur. Columns are
/// found by name, so that a file with fewer of them, or more, can be read. docs/archive.md describes them.
/// </summary>
public static class SegmentFile
{
    private static readonly int Epoch = new DateOnly(1970, 1, 1).DayNumber;

    private static readonly Column[] Columns =
    [
        new Column<long>("offset"),
        new Column<DateTime?>("timestamp", LogicalType.Timestamp(isAdjustedToUtc: true, TimeUnit.Millis)),
        new Column<DateTime>("time", LogicalType.Timestamp(isAdjustedToUtc: true, TimeUnit.Micros)),
        new Column<string>("id"),
        new Column<string>("source"),
        new Column<string>("type"),
        new Column<string>("project"),
        new Column<string>("task"),
        new Column<string>("allocation"),
        new Column<string>("title"),
        new Column<string>("kind"),
        new Column<string>("priority"),
        new Column<string>("status"),
        new Column<string>("category"),
        new Column<string>("person"),
        new Column<string>("team"),
        new Column<string>("parent"),
        new Column<double?>("estimate_hours"),
        new Column<double?>("remaining_hours"),
        new Column<double?>("spent_hours"),
        new Column<double?>("hours_per_week"),
        new Column<Date?>("start"),
        new Column<Date?>("due"),
        new Column<string>("rest"),
    ];

    /// <summary>The bytes of a file that holds the rows in their order; none is allowed too.</summary>
    public static byte[] Write(IReadOnlyList<ArchiveRow> rows)
    {
        using var properties = Properties();
        using var output = new MemoryStream();
        using (var file = new ParquetFileWriter(new ManagedOutputStream(output, leaveOpen: true), Columns, properties))
        {
            if (rows.Count > 0)
            {
                using var group = file.AppendRowGroup();
                Put(row => row.Offset);
                Put(row => row.Timestamp?.UtcDateTime);
                Put(row => row.Time.UtcDateTime);
                Put(row => row.Id);
                Put(row => row.Source);
                Put(row => row.Type);
                Put(row => row.Project);
                Put(row => row.Task);
                Put(row => row.Allocation);
                Put(row => row.Title);
                Put(row => row.Kind);
                Put(row => row.Priority);
                Put(row => row.Status);
                Put(row => row.Category);
                Put(row => row.Person);
                Put(row => row.Team);
                Put(row => row.Parent);
                Put(row => row.EstimateHours);
                Put(row => row.RemainingHours);
                Put(row => row.SpentHours);
                Put(row => row.HoursPerWeek);
                Put(row => Days(row.Start));
                Put(row => Days(row.Due));
                Put(row => row.Rest);

                void Put<T>(Func<ArchiveRow, T> cell)
                {
                    var cells = new T[rows.Count];
                    for (var i = 0; i < cells.Length; i++) cells[i] = cell(rows[i]);
                    using var column = group.NextColumn().LogicalWriter<T>();
                    column.WriteBatch(cells);
                }
            }

            file.Close();
        }

        return output.ToArray();
    }

    /// <summary>The rows of a file in their order.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <exception cref="ParquetException">It is no Parquet file, or is damaged.</exception>
    public static IReadOnlyList<ArchiveRow> Read(byte[] bytes)
    {
        using var input = new MemoryStream(bytes);
        using var file = new ParquetFileReader(new ManagedRandomAccessFile(input, leaveOpen: true));
        List<ArchiveRow> rows = [];
        for (var g = 0; g < file.FileMetaData.NumRowGroups; g++)
        {
            using var group = file.RowGroup(g);
            var count = checked((int)group.MetaData.NumRows);
            var (offset, timestamp, time) = (Get<long>("offset"), Get<DateTime?>("timestamp"), Get<DateTime>("time"));
            var (id, source, type, project) = (Get<string>("id"), Get<string>("source"), Get<string>("type"), Get<string>("project"));
            var (task, allocation, title, kind, priority) = (Get<string?>("task"), Get<string?>("allocation"), Get<string?>("title"), Get<string?>("kind"), Get<string?>("priority"));
            var (status, category, person, team, parent) = (Get<string?>("status"), Get<string?>("category"), Get<string?>("person"), Get<string?>("team"), Get<string?>("parent"));
            var (estimate, remaining, spent, weekly) = (Get<double?>("estimate_hours"), Get<double?>("remaining_hours"), Get<double?>("spent_hours"), Get<double?>("hours_per_week"));
            var (start, due, rest) = (Get<Date?>("start"), Get<Date?>("due"), Get<string?>("rest"));
            for (var i = 0; i < count; i++)
            {
                rows.Add(new ArchiveRow
                {
                    Offset = offset[i],
                    Timestamp = timestamp[i] is { } stamp ? Utc(stamp) : null,
                    Time = Utc(time[i]),
                    Id = id[i],
                    Source = source[i],
                    Type = type[i],
                    Project = project[i],
                    Task = task[i],
                    Allocation = allocation[i],
                    Title = title[i],
                    Kind = kind[i],
                    Priority = priority[i],
                    Status = status[i],
                    Category = category[i],
                    Person = person[i],
                    Team = team[i],
                    Parent = parent[i],
                    EstimateHours = estimate[i],
                    RemainingHours = remaining[i],
                    SpentHours = spent[i],
                    HoursPerWeek = weekly[i],
                    Start = Day(start[i]),
                    Due = Day(due[i]),
                    Rest = rest[i],
                });
            }

            T[] Get<T>(string name)
            {
                var index = file.FileMetaData.Schema.ColumnIndex(name);
                if (index < 0) return new T[count];
                using var column = group.Column(index).LogicalReader<T>();
                return column.ReadAll(count);
            }
        }

        return rows;
    }

    private static WriterProperties Properties()
    {
        using var builder = new WriterPropertiesBuilder();
        builder.Compression(Compression.Zstd).CreatedBy("ShitOps");
        // Each row has another: a dictionary would only come on top. Deltas of what grows are next to nothing.
        builder.DisableDictionary("id");
        foreach (var growing in (string[])["offset", "timestamp", "time"]) builder.DisableDictionary(growing).Encoding(growing, Encoding.DeltaBinaryPacked);
        return builder.Build();
    }

    private static Date? Days(DateOnly? day) => day is { } date ? new Date(date.DayNumber - Epoch) : null;

    private static DateOnly? Day(Date? days) => days is { } date ? DateOnly.FromDayNumber(date.Days + Epoch) : null;

    private static DateTimeOffset Utc(DateTime time) => new(time.Ticks, TimeSpan.Zero);
}
