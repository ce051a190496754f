using System.Text.Json;
using ShitOps.Events;

namespace ShitOps.Cli.Import.GitHub;

/// <summary>
/// An issue or pull request of GitHub as events: what its timeline tells, each at its time, and in the end what the record has and
/// the timeline does not explain (a label that was renamed, an entry that is missing), at the last time it was updated.
/// A transfer changes nothing: the record that comes with it is the one in the new repository.
/// </summary>
internal sealed class GitHubImport
{
    private readonly GitHubIssue issue;
    private readonly GitHubStatuses statuses;
    private readonly TaskEvents events;
    private readonly List<string> labels = [];
    private readonly List<string> assignees = [];
    private Status status;
    private Milestone? milestone;
    private string? title;
    private bool isDuplicate;

    private GitHubImport(GitHubIssue issue, StatusMapping mapping, string source)
    {
        this.issue = issue;
        statuses = new GitHubStatuses(issue.Repository, mapping);
        events = new TaskEvents(source, issue.Repository, issue.Key, issue.Created);
        status = BeganAsDraft() ? statuses.Draft : statuses.Open;
        title = issue.Timeline.FirstOrDefault(one => one.OldTitle is not null)?.OldTitle ?? issue.Title;
    }

    private bool IsClosed => status.Name == statuses.Merged.Name || status.Name == "Closed";

    /// <summary>The events of one record.</summary>
    /// <param name="record">Repository, issue and timeline.</param>
    /// <param name="mapping">What the statuses and state reasons mean.</param>
    /// <param name="source">The CloudEvents source; null: the GitHub that the record comes from.</param>
    /// <exception cref="BadRecordException">The record is no such thing.</exception>
    public static ImportedTask Import(JsonElement record, StatusMapping mapping, string? source)
    {
        var parsed = GitHubIssue.Parse(record);
        var import = new GitHubImport(parsed, mapping, source ?? parsed.Source);
        import.Create();
        foreach (var happened in parsed.Timeline) import.Apply(happened);
        import.Settle();
        return new ImportedTask(source ?? parsed.Source, parsed.Repository, ProjectName: null, parsed.Created, import.events.InOrder());
    }

    private void Create() => events.State(issue.Created, new TaskCreated(issue.Key, new TaskFields
    {
        Title = title is null ? default(Field<string?>) : title,
        Kind = issue.Kind,
        Status = status,
    }));

    private void Apply(GitHubEvent happened)
    {
        switch (happened.Name)
        {
            case "merged": Enter(statuses.Merged, happened.Time); break;
            case "closed" or "converted_to_discussion": Close(happened); break;
            case "reopened" when IsClosed: Enter(statuses.Open, happened.Time); break;
            case "convert_to_draft" or "converted_to_draft" when !IsClosed: Enter(statuses.Draft, happened.Time); break;
            case "ready_for_review" when !IsClosed: Enter(statuses.InReview, happened.Time); break;
            case "review_requested" or "reviewed" when status == statuses.Open: Enter(statuses.InReview, happened.Time); break;
            case "marked_as_duplicate": isDuplicate = true; break;
            case "unmarked_as_duplicate": isDuplicate = false; break;
            case "labeled" when happened.Label is { } label && !labels.Contains(label):
                labels.Add(label);
                StateLabels(happened.Time);
                break;
            case "unlabeled" when happened.Label is { } label && labels.Remove(label):
                StateLabels(happened.Time);
                break;
            case "assigned" when happened.Assignee is { } person && !assignees.Contains(person):
                Assign(() => assignees.Add(person), happened.Time);
                break;
            case "unassigned" when happened.Assignee is { } person:
                Assign(() => assignees.Remove(person), happened.Time);
                break;
            case "milestoned" when happened.Milestone is { } planned:
                Plan(planned.Name == issue.Milestone?.Name ? issue.Milestone : planned, happened.Time);
                break;
            case "demilestoned" when happened.Milestone is null || happened.Milestone.Name == milestone?.Name:
                Plan(null, happened.Time);
                break;
            case "renamed" when happened.NewTitle is { } renamed: Rename(renamed, happened.Time); break;
            case "deleted": events.State(happened.Time, new TaskDeleted(issue.Key)); break;
        }
    }

