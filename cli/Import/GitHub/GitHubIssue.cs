using System.Text.Json;
using ShitOps.Events;

namespace ShitOps.Cli.Import.GitHub;

/// <summary>One issue or pull request with its timeline: <c>{"repository":…,"issue":{…},"events":[…]}</c>, the inner objects as GitHub's REST API writes them.</summary>
internal sealed record GitHubIssue
{
    /// <summary>The CloudEvents source where the record has no address on GitHub.</summary>
    public const string UnknownSource = "/import/github";

    public required string Source { get; init; }

    /// <summary>The project: the repository's name as the record has it, with its owner if it stands there.</summary>
    public required string Repository { get; init; }

    /// <summary>The task's key: <c>#</c> and the number, as people write it; issues and pull requests share one series.</summary>
    public required string Key { get; init; }

    public required bool IsPullRequest { get; init; }

    /// <summary><c>pull request</c>, the issue's type where it has one, else <c>issue</c>.</summary>
    public required string Kind { get; init; }

    public string? Title { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Who wrote it; null where the account is gone.</summary>
    public string? Author { get; init; }

    public DateTimeOffset? Closed { get; init; }

    public DateTimeOffset? Merged { get; init; }

    /// <summary>The last time at which the record is known to be as it is.</summary>
    public required DateTimeOffset Latest { get; init; }

    public required bool IsOpen { get; init; }

    public required bool IsDraft { get; init; }

    /// <summary>Why it is closed: completed, not_planned, duplicate.</summary>
    public string? StateReason { get; init; }

    /// <summary>All that have it now.</summary>
    public required IReadOnlyList<string> Assignees { get; init; }

    public required IReadOnlyList<string> Labels { get; init; }

    public Milestone? Milestone { get; init; }

    /// <summary>The timeline by time.</summary>
    public required IReadOnlyList<GitHubEvent> Timeline { get; init; }

    /// <summary>Reads one record.</summary>
    /// <exception cref="BadRecordException">It has no repository, number, creation time or state.</exception>
    public static GitHubIssue Parse(JsonElement record)
    {
        if (record.ValueKind != JsonValueKind.Object) throw new BadRecordException($"expected a JSON object, found {record.ValueKind.ToString().ToLowerInvariant()}");
        var issue = record.Get("issue") ?? throw new BadRecordException("issue: is missing");
        var created = issue.Time("created_at") ?? throw new BadRecordException(issue.Text("created_at") is { } text
            ? $"issue.created_at: \"{text}\" is no timestamp such as 2026-01-31T12:00:00Z"
            : "issue.created_at: is missing");
        var pullRequest = issue.Get("pull_request");
        var merged = issue.Time("merged_at") ?? pullRequest?.Time("merged_at");
        var closed = issue.Time("closed_at");
        var timeline = GitHubEvent.ParseAll(record);
        return new GitHubIssue
        {
            Source = SourceOf(issue.Text("html_url", 2048)),
            Repository = RepositoryOf(record, issue),
            Key = $"#{NumberOf(issue)}",
            IsPullRequest = pullRequest is { ValueKind: JsonValueKind.True or JsonValueKind.Object },
            Kind = pullRequest is { ValueKind: JsonValueKind.True or JsonValueKind.Object } ? "pull request" : issue.Get("type")?.Text("name") ?? "issue",
            Title = issue.Text("title", Limits.Title),
            Created = created,
            Author = issue.Get("user") is { } author ? PersonOf(author) : null,
            Closed = closed,
            Merged = merged ?? timeline.FirstOrDefault(one => one.Name == "merged")?.Time,
            Latest = new[] { created, merged, closed, issue.Time("updated_at"), timeline.LastOrDefault()?.Time }.Max()!.Value,
            IsOpen = IsOpenState(issue.Text("state"), closed),
            IsDraft = issue.IsTrue("draft"),
            StateReason = issue.Text("state_reason")?.ToLowerInvariant() ?? timeline.LastOrDefault(one => one.Name == "closed")?.StateReason,
            Assignees = [.. issue.Items("assignees").Select(PersonOf).OfType<string>() is var all && all.Any() ? all : OneOf(issue.Get("assignee"))],
            Labels = Limits.LabelSet(issue.Items("labels").Select(LabelOf).OfType<string>()),
            Milestone = issue.Get("milestone") is { } milestone ? MilestoneOf(milestone) : null,
            Timeline = timeline,
        };
    }

    /// <summary>A person's login; null where the account is gone.</summary>
    public static string? PersonOf(JsonElement person) => person.AsText() ?? person.FirstText("login", "name");

    /// <summary>A label's name.</summary>
    public static string? LabelOf(JsonElement label) => label.AsText() ?? label.Text("name");

    /// <summary>A milestone; null if it has no title. Its due date is only in the issue, not in the timeline.</summary>
    public static Milestone? MilestoneOf(JsonElement milestone) =>
        milestone.Text("title") is { } title ? new Milestone(title, MilestoneKind.Milestone, null, milestone.Day("due_on")) : null;

    private static IEnumerable<string> OneOf(JsonElement? person) => person is { } one && PersonOf(one) is { } login ? [login] : [];

    private static bool IsOpenState(string? state, DateTimeOffset? closed) => state?.ToLowerInvariant() switch
    {
        "open" => true,
        "closed" or "merged" => false,
        null => closed is null,
        _ => throw new BadRecordException($"issue.state: expected one of open, closed, merged, found \"{state}\""),
    };

    private static string NumberOf(JsonElement issue) =>
        issue.Get("number") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) && value >= 0
            ? value.ToString()
            : throw new BadRecordException("issue.number: is missing");

    private static string RepositoryOf(JsonElement record, JsonElement issue)
    {
        if (record.Get("repository") is { } repository && (repository.AsText() ?? repository.FirstText("full_name", "name")) is { } name) return name;
        return issue.Text("repository_url", 2048) is { } url && url.Split("/repos/") is [_, var path] && Limits.Cut(path, Limits.Name) is { } fullName
            ? fullName
            : throw new BadRecordException("repository: is missing");
    }

    private static string SourceOf(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" ? uri.GetLeftPart(UriPartial.Authority) : UnknownSource;
}
