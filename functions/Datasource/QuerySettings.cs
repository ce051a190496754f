using Microsoft.Extensions.Configuration;
using ShitOps.PromQL.Evaluation;

namespace ShitOps.Datasource;

/// <summary>What a query may take, from the settings.</summary>
/// <param name="Limits">How much it may hold in memory.</param>
/// <param name="Timeout">How long it may take if it does not ask for less.</param>
/// <param name="Concurrency">How many may be evaluated at a time; the others wait, which counts towards <paramref name="Timeout"/>.</param>
public sealed record QuerySettings(QueryLimits Limits, TimeSpan Timeout, int Concurrency)
{
    /// <summary>Reads <c>QueryMaxSeries</c>, <c>QueryMaxSamples</c>, <c>QueryTimeoutSeconds</c> and <c>QueryMaxConcurrency</c>.</summary>
    /// <exception cref="SettingException">One of them is no number or out of its range.</exception>
    public static QuerySettings FromSettings(IConfiguration settings) => new(
        new QueryLimits(NumberSetting.Of(settings, "QueryMaxSeries", 100_000, 1, 10_000_000, "series"), NumberSetting.Of(settings, "QueryMaxSamples", 20_000_000, 1, 1_000_000_000, "samples")),
        TimeSpan.FromSeconds(NumberSetting.Of(settings, "QueryTimeoutSeconds", 120, 1, 230, "seconds")),
        NumberSetting.Of(settings, "QueryMaxConcurrency", 6, 1, 1_000, "queries"));
}
