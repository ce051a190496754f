using ShitOps.Pipeline;

namespace ShitOps.Cli.Health;

/// <summary>A health report as lines of text.</summary>
internal static class HealthText
{
    /// <summary>The lines.</summary>
    /// <param name="report">What the app said.</param>
    /// <param name="now">For how long ago things happened.</param>
    public static IReadOnlyList<string> Lines(HealthReport report, DateTimeOffset now)
    {
        List<string> lines =
        [
            $"{report.Status}   stream {report.Stream}   topic {report.Topic}   lag {Number(report.Lag)}   dead letters {Number(report.DeadLetters)}",
            "",
        ];
        if (report.Partitions.Count > 0)
        {
            lines.Add($"{"partition",9}  {"end",12}  {"checkpoint",12}  {"lag",12}  {"processed",12}  newest event");
            foreach (var one in report.Partitions.OrderBy(one => one.Partition))
            {
                lines.Add(
                    $"{Number(one.Partition),9}  {Number(one.EndOffset),12}  {Number(one.Checkpoint),12}  {Number(one.Lag),12}  "
                    + $"{Ago(one.LastProcessed, now),12}  {(one.NewestEventTime is { } newest ? $"{newest.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z" : "-")}");
            }

            lines.Add("");
        }

        lines.Add($"events: {Number(report.Events.Decoded)} decoded, {Number(report.Events.Unknown)} of unknown type, {Number(report.Events.Undecodable)} undecodable");
        foreach (var (type, count) in report.Events.ByType.OrderByDescending(one => one.Value).ThenBy(one => one.Key, StringComparer.Ordinal))
            lines.Add($"  {type,-24}{count,12:N0}");
        return lines;
    }

    private static string Number(long? count) => count is { } value ? $"{value:N0}" : "-";

    private static string Ago(DateTimeOffset? time, DateTimeOffset now) => (now - time) switch
    {
        null => "-",
        { TotalSeconds: < 1 } => "now",
        { TotalMinutes: < 2 } ago => $"{ago.TotalSeconds:N0} s ago",
        { TotalHours: < 2 } ago => $"{ago.TotalMinutes:N0} min ago",
        { TotalDays: < 2 } ago => $"{ago.TotalHours:N0} h ago",
        { } ago => $"{ago.TotalDays:N0} d ago",
    };
}
