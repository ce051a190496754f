using System.Globalization;
using Azure.Data.Tables;
using ShitOps.Projects;
using ShitOps.Storage;

namespace ShitOps.Aggregation;

/// <summary>
/// How the rows of a slice look in the table <c>aggregates{N}</c>: PartitionKey = the slice, RowKey by kind, in which P and T are project
/// and task as <see cref="KeyText"/> writes them:
/// <list type="bullet">
/// <item><c>p:P:project</c>: what is known of the project itself (<c>State</c>).</item>
/// <item><c>p:P:sums</c>: the sums over its tasks (<c>Sums</c>), and the history that is not yet in its day rows (<c>Pending</c>) and how often
/// any was moved there (<c>Flushes</c>). It changes with every change of the project, its tasks or its history, so its ETag guards them all.</item>
/// <item><c>t:P:T</c>: a task (<c>State</c>).</item>
/// <item><c>h:P:yyyyMMdd</c>: what changed on a day (<c>Changes</c>), without what is pending. When it is written nothing is pending of the
/// day, and it takes on <c>Flushes</c>: whoever has read sums with a smaller number knows that they are older. Once it is large
/// (<see cref="MuchOfADay"/>) it stays as it is, and the rest goes to <c>h:P:yyyyMMdd-0001</c>, and so on; the day is the sum of them.</item>
/// <item><c>c:STREAM:TOPIC:00000</c>: the checkpoint of a Kafka partition in this slice (<c>Next</c>), the sums by team that its events
/// made (<c>Teams</c>), and how many of its events had which outcome.</item>
/// <item><c>s:slice</c>: how many checkpoints the slice has (<c>Checkpoints</c>); it changes with every new one. Together with the checkpoints
/// it guards the slice: whoever marks them all as <c>Sealed</c> has stopped every writer.</item>
/// </list>
/// A text that its key does not tell stands in <c>Project</c> or <c>Task</c>. Bytes beyond one property go on in <c>State2</c>, <c>State3</c>, ….
/// </summary>
internal static class AggregateRows
{
    /// <summary>The property that orders the writing of day rows and sums.</summary>
    public const string Flushes = "Flushes";

    /// <summary>The property that says of a checkpoint, and of the slice's own row, that nothing may be written any more.</summary>
    public const string Sealed = "Sealed";

    /// <summary>The RowKey of the slice's own row.</summary>
    public const string SliceKey = "s:slice";

    private const string State = "State";

    /// <summary>A day's row of more bytes is not added to: with all that may be pending it would still be far below the limit of an entity.</summary>
    public const int MuchOfADay = 256 << 10;

    // Less than the 64 KiB of a property.
    private const int MostBytes = 64_000;

    /// <summary>The first RowKey after all that begin with a prefix that ends with a colon.</summary>
    public static string After(string prefix) => $"{prefix[..^1]};";

    public const string ProjectsPrefix = "p:";

    public const string CheckpointsPrefix = "c:";

    public static string ProjectKey(string project) => $"p:{KeyText.Of(project)}:project";

    public static string SumsKey(string project) => $"p:{KeyText.Of(project)}:sums";

    public static string TasksPrefix(string project) => $"t:{KeyText.Of(project)}:";

    public static string TaskKey(string project, string task) => $"t:{KeyText.Of(project)}:{KeyText.Of(task)}";

    public static string DaysPrefix(string project) => $"h:{KeyText.Of(project)}:";

    public static string DayKey(string project, DateOnly day, int part = 0)
    {
        var key = $"{DaysPrefix(project)}{day.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}";
        return part == 0 ? key : string.Create(CultureInfo.InvariantCulture, $"{key}-{part:D4}");
    }

    /// <summary>The first RowKey after all rows of a day.</summary>
    public static string AfterDay(string project, DateOnly day) => $"{DayKey(project, day)}~";

    public static string CheckpointKey(string stream, string topic, int partition) =>
        string.Create(CultureInfo.InvariantCulture, $"c:{KeyText.Of(stream)}:{KeyText.Of(topic)}:{partition:D5}");

    public static TableEntity Project(SliceId slice, string project, ProjectState state, StateWriter writer) =>
        With(Row(slice, ProjectKey(project), project), State, state.ToBytes(writer));

    public static TableEntity Sums(SliceId slice, HotProject project, StateWriter writer)
    {
        var row = With(Row(slice, SumsKey(project.Name), project.Name), nameof(Sums), project.Fold.Summary.ToBytes(writer));
        if (!project.Pending.IsEmpty) With(row, "Pending", project.PendingBytes(writer));
        row[Flushes] = project.Pending.Flushes;
        if (project.Pending.LastFlushedDay is { } day) row["LastDay"] = day.DayNumber;
        return row;
    }

