using ParquetSharp;

namespace ShitOps.Archive;

/// <summary>
/// The columns of the archive's Parquet files (https://github.com/apache/parquet-format): how a row is written to them and read from them.
/// They are found by name, so that a file with fewer of them, or more, can be read. docs/archive.md describes them.
/// </summary>
internal static class ArchiveColumns
{
    /// <summary>How many rows are decoded at a time.</summary>
    private const int BatchRows = 8_192;

    private static readonly int Epoch = new DateOnly(1970, 1, 1).DayNumber;

    /// <summary>All columns, with times to the microsecond.</summary>
    public static readonly Column[] All = Of(TimeUnit.Micros);

    /// <summary>The same of a file whose times are all whole milliseconds, as those of most trackers are: ten bits less each.</summary>
    public static readonly Column[] WithWholeMilliseconds = Of(TimeUnit.Millis);

    /// <summary>The columns that queries pass over files and row groups by.</summary>
    public static readonly string[] Pruned = ["offset", "timestamp", "time", "type", "project", "task"];

    /// <summary>Whether the time of a row is whole milliseconds.</summary>
    public static bool HasWholeMilliseconds(ArchiveRow row) => row.Time.Ticks % TimeSpan.TicksPerMillisecond == 0;

    /// <summary>Whether the times of a file can only be whole milliseconds.</summary>
    public static bool HasWholeMilliseconds(ParquetFileReader file)
    {
        var schema = file.FileMetaData.Schema;
        return schema.ColumnIndex("time") is >= 0 and var index && schema.Column(index).LogicalType is TimestampLogicalType { TimeUnit: TimeUnit.Millis };
    }


    /// <summary>Writes rows as a row group.</summary>
    public static void Write(RowGroupWriter group, IReadOnlyList<ArchiveRow> rows)
    {
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
        Put(row => row.Actor);

        void Put<T>(Func<ArchiveRow, T> cell)
        {
            var cells = new T[rows.Count];
            for (var i = 0; i < cells.Length; i++) cells[i] = cell(rows[i]);
            using var column = group.NextColumn().LogicalWriter<T>();
            column.WriteBatch(cells);
        }
    }

    /// <summary>The columns by which the rows of a project and a task are found; they stand beside each other.</summary>
    public static readonly (string First, string Last) Keys = ("project", "task");

    /// <summary>The stretch of a row group's rows that holds all of a project, or of one of its tasks; null: there are none. Nothing but the two columns is read.</summary>
    /// <exception cref="ParquetException">The file is damaged.</exception>
    public static (long First, long Count)? Find(ParquetFileReader file, int rowGroup, string? project, string? task)
    {
        using var group = file.RowGroup(rowGroup);
        var left = group.MetaData.NumRows;
        var size = (int)Math.Min(left, BatchRows);
        using var columns = new Cells(group, file.FileMetaData.Schema, size, 0);
        var (projects, tasks) = (columns.Of<string>("project"), columns.Of<string?>("task"));
        long? first = null;
        var (last, at) = (0L, 0L);
        for (; left > 0; left -= size)
        {
            size = (int)Math.Min(left, size);
            columns.ReadNext(size);
            for (var i = 0; i < size; i++, at++)
                if ((project is null || projects[i] == project) && (task is null || tasks[i] == task)) (first, last) = (first ?? at, at);
        }

        return first is { } begin ? (begin, last - begin + 1) : null;
    }

    /// <summary>The rows of a row group in their order; they are decoded as they are asked for.</summary>
    /// <exception cref="ParquetException">The file is damaged.</exception>
    public static IEnumerable<ArchiveRow> Read(ParquetFileReader file, int rowGroup) => Read(file, rowGroup, 0, file.FileMetaData.NumRows);

