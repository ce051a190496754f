using System.Text.Json;
using ShitOps.Events;

namespace ShitOps.Cli.Import.Jira;

/// <summary>A sprint or a version that an issue is planned for.</summary>
internal sealed record JiraMilestone(string Name, bool IsSprint, DateOnly? Start, DateOnly? Due)
{
    /// <summary>The prefix of a sprint that Jira Server wrote with Java's <c>toString</c>.</summary>
    private const string ServerSprint = "com.atlassian.greenhopper.service.sprint.Sprint@";

    /// <summary>
    /// All sprints and versions of an issue: sprints by end, the running or coming one last; versions by release date, those without one last.
    /// </summary>
    public static IReadOnlyList<JiraMilestone> ParseAll(JsonElement fields)
    {
        List<(JiraMilestone Sprint, bool IsOver)> sprints = [];
        sprints.AddRange(fields.Items("closedSprints").Select(json => ParseSprint(json, isOver: true)).OfType<(JiraMilestone, bool)>());
        sprints.AddRange(fields.Items("sprint").Select(json => ParseSprint(json, isOver: false)).OfType<(JiraMilestone, bool)>());
        foreach (var list in fields.CustomFields().Where(value => value.ValueKind == JsonValueKind.Array))
            sprints.AddRange(list.EnumerateArray().Select(ParseCustomSprint).OfType<(JiraMilestone, bool)>());

        var versions = fields.Items("fixVersions")
            .Where(json => json.Text("name") is not null)
            .Select(json => new JiraMilestone(json.Text("name")!, IsSprint: false, json.Day("startDate"), json.Day("releaseDate")));
        return
        [
            .. sprints.OrderBy(one => !one.IsOver).ThenBy(one => one.Sprint.Due ?? DateOnly.MaxValue).Select(one => one.Sprint).DistinctBy(sprint => sprint.Name, StringComparer.Ordinal),
            .. versions.OrderBy(version => version.Due ?? DateOnly.MaxValue).DistinctBy(version => version.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>
    /// The one that the task is planned for: its last sprint, the nearest commitment, else the version that is released first.
    /// </summary>
    public static JiraMilestone? Of(JiraState state, IReadOnlyList<JiraMilestone> known)
    {
        if (state.Sprints.Count > 0) return Find(state.Sprints[^1], isSprint: true);
        return state.Versions.Select(name => Find(name, isSprint: false)).MinBy(version => version.Due ?? DateOnly.MaxValue);

        JiraMilestone Find(string name, bool isSprint) =>
            known.FirstOrDefault(one => one.IsSprint == isSprint && one.Name == name) ?? new JiraMilestone(name, isSprint, null, null);
    }

    /// <summary>As events state it.</summary>
    public Milestone ToMilestone() => new(Name, IsSprint ? MilestoneKind.Sprint : MilestoneKind.Version, Start, Due);

    private static (JiraMilestone Sprint, bool IsOver)? ParseSprint(JsonElement json, bool isOver)
    {
        if (json.Text("name") is not { } name) return null;
        return (new JiraMilestone(name, IsSprint: true, json.Day("startDate"), json.Day("endDate")), isOver || IsClosed(json.Text("state")));
    }

    /// <summary>The custom field of sprints goes by its entries: objects in a sprint's state, or Java's text.</summary>
    private static (JiraMilestone Sprint, bool IsOver)? ParseCustomSprint(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Object)
            return json.Text("state")?.ToLowerInvariant() is "active" or "closed" or "future" ? ParseSprint(json, isOver: false) : null;
        if (json.AsText(longest: 8192) is not { } text || !text.StartsWith(ServerSprint, StringComparison.Ordinal)) return null;
        if (Part(text, "name") is not { } name) return null;
        return (new JiraMilestone(name, IsSprint: true, DayOf(Part(text, "startDate")), DayOf(Part(text, "endDate"))), IsClosed(Part(text, "state")));
    }

    /// <summary>A part of Java's text: <c>…[id=1,state=CLOSED,name=Sprint 1, the first,startDate=&lt;null&gt;,…]</c>. A name may hold commas; the next part begins with a word and an equals sign.</summary>
    private static string? Part(string text, string name)
    {
        var start = text.IndexOf($"[{name}=", StringComparison.Ordinal);
        if (start < 0) start = text.IndexOf($",{name}=", StringComparison.Ordinal);
        if (start < 0) return null;
        start += name.Length + 2;
        var end = start - 1;
        do end = text.IndexOfAny([',', ']'], end + 1);
        while (end > 0 && text[end] == ',' && !BeginsPart(text.AsSpan(end + 1)));
        var part = Limits.Cut(end < 0 ? text[start..] : text[start..end], Limits.Name);
        return part == "<null>" ? null : part;
    }

    private static bool BeginsPart(ReadOnlySpan<char> text)
    {
        var equals = text.IndexOf('=');
        return equals > 0 && !text[..equals].ContainsAnyExceptInRange('A', 'z');
    }

    private static bool IsClosed(string? state) => string.Equals(state, "closed", StringComparison.OrdinalIgnoreCase);

    private static DateOnly? DayOf(string? text) => text is not null && TrackerTime.TryParseDay(text, out var day) ? day : null;
}
