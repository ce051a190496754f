using Microsoft.Extensions.Configuration;

namespace ShitOps.History;

/// <summary>How far back metrics go, and how finely.</summary>
/// <param name="RetentionDays">Samples older than so many days are not answered, and their blocks are deleted; null: all are kept.</param>
/// <param name="HourlyDays">What is older than so many days is known by the day, not by the hour; null: all is known by the hour.</param>
/// <param name="CacheBytes">How much memory an instance spends on blocks.</param>
public sealed record HistorySettings(int? RetentionDays, int? HourlyDays, long CacheBytes)
{
    private const int MostDays = 36_500;

    /// <summary>Reads <c>MetricRetentionDays</c>, <c>MetricHourlyDays</c> and <c>BlockCacheMegabytes</c>.</summary>
    /// <exception cref="SettingException">One of them is no number or out of its range.</exception>
    public static HistorySettings FromSettings(IConfiguration settings) => new(
        Days(settings, "MetricRetentionDays"), Days(settings, "MetricHourlyDays"), (long)NumberSetting.Of(settings, "BlockCacheMegabytes", 256, 1, 65_536, "megabytes") << 20);

    /// <summary>The first day of which samples are answered.</summary>
    public DateOnly FirstDay(DateTimeOffset now) => Before(now, RetentionDays);

    /// <summary>The first day that is known by the hour.</summary>
    public DateOnly FirstHourlyDay(DateTimeOffset now) => Before(now, HourlyDays);

    private static DateOnly Before(DateTimeOffset now, int? days) =>
        days is { } some ? DateOnly.FromDayNumber(Math.Max(0, DateOnly.FromDateTime(now.UtcDateTime).DayNumber - some)) : DateOnly.MinValue;

    private static int? Days(IConfiguration settings, string name) => string.IsNullOrEmpty(settings[name]) ? null : NumberSetting.Of(settings, name, 1, 1, MostDays, "days");
}
