using System.Globalization;
using System.Text.Json;

namespace ShitOps.Tests.Grafana;

/// <summary>
/// What Grafana asks of a datasource for a target of a panel: an instant at the end of the time range, or a range whose step follows from the panel's width and whose
/// ends are cut down to the step.
/// </summary>
/// <param name="Path">Behind <c>/api/v1/</c>.</param>
/// <param name="Form">The parameters.</param>
internal sealed record PanelRequest(string Path, IReadOnlyDictionary<string, string> Form)
{
    // From the hour of the datasource's own interval on: up to so many hours a point the step is so many.
    private static readonly (double UpTo, double Hours)[] Steps = [(1.5, 1), (2.5, 2), (4.5, 3), (9, 6), (24, 12), (168, 24), (504, 168), (1008, 720)];

    /// <summary>The request for a target.</summary>
    /// <param name="dashboard">The dashboard.</param>
    /// <param name="panel">The panel.</param>
    /// <param name="target">The target.</param>
    /// <param name="expression">Its expression, the dashboard's variables filled in.</param>
    /// <param name="now">The present.</param>
    /// <param name="points">How many points the panel is wide.</param>
    public static PanelRequest Of(JsonElement dashboard, JsonElement panel, JsonElement target, string expression, DateTimeOffset now, int points)
    {
        var time = dashboard.GetProperty("time");
        var (from, to) = panel.TryGetProperty("timeFrom", out var own)
            ? (now - Duration(own.GetString()!), now)
            : (Instant(time.GetProperty("from").GetString()!, now), Instant(time.GetProperty("to").GetString()!, now));
        var isInstant = target.TryGetProperty("instant", out var instant) && instant.GetBoolean();
        return Of(from, to, isInstant, target.TryGetProperty("interval", out var interval) ? interval.GetString() : null, expression, points);
    }

    /// <summary>The request for an annotation, which Grafana asks for at a hundred points.</summary>
    public static PanelRequest OfAnnotation(JsonElement dashboard, JsonElement annotation, string expression, DateTimeOffset now)
    {
        var time = dashboard.GetProperty("time");
        return Of(Instant(time.GetProperty("from").GetString()!, now), Instant(time.GetProperty("to").GetString()!, now), isInstant: false, annotation.GetProperty("step").GetString(), expression, points: 100);
    }

    /// <summary>Seconds since 1970 as Grafana writes them, with a fraction where there is one.</summary>
    public static string Seconds(DateTimeOffset at) => (at.ToUnixTimeMilliseconds() / 1000d).ToString(CultureInfo.InvariantCulture);

    private static PanelRequest Of(DateTimeOffset from, DateTimeOffset to, bool isInstant, string? interval, string expression, int points)
    {
        var least = interval is null ? TimeSpan.FromHours(1) : Duration(interval);
        var perPoint = (to - from) / points;
        var step = TimeSpan.FromTicks(Math.Max(least.Ticks, TimeSpan.FromHours(Steps.First(one => perPoint.TotalHours <= one.UpTo).Hours).Ticks));
        var rate = TimeSpan.FromTicks(Math.Max((step + least).Ticks, 4 * least.Ticks));
        var query = expression
            .Replace("$__interval", step.TotalDays >= 1 ? $"{step.TotalDays:0}d" : $"{step.TotalHours:0}h", StringComparison.Ordinal)
            .Replace("$__rate_interval", $"{(long)rate.TotalHours}h0m0s", StringComparison.Ordinal)
            .Replace("$__range", $"{(to - from).TotalSeconds:0}s", StringComparison.Ordinal);
        if (isInstant) return new("query", new Dictionary<string, string> { ["query"] = query, ["time"] = Seconds(to) });
        return new("query_range", new Dictionary<string, string> { ["query"] = query, ["start"] = Seconds(Floor(from)), ["end"] = Seconds(Floor(to)), ["step"] = step.TotalSeconds.ToString(CultureInfo.InvariantCulture) });

        DateTimeOffset Floor(DateTimeOffset at) => new(at.UtcTicks - ((at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) % step.Ticks), TimeSpan.Zero);
    }

    private static DateTimeOffset Instant(string text, DateTimeOffset now) => text["now".Length..] switch
    {
        "" => now,
        ['-', .. var back] => now - Duration(back),
        ['+', .. var ahead] => now + Duration(ahead),
        _ => throw new FormatException(text),
    };

    private static TimeSpan Duration(string text) => double.Parse(text[..^1], CultureInfo.InvariantCulture) * text[^1] switch
    {
        's' => TimeSpan.FromSeconds(1),
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        'd' => TimeSpan.FromDays(1),
        _ => throw new FormatException(text),
    };
}