    /// <summary>The rows of a stretch of a row group, likewise.</summary>
    /// <exception cref="ParquetException">The file is damaged.</exception>
    public static IEnumerable<ArchiveRow> Read(ParquetFileReader file, int rowGroup, long first, long count)
    {
        using var group = file.RowGroup(rowGroup);
        var schema = file.FileMetaData.Schema;
        var left = Math.Min(count, group.MetaData.NumRows - first);
        var size = (int)Math.Min(left, BatchRows);
        using var columns = new Cells(group, schema, size, first);
        var (offset, timestamp, time) = (columns.Of<long>("offset"), columns.Of<DateTime?>("timestamp"), columns.Of<DateTime>("time"));
        var (id, source, type, project) = (columns.Of<string>("id"), columns.Of<string>("source"), columns.Of<string>("type"), columns.Of<string>("project"));
        var (task, allocation, title, kind, priority) = (columns.Of<string?>("task"), columns.Of<string?>("allocation"), columns.Of<string?>("title"), columns.Of<string?>("kind"), columns.Of<string?>("priority"));
        var (status, category, person, team, parent) = (columns.Of<string?>("status"), columns.Of<string?>("category"), columns.Of<string?>("person"), columns.Of<string?>("team"), columns.Of<string?>("parent"));
        var (estimate, remaining, spent, weekly) = (columns.Of<double?>("estimate_hours"), columns.Of<double?>("remaining_hours"), columns.Of<double?>("spent_hours"), columns.Of<double?>("hours_per_week"));
        var (start, due, rest, actor) = (columns.Of<Date?>("start"), columns.Of<Date?>("due"), columns.Of<string?>("rest"), columns.Of<string?>("actor"));
        for (; left > 0; left -= size)
        {
            size = (int)Math.Min(left, size);
            columns.ReadNext(size);
            for (var i = 0; i < size; i++)
            {
                yield return new ArchiveRow
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
                    Actor = actor[i],
                };
            }
        }
    }

    private static Column[] Of(TimeUnit ofTime) =>
    [
        new Column<long>("offset"),
        new Column<DateTime?>("timestamp", LogicalType.Timestamp(isAdjustedToUtc: true, TimeUnit.Millis)),
        new Column<DateTime>("time", LogicalType.Timestamp(isAdjustedToUtc: true, ofTime)),
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
        new Column<string>("actor"),
    ];

    private static Date? Days(DateOnly? day) => day is { } date ? new Date(date.DayNumber - Epoch) : null;

    private static DateOnly? Day(Date? days) => days is { } date ? DateOnly.FromDayNumber(date.Days + Epoch) : null;

    private static DateTimeOffset Utc(DateTime time) => new(time.Ticks, TimeSpan.Zero);

    /// <summary>The cells of the batch of rows that was read last, an array for each column; it stays the same array.</summary>
    private sealed class Cells(RowGroupReader group, SchemaDescriptor schema, int size, long first) : IDisposable
    {
        private readonly List<(IDisposable Reader, Action<int> ReadNext)> _columns = [];

        /// <summary>A column's cells; null or 0 if the file has no such column.</summary>
        public T[] Of<T>(string name)
        {
            var cells = new T[size];
            var index = schema.ColumnIndex(name);
            if (index < 0) return cells;
            var physical = group.Column(index);
            if (first > 0) Skip(physical, name);
            var column = physical.LogicalReader<T>();
            _columns.Add((column, count =>
            {
                for (var read = 0; read < count;)
                {
                    var some = column.ReadBatch(cells, read, count - read);
                    if (some == 0) throw new InvalidDataException($"the column {name} ends before its row group does");
                    read += some;
                }
            }));
            return cells;
        }

        private void Skip(ColumnReader column, string name)
        {
            for (var skipped = 0L; skipped < first;)
            {
                var some = column.Skip(first - skipped);
                if (some == 0) throw new InvalidDataException($"the column {name} ends before its row group does");
                skipped += some;
            }
        }

        public void ReadNext(int count)
        {
            foreach (var (_, readNext) in _columns) readNext(count);
        }

        public void Dispose()
        {
            foreach (var (reader, _) in _columns) reader.Dispose();
        }
    }
}
