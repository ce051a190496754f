using System.Text.Json;
using ShitOps.Events;

namespace ShitOps.Cli.Import.Jira;

/// <summary>One issue as Jira's REST API writes it (<c>GET /rest/api/2/issue</c>), as far as events need it.</summary>
internal sealed record JiraIssue
{
    /// <summary>The CloudEvents source where the record does not say which Jira it comes from.</summary>
    public const string UnknownSource = "/import/jira";

    public required string Source { get; init; }

    public required string Key { get; init; }

    /// <summary>The key of the project that the issue is in now.</summary>
    public required string Project { get; init; }

    public string? ProjectName { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Who wrote it down.</summary>
    public string? Creator { get; init; }

    /// <summary>Set exactly while the issue has a resolution.</summary>
    public DateTimeOffset? Resolved { get; init; }

    /// <summary>The last time at which the record is known to be as it is: when it was updated, resolved or last changed.</summary>
    public required DateTimeOffset Latest { get; init; }

    /// <summary>The status, with the id and the category key where the record has them.</summary>
    public JiraStatus? Status { get; init; }

    public string? Resolution { get; init; }

    /// <summary>Everything but the status, as it is at <see cref="Latest"/>.</summary>
    public required JiraState State { get; init; }

    /// <summary>The dates of the sprints and versions that the record speaks of.</summary>
    public required IReadOnlyList<JiraMilestone> Milestones { get; init; }

    /// <summary>What changed, by time; empty where the record has no changelog.</summary>
    public required IReadOnlyList<JiraChange> Changes { get; init; }

    /// <summary>Whether <see cref="Changes"/> is everything that ever changed; false also without a changelog.</summary>
    public required bool HasWholeChangelog { get; init; }

    /// <summary>How long the issue was in which status; empty where the record does not say.</summary>
    public required IReadOnlyList<TimeInStatus> TimesInStatus { get; init; }

    /// <summary>Reads one issue.</summary>
    /// <exception cref="BadRecordException">It has no key, or no time at which it was created.</exception>
    public static JiraIssue Parse(JsonElement record)
    {
        if (record.ValueKind != JsonValueKind.Object) throw new BadRecordException($"expected a JSON object, found {record.ValueKind.ToString().ToLowerInvariant()}");
        var key = record.Text("key") ?? throw new BadRecordException("key: is missing");
        var fields = record.Get("fields") is { ValueKind: JsonValueKind.Object } found ? found : throw new BadRecordException("fields: is missing");
        var created = fields.Time("created") ?? throw new BadRecordException(fields.Text("created") is { } text
            ? $"fields.created: \"{text}\" is no timestamp such as 2015-04-24T12:04:05.000+0000"
            : "fields.created: is missing");
        var project = fields.Get("project");
        var resolved = fields.Time("resolutiondate");
        var changes = JiraChange.ParseAll(record);
        var milestones = JiraMilestone.ParseAll(fields);
        return new JiraIssue
        {
            Source = SourceOf(record.Text("self", 2048)),
            Key = key,
            Project = project?.Text("key") ?? ProjectOf(key),
            ProjectName = project?.Text("name"),
            Created = created,
            Creator = PersonIn(fields, "creator") ?? PersonIn(fields, "reporter"),
            Resolved = resolved < created ? created : resolved,
            Latest = new[] { created, resolved, fields.Time("updated"), changes.LastOrDefault()?.Time }.Max()!.Value,
            Status = fields.Get("status") is { } status ? JiraStatus.Parse(status) : null,
            Resolution = fields.Get("resolution") is { } resolution ? resolution.Text("name") ?? resolution.AsText() : null,
            State = JiraChange.Complete(JiraState.Parse(fields, milestones), fields, changes),
            Milestones = milestones,
            Changes = changes,
            HasWholeChangelog = JiraChange.IsWhole(record),
            TimesInStatus = TimeInStatus.FindIn(fields),
        };
    }

    /// <summary>The person in a field, by the name that people read if it is there; null: nobody.</summary>
    public static string? PersonIn(JsonElement json, string field) =>
        json.Get(field) is { } person ? person.FirstText("displayName", "name", "key", "accountId") ?? person.AsText() : null;

    private static string ProjectOf(string key)
    {
        var dash = key.LastIndexOf('-');
        return dash > 0 ? key[..dash] : throw new BadRecordException($"fields.project.key: is missing, and the key \"{key}\" does not begin with one");
    }

    /// <summary>The address of the Jira that has the issue: what stands before <c>/rest/</c> in its own.</summary>
    private static string SourceOf(string? self)
    {
        var rest = self?.IndexOf("/rest/", StringComparison.Ordinal) ?? -1;
        return rest is > 0 and <= 1024 && Uri.IsWellFormedUriString(self![..rest], UriKind.Absolute) ? self[..rest] : UnknownSource;
    }
}

/// <summary>A status as a record has it.</summary>
/// <param name="Name">The word.</param>
/// <param name="Id">Its id in that Jira.</param>
/// <param name="Category">What Jira's category key says: new, indeterminate, done; null for any other.</param>
internal sealed record JiraStatus(string Name, string? Id, StatusCategory? Category)
{
    /// <summary>Reads a status; null if it has no name.</summary>
    public static JiraStatus? Parse(JsonElement status)
    {
        if ((status.Text("name") ?? status.AsText()) is not { } name) return null;
        return new JiraStatus(name, status.Text("id"), status.Get("statusCategory")?.Text("key") switch
        {
            "new" => StatusCategory.Todo,
            "indeterminate" => StatusCategory.InProgress,
            "done" => StatusCategory.Done,
            _ => null,
        });
    }
}