    public static TableEntity Task(SliceId slice, string project, string task, TaskState state, StateWriter writer)
    {
        var row = With(Row(slice, TaskKey(project, task), project), State, state.ToBytes(writer));
        if (KeyText.IsCut(KeyText.Of(task))) row["Task"] = task;
        return row;
    }

    public static TableEntity Day(SliceId slice, string project, DateOnly day, DayPart part, long flushes, StateWriter writer)
    {
        var row = With(Row(slice, DayKey(project, day, part.Number), project), "Changes", part.Changes.ToBytes(day, writer));
        row[Flushes] = flushes;
        return row;
    }

    public static ProjectState ProjectOf(TableEntity row) => Read(row, State, ProjectState.FromBytes);

    public static ProjectSummary SumsOf(TableEntity row) => Read(row, nameof(Sums), ProjectSummary.FromBytes);

    public static PendingHistory PendingOf(TableEntity row)
    {
        var day = row.GetInt32("LastDay");
        return Read(row, "Pending", bytes => PendingHistory.FromBytes(bytes, FlushesOf(row), day is null ? null : DateOnly.FromDayNumber(day.Value)));
    }

    public static TaskState TaskOf(TableEntity row) => Read(row, State, TaskState.FromBytes);

    public static HistoryChanges DayOf(TableEntity row) => Read(row, "Changes", HistoryChanges.FromBytes);

    /// <summary>Whether a checkpoint, or a slice's own row, says that nothing may be written any more.</summary>
    public static bool IsSealed(TableEntity row) => row.GetBoolean(Sealed) ?? false;

    /// <summary>How often history had been moved into day rows when a row of sums or of a day was written.</summary>
    public static long FlushesOf(TableEntity row) => row.GetInt64(Flushes) ?? 0;

    /// <summary>The day of a history row.</summary>
    public static DateOnly DateOf(TableEntity row) => DateOnly.ParseExact(row.RowKey.AsSpan(row.RowKey.LastIndexOf(':') + 1, 8), "yyyyMMdd", CultureInfo.InvariantCulture);

    /// <summary>Whether a history row is a further one of its day.</summary>
    public static bool IsFurtherOfDay(TableEntity row) => row.RowKey.Length > row.RowKey.LastIndexOf(':') + 9;

    /// <summary>The project that a row is about.</summary>
    public static string ProjectNameOf(TableEntity row) => row.GetString("Project") ?? KeyText.TextOf(row.RowKey.Split(':')[1]);

    /// <summary>The task that a row is about.</summary>
    public static string TaskNameOf(TableEntity row) => row.GetString("Task") ?? KeyText.TextOf(row.RowKey.Split(':')[2]);

    /// <summary>Puts bytes into as many properties as they need.</summary>
    public static TableEntity With(TableEntity row, string name, byte[] bytes)
    {
        for (var (number, at) = (1, 0); at == 0 || at < bytes.Length; number++, at += MostBytes)
            row[Part(name, number)] = bytes.Length <= MostBytes ? bytes : bytes[at..Math.Min(bytes.Length, at + MostBytes)];
        return row;
    }

    /// <summary>Reads what the properties of that name hold together; nothing, if there are none.</summary>
    /// <exception cref="InvalidDataException">It cannot be read; <see cref="AccountTable.UnreadableRow"/> among its data says which row.</exception>
    public static T Read<T>(TableEntity row, string name, Reader<T> read)
    {
        var bytes = row.GetBinary(name) ?? [];
        for (var number = 2; row.GetBinary(Part(name, number)) is { } more; number++) bytes = [.. bytes, .. more];
        try
        {
            return read(bytes);
        }
        catch (Exception fault) when (fault is CorruptStateException or InvalidDataException)
        {
            // Messages go to logs and telemetry, and keys hold names of projects and tasks.
            throw new InvalidDataException($"a row of slice {row.PartitionKey}, {name}, cannot be read: {fault.Message}", fault) { Data = { [AccountTable.UnreadableRow] = $"{row.PartitionKey}/{row.RowKey}" } };
        }
    }

    /// <summary>Reads a state from its bytes.</summary>
    public delegate T Reader<out T>(ReadOnlySpan<byte> bytes);

    private static TableEntity Row(SliceId slice, string key, string project)
    {
        var row = new TableEntity(slice.ToString(), key);
        if (KeyText.IsCut(KeyText.Of(project))) row["Project"] = project;
        return row;
    }

    /// <summary>The name of one of the properties that bytes are put into, by its number from 1 on.</summary>
    public static string Part(string name, int number) => number == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}{number}");
}
