using Microsoft.Extensions.Configuration;

namespace ShitOps.Forecasting;

/// <summary>How long forecasts are kept, with what they were computed from and came to; their tallies stay.</summary>
/// <param name="Period">So long after their cutoff, or if they were made after their time so long after that; null: for ever.</param>
public sealed record ForecastRetention(TimeSpan? Period)
{
    /// <summary>Reads the setting <c>ForecastRetentionDays</c>.</summary>
    /// <exception cref="SettingException">It is no number or out of its range.</exception>
    public static ForecastRetention FromSettings(IConfiguration settings) =>
        new(NumberSetting.Of(settings, "ForecastRetentionDays", 0, 30, 36_500, "days") is > 0 and var days ? TimeSpan.FromDays(days) : null);
}
