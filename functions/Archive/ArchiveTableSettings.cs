using Microsoft.Extensions.Configuration;

namespace ShitOps.Archive;

/// <summary>How the archive's table is kept.</summary>
public sealed record ArchiveTableSettings
{
    /// <summary>The size that compaction brings files to, in bytes; a file of at least half of it is left as it is. 1 MiB to 1 GiB, default 128 MiB.</summary>
    public long FileBytes { get; init; } = 128L << 20;

    /// <summary>After how many commits there is another checkpoint; 1 to 10,000, default 50.</summary>
    public int CheckpointCommits { get; init; } = 50;

    /// <summary>How long files that have left the table are kept, for those who read an earlier version; 1 hour to 10 years, default 7 days.</summary>
    public TimeSpan VacuumAfter { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long the log is kept, and with it the table's earlier versions; 1 day to 10 years, default 30 days.</summary>
    public TimeSpan LogRetention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long events of each type are kept.</summary>
    public ArchiveRetention Retention { get; init; } = ArchiveRetention.ForEver;

    /// <summary>
    /// Reads the settings <c>ArchiveFileMegabytes</c>, <c>ArchiveCheckpointCommits</c>, <c>ArchiveVacuumHours</c>,
    /// <c>ArchiveLogRetentionDays</c> and <c>ArchiveRetentionDays__TYPE</c>.
    /// </summary>
    /// <exception cref="SettingException">One of them is out of its range.</exception>
    public static ArchiveTableSettings FromSettings(IConfiguration settings) => new()
    {
        FileBytes = (long)NumberSetting.Of(settings, "ArchiveFileMegabytes", 128, 1, 1024, "megabytes") << 20,
        CheckpointCommits = NumberSetting.Of(settings, "ArchiveCheckpointCommits", 50, 1, 10_000, "commits"),
        VacuumAfter = TimeSpan.FromHours(NumberSetting.Of(settings, "ArchiveVacuumHours", 168, 1, 87_600, "hours")),
        LogRetention = TimeSpan.FromDays(NumberSetting.Of(settings, "ArchiveLogRetentionDays", 30, 1, 3_650, "days")),
        Retention = ArchiveRetention.FromSettings(settings),
    };
}
