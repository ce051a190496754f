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
    private readonly GitHubIssue _issue;
    private readonly GitHubStatuses _statuses;
    private readonly TaskEvents _events;
    private readonly List<string> _labels = [];
    private readonly List<string> _assignees = [];
    private Status _status;
    private Milestone? _milestone;
    private string? _title;
    private bool _isDuplicate;
    private string? _actor;

    private GitHubImport(GitHubIssue issue, StatusMapping mapping, string source)
    {
        _issue = issue;
        _statuses = new GitHubStatuses(issue.Repository, mapping);
        _events = new TaskEvents(source, issue.Repository, issue.Key, issue.Created);
        _status = BeganAsDraft() ? _statuses.Draft : _statuses.Open;
        _actor = issue.Author;
        _title = issue.Timeline.FirstOrDefault(one => one.OldTitle is not null)?.OldTitle ?? issue.Title;
    }

    private bool IsClosed => _status.Name == _statuses.Merged.Name || _status.Name == "Closed";

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
        return new ImportedTask(source ?? parsed.Source, parsed.Repository, ProjectName: null, parsed.Created, import._events.InOrder());
    }

    private void Create() => State(_issue.Created, new TaskCreated(_issue.Key, new TaskFields
    {
        Title = KnownField.Of(_title),
        Kind = _issue.Kind,
        Status = _status,
    }));

    private void Apply(GitHubEvent happened)
    {
        _actor = happened.Actor;
        switch (happened.Name)
        {
            case "merged": Enter(_statuses.Merged, happened.Time); break;
            case "closed" or "converted_to_discussion": Close(happened); break;
            case "reopened" when IsClosed: Enter(_statuses.Open, happened.Time); break;
            case "convert_to_draft" or "converted_to_draft" when !IsClosed: Enter(_statuses.Draft, happened.Time); break;
            case "ready_for_review" when !IsClosed: Enter(_statuses.InReview, happened.Time); break;
            case "review_requested" or "reviewed" when _status == _statuses.Open: Enter(_statuses.InReview, happened.Time); break;
            case "marked_as_duplicate": _isDuplicate = true; break;
            case "unmarked_as_duplicate": _isDuplicate = false; break;
            case "labeled" when happened.Label is { } label && !_labels.Contains(label):
                _labels.Add(label);
                StateLabels(happened.Time);
                break;
            case "unlabeled" when happened.Label is { } label && _labels.Remove(label):
                StateLabels(happened.Time);
                break;
            case "assigned" when happened.Assignee is { } person && !_assignees.Contains(person):
                Assign(() => _assignees.Add(person), happened.Time);
                break;
            case "unassigned" when happened.Assignee is { } person:
                Assign(() => _assignees.Remove(person), happened.Time);
                break;
            case "milestoned" when happened.Milestone is { } planned:
                Plan(planned.Name == _issue.Milestone?.Name ? _issue.Milestone : planned, happened.Time);
                break;
            case "demilestoned" when happened.Milestone is null || happened.Milestone.Name == _milestone?.Name:
                Plan(null, happened.Time);
                break;
            case "renamed" when happened.NewTitle is { } renamed: Rename(renamed, happened.Time); break;
            case "deleted": State(happened.Time, new TaskDeleted(_issue.Key)); break;
        }
    }

    /// <summary>Brings the task to what the record says that it is; by whom, nothing tells.</summary>
    private void Settle()
    {
        _actor = null;
        var final = _issue.IsOpen ? OpenStatus() : ClosedStatus(_issue.StateReason);
        Enter(final, _issue.IsOpen || IsClosed ? _issue.Latest : _issue.Merged ?? _issue.Closed ?? _issue.Latest);
        if (!_labels.ToHashSet(StringComparer.Ordinal).SetEquals(_issue.Labels))
        {
            _labels.Clear();
            _labels.AddRange(_issue.Labels);
            StateLabels(_issue.Latest);
        }

        if (_assignees.Count == 0 || !_issue.Assignees.Contains(_assignees[0]))
        {
            Assign(
                () =>
                {
                    _assignees.Clear();
                    _assignees.AddRange(_issue.Assignees);
                },
                _issue.Latest);
        }

        if (_milestone != _issue.Milestone) Plan(_issue.Milestone, _issue.Latest);
        if (_issue.Title is { } present) Rename(present, _issue.Latest);
    }

    /// <summary>Whether the first thing that happened to its draft state shows that it was a draft; if nothing did, it is as it was.</summary>
    private bool BeganAsDraft()
    {
        var first = _issue.Timeline.FirstOrDefault(one => one.Name is "ready_for_review" or "convert_to_draft" or "converted_to_draft");
        return _issue.IsPullRequest && (first is null ? _issue.IsDraft : first.Name == "ready_for_review");
    }

    /// <summary>Closing is part of merging, and every later closing of something merged is noise.</summary>
    private void Close(GitHubEvent closed)
    {
        if (IsClosed || closed.Time == _issue.Merged) return;
        var isLast = !_issue.Timeline.Any(one => one.Name == "reopened" && one.Time > closed.Time);
        var reason = closed.StateReason ?? (isLast && !_issue.IsOpen ? _issue.StateReason : null);
        Enter(_statuses.Closed(_issue.IsPullRequest, ReasonOf(reason)), closed.Time);
    }

    private Status OpenStatus() => IsClosed ? _statuses.Open : _status;

    private Status ClosedStatus(string? reason) =>
        _issue.Merged is not null ? _statuses.Merged : _statuses.Closed(_issue.IsPullRequest, ReasonOf(reason));

    /// <summary>Before GitHub had reasons for closing, a mark was all there was to tell a duplicate.</summary>
    private string? ReasonOf(string? reason) => reason ?? (_isDuplicate ? "duplicate" : null);

    private void Enter(Status next, DateTimeOffset time)
    {
        if (next == _status) return;
        _status = next;
        State(time, new TaskStatusChanged(_issue.Key, next));
    }

    private void State(DateTimeOffset time, EventData data) => _events.State(time, data, _actor);

    private void StateLabels(DateTimeOffset time) =>
        State(time, new TaskUpdated(_issue.Key, new TaskFields { Labels = new(true, Limits.LabelSet(_labels)) }));

    /// <summary>A task has one assignee: of several people the one who has had it longest.</summary>
    private void Assign(Action change, DateTimeOffset time)
    {
        var before = _assignees.FirstOrDefault();
        change();
        if (_assignees.FirstOrDefault() != before) State(time, new TaskAssigned(_issue.Key, _assignees.FirstOrDefault()));
    }

    private void Plan(Milestone? planned, DateTimeOffset time)
    {
        var fields = new TaskFields { Milestone = planned };
        if (planned?.Due != _milestone?.Due) fields = fields with { Due = planned?.Due };
        _milestone = planned;
        State(time, new TaskUpdated(_issue.Key, fields));
    }

    private void Rename(string renamed, DateTimeOffset time)
    {
        if (renamed == _title) return;
        _title = renamed;
        State(time, new TaskUpdated(_issue.Key, new TaskFields { Title = renamed }));
    }
}
