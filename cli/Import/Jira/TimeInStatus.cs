using System.Globalization;
using System.Text.Json;

namespace ShitOps.Cli.Import.Jira;

/// <summary>How often an issue was in a status, and how long in all.</summary>
/// <param name="StatusId">The status' id in its Jira.</param>
/// <param name="Visits">At least 1.</param>
/// <param name="Duration">Of all visits together.</param>
internal sealed record TimeInStatus(string StatusId, int Visits, TimeSpan Duration)
{
    private const string BetweenEntries = "_*|*_";
    private const string WithinEntry = "_*:*_";

    /// <summary>The times in status of an issue, wherever its Jira keeps them: custom fields have other ids in every Jira, so the value's form decides.</summary>
    public static IReadOnlyList<TimeInStatus> FindIn(JsonElement fields)
    {
        foreach (var value in fields.CustomFields())
            if (value.AsText(longest: 65536) is { } text && Parse(text) is { } times) return times;
        return [];
    }

    /// <summary>Reads <c>1_*:*_2_*:*_86400000_*|*_5_*:*_1_*:*_0</c>: status 1 twice, a day in all; status 5 once, just entered. Null if the text is of another form.</summary>
    public static IReadOnlyList<TimeInStatus>? Parse(string text)
    {
        List<TimeInStatus> times = [];
        foreach (var entry in text.Split(BetweenEntries))
        {
            var parts = entry.Split(WithinEntry);
            if (parts.Length != 3 || parts[0].Length == 0) return null;
            if (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var visits) || visits < 1) return null;
            if (!long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) || milliseconds > TimeSpan.MaxValue.TotalMilliseconds / 1000) return null;
            if (times.Exists(one => one.StatusId == parts[0])) return null;
            times.Add(new TimeInStatus(parts[0], visits, TimeSpan.FromMilliseconds(milliseconds)));
        }

        return times;
    }
}
