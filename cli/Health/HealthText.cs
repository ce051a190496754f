using ShitOps.Pipeline;
using ShitOps.Wording;

namespace ShitOps.Cli.Health;

/// <summary>A health report as lines of text.</summary>
internal static class HealthText
{
    private const int Gap = 2;

    /// <summary>Of the table of partitions, those first that say the most: a narrow screen leaves out the last. All together they take 100 columns.</summary>
    private static readonly Column[] Columns =
    [
        new("partition", 9, (one, _) => Number(one.Partition)),
        new("end", 12, (one, _) => Number(one.EndOffset)),
        new("checkpoint", 12, (one, _) => Number(one.Checkpoint)),
        new("lag", 11, (one, _) => Number(one.Lag)),
        new("behind", 8, (one, _) => Seconds(one.BehindSeconds)),
        new("archive lag", 11, (one, _) => Number(one.ArchiveLag)),
        new("processed", 11, (one, now) => Ago(one.LastProcessed, now)),
        new("newest event", 12, (one, now) => Ago(one.NewestEventTime, now)),
    ];

    /// <summary>All lines but the faults; usual numbers keep them within 100 columns.</summary>
    /// <param name="report">What the app said.</param>
    /// <param name="now">For how long ago things happened.</param>
    /// <param name="projects">The projects in short; null: they were not asked for.</param>
    public static IReadOnlyList<string> Lines(HealthReport report, DateTimeOffset now, ProjectsSeen? projects = null) =>
        [Health(report), "", .. Table(Columns, Partitions(report, now, Columns)), .. Events(report), .. Types(report), .. ProjectsText.Lines(projects, int.MaxValue)];

    /// <summary>
    /// The lines that a screen has room for, with the faults below the health line, where nothing pushes them out. Event types go
    /// first, then projects, then partitions; whatever goes is counted.
    /// </summary>
    /// <param name="report">What the app said.</param>
    /// <param name="now">For how long ago things happened.</param>
    /// <param name="width">Columns of the screen.</param>
    /// <param name="height">Lines of the screen.</param>
    /// <param name="projects">The projects in short; null: they were not asked for.</param>
    public static IReadOnlyList<string> Fit(HealthReport report, DateTimeOffset now, int width, int height, ProjectsSeen? projects = null)
    {
        IReadOnlyList<string> head = [.. Wrap(Health(report), width), .. report.Faults.SelectMany(fault => Wrap(fault, width)), ""];
        // Beside the rows stand the table's heading, the blank below it and what is said of all events.
        var events = Events(report);
        var columns = Fitting(width);
        var partitions = Partitions(report, now, columns);
        var room = height - head.Count - Table(columns, partitions).Count - events.Count;
        var projectLines = ProjectsText.Lines(projects, room);
        var types = First(Types(report), room - projectLines.Count);
        var table = Table(columns, First(partitions, height - head.Count - 2 - events.Count));
        IEnumerable<string> lines = [.. head, .. table, .. events, .. types, .. projectLines];
        return [.. lines.Take(height).Select(line => line.Length > width ? line[..width] : line)];
    }

    private static string Health(HealthReport report) =>
        $"{report.Status}   stream {report.Stream}   topic {report.Topic}   lag {Number(report.Lag)}{(report.BehindSeconds is null ? "" : $" ({Seconds(report.BehindSeconds)})")}   dead letters {Number(report.DeadLetters)}";

    private static IReadOnlyList<string> Events(HealthReport report)
    {
        var counted = $"events: {Number(report.Events.Decoded)} decoded, {Number(report.Events.Unknown)} of unknown type, {Number(report.Events.Undecodable)} undecodable";
        return report.Archive is { } archive
            ? [counted, $"archive: {Quantity.Of(archive.Events, "event")} in {Quantity.Of(archive.Segments, "segment")}, {Number(archive.Bytes >> 10)} KiB, lag {Number(archive.Lag)}"]
            : [counted];
    }

    private static IReadOnlyList<string> Types(HealthReport report) =>
    [
        .. report.Events.ByType.OrderByDescending(one => one.Value).ThenBy(one => one.Key, StringComparer.Ordinal)
            .Select(one => $"  {one.Key,-24}{one.Value,12:N0}"),
    ];

    private static Column[] Fitting(int width)
    {
        var (count, used) = (1, Columns[0].Width);
        while (count < Columns.Length && (used += Gap + Columns[count].Width) <= width) count++;
        return Columns[..count];
    }

    private static IReadOnlyList<string> Partitions(HealthReport report, DateTimeOffset now, Column[] columns) =>
        [.. report.Partitions.OrderBy(one => one.Partition).Select(one => Row(columns, column => column.Text(one, now)))];

    private static IReadOnlyList<string> Table(Column[] columns, IReadOnlyList<string> rows) =>
        rows.Count == 0 ? [] : [Row(columns, column => column.Heading), .. rows, ""];

    private static string Row(Column[] columns, Func<Column, string> text) => string.Join(new string(' ', Gap), columns.Select(column => text(column).PadLeft(column.Width)));

    private static IReadOnlyList<string> First(IReadOnlyList<string> rows, int room)
    {
        if (rows.Count <= room) return rows;
        return room < 1 ? [] : [.. rows.Take(room - 1), $"  +{rows.Count - room + 1:N0} more"];
    }

    /// <summary>Breaks a line at blanks, and within a word that is longer than the screen is wide.</summary>
    private static IEnumerable<string> Wrap(string line, int width)
    {
        while (line.Length > width)
        {
            var blank = line.LastIndexOf(' ', width);
            var end = blank > 0 ? blank : width;
            yield return line[..end].TrimEnd();
            line = line[end..].TrimStart();
        }

        yield return line;
    }

    private static string Number(long? count) => count is { } value ? $"{value:N0}" : "-";

    /// <summary>An event's time is its tracker's word and may lie ahead.</summary>
    private static string Ago(DateTimeOffset? time, DateTimeOffset now) => (now - time) switch
    {
        null => "-",
        { TotalSeconds: > -1 and < 1 } => "now",
        { Ticks: < 0 } ahead => $"in {Span(-ahead)}",
        { } ago => $"{Span(ago)} ago",
    };

    private static string Seconds(double? seconds) => seconds is { } value ? Span(TimeSpan.FromSeconds(value)) : "-";

    private static string Span(TimeSpan span) => span switch
    {
        { TotalMinutes: < 2 } => $"{span.TotalSeconds:N0} s",
        { TotalHours: < 2 } => $"{span.TotalMinutes:N0} min",
        { TotalDays: < 2 } => $"{span.TotalHours:N0} h",
        _ => $"{span.TotalDays:N0} d",
    };

    /// <summary>A column of the table of partitions, flush right.</summary>
    private sealed record Column(string Heading, int Width, Func<PartitionHealth, DateTimeOffset, string> Text);
}