    /// <summary>Brings the task to what the record says that it is.</summary>
    private void Settle()
    {
        var final = issue.IsOpen ? OpenStatus() : ClosedStatus(issue.StateReason);
        Enter(final, issue.IsOpen || IsClosed ? issue.Latest : issue.Merged ?? issue.Closed ?? issue.Latest);
        if (!labels.ToHashSet(StringComparer.Ordinal).SetEquals(issue.Labels))
        {
            labels.Clear();
            labels.AddRange(issue.Labels);
            StateLabels(issue.Latest);
        }

        if (assignees.Count == 0 || !issue.Assignees.Contains(assignees[0]))
        {
            Assign(
                () =>
                {
                    assignees.Clear();
                    assignees.AddRange(issue.Assignees);
                },
                issue.Latest);
        }

        if (milestone != issue.Milestone) Plan(issue.Milestone, issue.Latest);
        if (issue.Title is { } present) Rename(present, issue.Latest);
    }

    /// <summary>Whether the first thing that happened to its draft state shows that it was a draft; if nothing did, it is as it was.</summary>
    private bool BeganAsDraft()
    {
        var first = issue.Timeline.FirstOrDefault(one => one.Name is "ready_for_review" or "convert_to_draft" or "converted_to_draft");
        return issue.IsPullRequest && (first is null ? issue.IsDraft : first.Name == "ready_for_review");
    }

    /// <summary>Closing is part of merging, and every later closing of something merged is noise.</summary>
    private void Close(GitHubEvent closed)
    {
        if (IsClosed || closed.Time == issue.Merged) return;
        var isLast = !issue.Timeline.Any(one => one.Name == "reopened" && one.Time > closed.Time);
        var reason = closed.StateReason ?? (isLast && !issue.IsOpen ? issue.StateReason : null);
        Enter(statuses.Closed(issue.IsPullRequest, ReasonOf(reason)), closed.Time);
    }

    private Status OpenStatus() => IsClosed ? statuses.Open : status;

    private Status ClosedStatus(string? reason) =>
        issue.Merged is not null ? statuses.Merged : statuses.Closed(issue.IsPullRequest, ReasonOf(reason));

    /// <summary>Before GitHub had reasons for closing, a mark was all there was to tell a duplicate.</summary>
    private string? ReasonOf(string? reason) => reason ?? (isDuplicate ? "duplicate" : null);

    private void Enter(Status next, DateTimeOffset time)
    {
        if (next == status) return;
        status = next;
        events.State(time, new TaskStatusChanged(issue.Key, next));
    }

    private void StateLabels(DateTimeOffset time) =>
        events.State(time, new TaskUpdated(issue.Key, new TaskFields { Labels = new(true, Limits.LabelSet(labels)) }));

    /// <summary>A task has one assignee: of several people the one who has had it longest.</summary>
    private void Assign(Action change, DateTimeOffset time)
    {
        var before = assignees.FirstOrDefault();
        change();
        if (assignees.FirstOrDefault() != before) events.State(time, new TaskAssigned(issue.Key, assignees.FirstOrDefault()));
    }

    private void Plan(Milestone? planned, DateTimeOffset time)
    {
        var fields = new TaskFields { Milestone = planned };
        if (planned?.Due != milestone?.Due) fields = fields with { Due = planned?.Due };
        milestone = planned;
        events.State(time, new TaskUpdated(issue.Key, fields));
    }

    private void Rename(string renamed, DateTimeOffset time)
    {
        if (renamed == title) return;
        title = renamed;
        events.State(time, new TaskUpdated(issue.Key, new TaskFields { Title = renamed }));
    }
}
