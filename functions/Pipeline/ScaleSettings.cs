using Microsoft.Extensions.Configuration;
using ShitOps.Scaling;

namespace ShitOps.Pipeline;

/// <summary>What <c>GET /api/scale</c> reckons with.</summary>
/// <param name="Aggregation">Of the instances that aggregate.</param>
/// <param name="Archive">Of those that archive.</param>
public sealed record ScaleSettings(InstanceDemand Aggregation, InstanceDemand Archive)
{
    /// <summary>Reads the settings <c>InstanceEventsPerSecond</c>, <c>InstanceArchiveEventsPerSecond</c> and <c>DrainSeconds</c>.</summary>
    /// <exception cref="SettingException">One of them is out of its range.</exception>
    public static ScaleSettings FromSettings(IConfiguration settings)
    {
        var drain = TimeSpan.FromSeconds(NumberSetting.Of(settings, "DrainSeconds", 60, 1, 86_400, "seconds"));
        return new(Demand("InstanceEventsPerSecond", InstanceRate.Aggregation), Demand("InstanceArchiveEventsPerSecond", InstanceRate.Archive));

        InstanceDemand Demand(string name, int otherwise) => new(NumberSetting.Of(settings, name, otherwise, 1, 10_000_000, "events a second"), drain);
    }
}
