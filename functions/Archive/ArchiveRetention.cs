using System.Collections.Frozen;
using Microsoft.Extensions.Configuration;
using ShitOps.Archive.Delta;

namespace ShitOps.Archive;

/// <summary>
/// How long events stay in the archive's table, by type; types that are not named stay for ever. A file leaves the table as a whole, when
/// the retention of all types in it is over, so compaction puts types of different retention into different files.
/// </summary>
/// <remarks>
/// A retention counts from the time at which the record was put on Kafka, so that a history imported late is kept as long as anything else;
/// of a record without one, from the event's own time.
/// </remarks>
public sealed class ArchiveRetention
{
    private const string Section = "ArchiveRetentionDays";

    private readonly FrozenDictionary<string, int> _days;

    private ArchiveRetention(IEnumerable<KeyValuePair<string, int>> days) => _days = days.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Nothing ever leaves.</summary>
    public static ArchiveRetention ForEver { get; } = new([]);

    /// <summary>These types leave after so many days, all others never.</summary>
    public static ArchiveRetention Of(params IEnumerable<KeyValuePair<string, int>> days) => new(days);

    /// <summary>Reads the settings <c>ArchiveRetentionDays__TYPE</c>, such as <c>ArchiveRetentionDays__task.updated</c>: 1 to 36,500 days.</summary>
    /// <exception cref="SettingException">One of them is no such number.</exception>
    public static ArchiveRetention FromSettings(IConfiguration settings) => new(settings.GetSection(Section).GetChildren()
        .Where(type => !string.IsNullOrEmpty(type.Value))
        .Select(type => KeyValuePair.Create(type.Key, NumberSetting.Of(settings, type.Path, 0, 1, 36_500, "days"))));

    /// <summary>The types whose events leave, in their order.</summary>
    public IReadOnlyList<string> Types => [.. _days.Keys.Order(StringComparer.Ordinal)];

    /// <summary>How many days events of a type stay; null: for ever. Types of the same retention may share files.</summary>
    public int? DaysOf(string type) => _days.TryGetValue(type, out var days) ? days : null;

    /// <summary>Whether the retention of all events of a file is over, so that it leaves the table.</summary>
    public bool IsOver(AddFile file, DateTimeOffset now) =>
        !file.Types.IsDefaultOrEmpty && NewestOf(file) is { } newest && file.Types.All(type => DaysOf(type) is { } days && newest.AddDays(days) <= now);

    /// <summary>Whether the retention of some events of a file is over, but not of all, so that they have to be parted.</summary>
    public bool IsPartlyOver(AddFile file, DateTimeOffset now) =>
        NewestOf(file) is { } newest && file.Types.Any(type => DaysOf(type) is { } days && newest.AddDays(days) <= now) && !IsOver(file, now);

    /// <summary>What is the same for files that may be compacted to one.</summary>
    internal string ClassOf(AddFile file) => file.Types.IsDefaultOrEmpty ? "?" : string.Join(' ', file.Types.Select(DaysOf).Distinct().Order());

    private static DateTimeOffset? NewestOf(AddFile file) => file.Statistics switch
    {
        { WithoutTimestamp: 0, Timestamp: { } sent } => sent.Greatest,
        { Timestamp: { } sent, Time: { } happened } => sent.Greatest > happened.Greatest ? sent.Greatest : happened.Greatest,
        { Time: { } happened } => happened.Greatest,
        _ => null,
    };
}
