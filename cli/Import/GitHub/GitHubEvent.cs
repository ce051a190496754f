using System.Text.Json;
using ShitOps.Events;

namespace ShitOps.Cli.Import.GitHub;

/// <summary>One entry of a timeline, as far as it can change a task.</summary>
internal sealed record GitHubEvent(string Name, DateTimeOffset Time)
{
    /// <summary>The entries that say something about the task; all others are talk, commits and references.</summary>
    private static readonly HashSet<string> Telling = new(StringComparer.Ordinal)
    {
        "closed", "reopened", "merged", "assigned", "unassigned", "labeled", "unlabeled", "milestoned", "demilestoned", "renamed",
        "review_requested", "reviewed", "convert_to_draft", "converted_to_draft", "ready_for_review", "marked_as_duplicate", "unmarked_as_duplicate",
        "converted_to_discussion", "deleted",
    };

    /// <summary>Why the issue was closed.</summary>
    public string? StateReason { get; init; }

    /// <summary>Who did it; null where the account is gone.</summary>
    public string? Actor { get; init; }

    /// <summary>Who was assigned or is no longer.</summary>
    public string? Assignee { get; init; }

    public string? Label { get; init; }

    public Milestone? Milestone { get; init; }

    /// <summary>The title after a renaming.</summary>
    public string? NewTitle { get; init; }

    /// <summary>The title before a renaming.</summary>
    public string? OldTitle { get; init; }

    /// <summary>
    /// The telling entries by time. At one time, GitHub's ids grow with what happened; reviews have ids of another series and come last.
    /// An entry without a time proves nothing and is left out.
    /// </summary>
    public static IReadOnlyList<GitHubEvent> ParseAll(JsonElement record) =>
    [
        .. record.Items("events").Concat(record.Items("timeline"))
            .Where(json => json.Text("event") is { } name && Telling.Contains(name))
            .Select(json => (Event: Parse(json), Id: IdOf(json)))
            .Where(one => one.Event is not null)
            .OrderBy(one => one.Event!.Time).ThenBy(one => one.Id)
            .Select(one => one.Event!),
    ];

    private static GitHubEvent? Parse(JsonElement json)
    {
        if ((json.Time("created_at") ?? json.Time("submitted_at")) is not { } time) return null;
        return new GitHubEvent(json.Text("event")!, time)
        {
            StateReason = json.Text("state_reason")?.ToLowerInvariant(),
            Actor = (json.Get("actor") ?? json.Get("user")) is { } actor ? GitHubIssue.PersonOf(actor) : null,
            Assignee = json.Get("assignee") is { } assignee ? GitHubIssue.PersonOf(assignee) : null,
            Label = json.Get("label") is { } label ? GitHubIssue.LabelOf(label) : null,
            Milestone = json.Get("milestone") is { } milestone ? GitHubIssue.MilestoneOf(milestone) : null,
            NewTitle = json.Get("rename")?.Text("to", Limits.Title),
            OldTitle = json.Get("rename")?.Text("from", Limits.Title),
        };
    }

    private static long IdOf(JsonElement json) =>
        json.Text("event") != "reviewed" && json.Get("id") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var id) ? id : long.MaxValue;
}
