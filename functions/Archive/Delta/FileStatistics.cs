using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using ParquetSharp;

namespace ShitOps.Archive.Delta;

/// <summary>
/// What the rows of a file, or of a row group, hold of the columns that queries pass over files by. Each bound is null if there is no row
/// with a value or if it is not known.
/// </summary>
public sealed record FileStatistics
{
    private const string Milliseconds = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>How many rows.</summary>
    public required long Rows { get; init; }

    /// <summary>Of the records' offsets.</summary>
    public Bounds<long>? Offset { get; init; }

    /// <summary>Of the times at which the records were put on Kafka.</summary>
    public Bounds<DateTimeOffset>? Timestamp { get; init; }

    /// <summary>Of the times at which the events happened.</summary>
    public Bounds<DateTimeOffset>? Time { get; init; }

    public Bounds<string>? Type { get; init; }

    public Bounds<string>? Project { get; init; }

    public Bounds<string>? Task { get; init; }

    /// <summary>Rows without a <c>timestamp</c>; null: not known.</summary>
    public long? WithoutTimestamp { get; init; }

    /// <summary>Rows without a <c>task</c>; null: not known.</summary>
    public long? WithoutTask { get; init; }

    /// <summary>What the footer of a file says of a row group.</summary>
    internal static FileStatistics Of(RowGroupMetaData group)
    {
        var schema = group.Schema;
        var (offset, timestamp, time, type, project, task) = (Get("offset"), Get("timestamp"), Get("time"), Get("type"), Get("project"), Get("task"));
        return new FileStatistics
        {
            Rows = group.NumRows,
            Offset = offset?.Numbers,
            Timestamp = Times(timestamp),
            Time = Times(time),
            Type = type?.Texts,
            Project = project?.Texts,
            Task = task?.Texts,
            WithoutTimestamp = timestamp?.Nulls,
            WithoutTask = task?.Nulls,
        };

        Chunk? Get(string name)
        {
            var index = schema.ColumnIndex(name);
            if (index < 0) return null;
            using var column = group.GetColumnChunkMetaData(index);
            using var statistics = column.Statistics;
            if (statistics is null) return null;
            var unit = (schema.Column(index).LogicalType as TimestampLogicalType)?.TimeUnit == TimeUnit.Millis ? TimeSpan.TicksPerMillisecond : TimeSpan.TicksPerMicrosecond;
            return statistics switch
            {
                Statistics<long> { HasMinMax: true } numbers => new(statistics.NullCount, new(numbers.Min, numbers.Max), null, unit),
                Statistics<ByteArray> { HasMinMax: true } texts => new(statistics.NullCount, null, new(Text(texts.Min), Text(texts.Max)), unit),
                _ => new(statistics.NullCount, null, null, unit),
            };
        }

        static Bounds<DateTimeOffset>? Times(Chunk? chunk) =>
            chunk?.Numbers is { } numbers ? new(DateTimeOffset.UnixEpoch.AddTicks(numbers.Least * chunk.TicksPerUnit), DateTimeOffset.UnixEpoch.AddTicks(numbers.Greatest * chunk.TicksPerUnit)) : null;
    }

    /// <summary>Of all the rows of several.</summary>
    public static FileStatistics Of(IEnumerable<FileStatistics> parts)
    {
        FileStatistics? all = null;
        foreach (var part in parts) all = all is null ? part : all.With(part);
        return all ?? new FileStatistics { Rows = 0, WithoutTimestamp = 0, WithoutTask = 0 };
    }

    /// <summary>The protocol's JSON of statistics ("Per-file Statistics").</summary>
    internal string ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("numRecords", Rows);
            json.WriteStartObject("minValues");
            Write(bounds => bounds.Least, bounds => Down(bounds.Least), bounds => bounds.Least);
            json.WriteEndObject();
            json.WriteStartObject("maxValues");
            Write(bounds => bounds.Greatest, bounds => Up(bounds.Greatest), bounds => bounds.Greatest);
            json.WriteEndObject();
            json.WriteStartObject("nullCount");
            foreach (var never in (string[])["offset", "time", "type", "project"]) json.WriteNumber(never, 0);
            if (WithoutTimestamp is { } timestamps) json.WriteNumber("timestamp", timestamps);
            if (WithoutTask is { } tasks) json.WriteNumber("task", tasks);
            json.WriteEndObject();
            json.WriteEndObject();

