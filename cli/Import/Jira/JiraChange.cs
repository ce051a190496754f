using System.Globalization;
using System.Text.Json;

namespace ShitOps.Cli.Import.Jira;

/// <summary>One entry of an issue's changelog: what changed at one time.</summary>
internal sealed record JiraChange(DateTimeOffset Time, string? Author, IReadOnlyList<JiraChangedField> Fields)
{
    /// <summary>The changelog by time; Jira Cloud writes it backwards. An entry without a time proves nothing and is left out.</summary>
    public static IReadOnlyList<JiraChange> ParseAll(JsonElement record)
    {
        var histories = record.Get("changelog")?.Items("histories") ?? [];
        return
        [
            .. histories
                .Select(history => (Time: history.Time("created"), Id: IdOf(history), Author: JiraIssue.PersonIn(history, "author"), Fields: Parse(history)))
                .Where(one => one.Time is not null)
                .OrderBy(one => one.Time).ThenBy(one => one.Id)
                .Select(one => new JiraChange(one.Time!.Value, one.Author, one.Fields)),
        ];
    }

    /// <summary>Whether the changelog is there and no later page of it is missing.</summary>
    public static bool IsWhole(JsonElement record)
    {
        if (record.Get("changelog") is not { } changelog || changelog.Get("histories") is not { ValueKind: JsonValueKind.Array } histories) return false;
        return changelog.Get("total") is not { ValueKind: JsonValueKind.Number } total || !total.TryGetInt64(out var all) || all <= histories.GetArrayLength();
    }

    /// <summary>
    /// The present state of an issue: what its fields state, and of what they leave out, such as the flag and the epic, which Jira
    /// keeps in custom fields of other names everywhere, what the changelog has left.
    /// </summary>
    public static JiraState Complete(JiraState stated, JsonElement fields, IReadOnlyList<JiraChange> changes) =>
        changes.SelectMany(change => change.Fields).Where(field => !field.IsStated(fields, stated)).Aggregate(stated, (state, field) => field.Redo(state));

    /// <summary>The state before this change, given the state after it.</summary>
    public JiraState Undo(JiraState after) => Fields.Reverse().Aggregate(after, (state, field) => field.Undo(state));

    private static IReadOnlyList<JiraChangedField> Parse(JsonElement history) =>
        [.. history.Items("items").Select(JiraChangedField.Parse).OfType<JiraChangedField>()];

    private static long IdOf(JsonElement history) =>
        long.TryParse(history.Text("id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
}

/// <summary>One field of a change; <c>From</c> and <c>To</c> are ids, the names are what people read. Null: nothing there.</summary>
internal sealed record JiraChangedField(string Field, string? From, string? FromName, string? To, string? ToName)
{
    /// <summary>Reads an item of a history; null if it names no field.</summary>
    public static JiraChangedField? Parse(JsonElement item) => item.Text("field") is { } field
        ? new(field, item.Text("from"), item.Text("fromString", Limits.Title), item.Text("to"), item.Text("toString", Limits.Title))
        : null;

    /// <summary>Whether this is the field <paramref name="name"/>.</summary>
    public bool Is(string name) => Field.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether an issue's fields have this one, be it as null.</summary>
    public bool IsStated(JsonElement fields, JiraState stated)
    {
        return Field.ToLowerInvariant() switch
        {
            "parent" or "epic link" or "issueparentassociation" => Has("parent") || Has("epic"),
            "timeoriginalestimate" or "timeestimate" or "timespent" => Has(Field.ToLowerInvariant()) || Has("timetracking"),
            "sprint" => stated.Sprints.Count > 0 || Has("sprint") || Has("closedSprints"),
            "component" => Has("components"),
            "fix version" => Has("fixVersions"),
            var other => Has(other),
        };

        bool Has(string name) => fields.TryGetProperty(name, out _);
    }

    /// <summary>The state after the change of this field, given the state before it.</summary>
    public JiraState Redo(JiraState before) => new JiraChangedField(Field, To, ToName, From, FromName).Undo(before);

    /// <summary>The state before the change of this field, given the state after it.</summary>
    public JiraState Undo(JiraState after) => Field.ToLowerInvariant() switch
    {
        "summary" => after with { Title = FromName },
        "issuetype" => after with { Kind = Name(FromName) },
        "priority" => after with { Priority = Name(FromName) },
        "assignee" => after with { Assignee = Name(FromName ?? From) },
        "duedate" => after with { Due = DayOf(From ?? FromName) },
        "parent" or "epic link" or "issueparentassociation" => after with { Parent = Name(FromName) },
        "timeoriginalestimate" => after with { EstimateHours = HoursOf(From) },
        "timeestimate" => after with { RemainingHours = HoursOf(From) },
        "timespent" => after with { SpentHours = HoursOf(From) },
        "flagged" => after with { Flagged = FromName is not null },
        "labels" => after with { Labels = FromName?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [] },
        "sprint" => after with { Sprints = SprintsOf(From, FromName) },
        "component" => after with { Components = WithoutTo(after.Components) },
        "fix version" => after with { Versions = WithoutTo(after.Versions) },
        _ => after,
    };

    /// <summary>Of a field with several values a change adds one, or removes one.</summary>
    private IReadOnlyList<string> WithoutTo(IReadOnlyList<string> after)
    {
        var kept = after.Where(name => name != ToName);
        return [.. Name(FromName) is { } removed ? kept.Append(removed) : kept];
    }

    /// <summary>Ids and names are both lists by commas; if a name holds commas itself, the list has more names than ids and is taken as one.</summary>
    private static IReadOnlyList<string> SprintsOf(string? ids, string? names)
    {
        if (string.IsNullOrEmpty(names)) return [];
        var each = names.Split(", ");
        return [.. (ids is not null && ids.Split(',').Length != each.Length ? [names] : each).Select(Name).OfType<string>()];
    }

    private static string? Name(string? text) => Limits.Cut(text, Limits.Name);

    private static DateOnly? DayOf(string? text) => text is { Length: >= 10 } && TrackerTime.TryParseDay(text[..10], out var day) ? day : null;

    private static double? HoursOf(string? seconds) =>
        double.TryParse(seconds, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? Limits.Hours(value) : null;
}
