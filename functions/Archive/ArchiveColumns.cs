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

    public static readonly Column[] All =
    [
        new Column<long>("offset"),
        new Column<DateTime?>("timestamp", LogicalType.Timestamp(isAdjustedToUtc: true, TimeUnit.Micros)),
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
        new Column<string>("actor"),
    ];

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

    /// <summary>The rows of a row group in their order; they are decoded as they are asked for.</summary>
    /// <exception cref="ParquetException">The file is damaged.</exception>
    public static IEnumerable<ArchiveRow> Read(ParquetFileReader file, int rowGroup)
    {
        using var group = file.RowGroup(rowGroup);
        var schema = file.FileMetaData.Schema;
        var left = group.MetaData.NumRows;
        var size = (int)Math.Min(left, BatchRows);
        using var columns = new Cells(group, schema, size);
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

    private static Date? Days(DateOnly? day) => day is { } date ? new Date(date.DayNumber - Epoch) : null;

    private static DateOnly? Day(Date? days) => days is { } date ? DateOnly.FromDayNumber(date.Days + Epoch) : null;

    private static DateTimeOffset Utc(DateTime time) => new(time.Ticks, TimeSpan.Zero);

    /// <summary>The cells of the batch of rows that was read last, an array for each column; it stays the same array.</summary>
    private sealed class Cells(RowGroupReader group, SchemaDescriptor schema, int size) : IDisposable
    {
        private readonly List<(IDisposable Reader, Action<int> ReadNext)> _columns = [];

        /// <summary>A column's cells; null or 0 if the file has no such column.</summary>
        public T[] Of<T>(string name)
        {
            var cells = new T[size];
            var index = schema.ColumnIndex(name);
            if (index < 0) return cells;
            var column = group.Column(index).LogicalReader<T>();
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