            void Write(Func<Bounds<long>, long> number, Func<Bounds<DateTimeOffset>, string?> time, Func<Bounds<string>, string> text)
            {
                if (Offset is { } offset) json.WriteNumber("offset", number(offset));
                if (Timestamp is { } timestamp && time(timestamp) is { } sent) json.WriteString("timestamp", sent);
                if (Time is { } happened && time(happened) is { } at) json.WriteString("time", at);
                if (Type is { } type) json.WriteString("type", text(type));
                if (Project is { } project) json.WriteString("project", text(project));
                if (Task is { } task) json.WriteString("task", text(task));
            }
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Reads the protocol's JSON, this writer's or another's; a bound counts only if both ends are there.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    internal static FileStatistics? FromJson(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (!root.TryGetProperty("numRecords", out var records) || !records.TryGetInt64(out var rows)) return null;
        return new FileStatistics
        {
            Rows = rows,
            Offset = Get<long>("offset", value => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null),
            Timestamp = Get<DateTimeOffset>("timestamp", Instant),
            Time = Get<DateTimeOffset>("time", Instant),
            Type = GetText("type"),
            Project = GetText("project"),
            Task = GetText("task"),
            WithoutTimestamp = Nulls("timestamp"),
            WithoutTask = Nulls("task"),
        };

        Bounds<T>? Get<T>(string name, Func<JsonElement, T?> read)
            where T : struct, IComparable<T> =>
            Find("minValues", name) is { } least && Find("maxValues", name) is { } greatest && read(least) is { } from && read(greatest) is { } to ? new Bounds<T>(from, to) : null;

        Bounds<string>? GetText(string name) =>
            Find("minValues", name) is { ValueKind: JsonValueKind.String } least && Find("maxValues", name) is { ValueKind: JsonValueKind.String } greatest
                ? new(least.GetString()!, greatest.GetString()!)
                : null;

        long? Nulls(string name) => Find("nullCount", name) is { ValueKind: JsonValueKind.Number } count && count.TryGetInt64(out var number) ? number : null;

        JsonElement? Find(string kind, string name) =>
            root.TryGetProperty(kind, out var values) && values.ValueKind == JsonValueKind.Object && values.TryGetProperty(name, out var value) ? value : null;

        static DateTimeOffset? Instant(JsonElement value) =>
            value.ValueKind == JsonValueKind.String && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
    }

    private FileStatistics With(FileStatistics other) => new()
    {
        Rows = Rows + other.Rows,
        Offset = Both(Offset, other.Offset, Rows > 0 && other.Rows > 0),
        Timestamp = Both(Timestamp, other.Timestamp, Has(Timestamp, WithoutTimestamp) && other.Has(other.Timestamp, other.WithoutTimestamp)),
        Time = Both(Time, other.Time, Rows > 0 && other.Rows > 0),
        Type = Both(Type, other.Type, Rows > 0 && other.Rows > 0),
        Project = Both(Project, other.Project, Rows > 0 && other.Rows > 0),
        Task = Both(Task, other.Task, Has(Task, WithoutTask) && other.Has(other.Task, other.WithoutTask)),
        WithoutTimestamp = WithoutTimestamp + other.WithoutTimestamp,
        WithoutTask = WithoutTask + other.WithoutTask,
    };

    /// <summary>Whether there is a value, or may be one that is not known.</summary>
    private bool Has<T>(Bounds<T>? bounds, long? nulls)
        where T : IComparable<T> => bounds is not null || nulls is null || nulls < Rows;

    /// <param name="one">The bounds of the one.</param>
    /// <param name="other">The bounds of the other.</param>
    /// <param name="haveBoth">Whether both have values: then nothing is known unless it is of both.</param>
    private static Bounds<T>? Both<T>(Bounds<T>? one, Bounds<T>? other, bool haveBoth)
        where T : IComparable<T> => one is not null && other is not null ? one.Value.With(other.Value) : haveBoth ? null : one ?? other;

    /// <summary>Readers differ in how they take the digits behind milliseconds; a bound without any is one for all of them.</summary>
    private static string Down(DateTimeOffset time) => time.UtcDateTime.ToString(Milliseconds, CultureInfo.InvariantCulture);

    private static string? Up(DateTimeOffset time)
    {
        var over = time.UtcTicks % TimeSpan.TicksPerMillisecond;
        if (over == 0) return Down(time);
        return time.UtcTicks > DateTime.MaxValue.Ticks - TimeSpan.TicksPerMillisecond ? null : Down(time.AddTicks(TimeSpan.TicksPerMillisecond - over));
    }

    private static string Text(ByteArray bytes) => Marshal.PtrToStringUTF8(bytes.Pointer, bytes.Length);

    private sealed record Chunk(long? Nulls, Bounds<long>? Numbers, Bounds<string>? Texts, long TicksPerUnit);
}

