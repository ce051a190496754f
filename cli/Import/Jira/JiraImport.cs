using System.Text.Json;
using ShitOps.Events;

namespace ShitOps.Cli.Import.Jira;

/// <summary>
/// An issue of Jira as events. With a changelog every change has its time; without one the record proves its fields only for the
/// last time it was updated, and there they are stated: a forecast that looks back must not see a due date before anyone had set it.
/// Title, kind and parent are stated from creation on all the same.
/// </summary>
internal static class JiraImport
{
    /// <summary>The events of one record.</summary>
    /// <param name="record">The issue as Jira's REST API writes it.</param>
    /// <param name="mapping">What Jira's statuses mean.</param>
    /// <param name="source">The CloudEvents source; null: the address of the record's Jira.</param>
    /// <exception cref="BadRecordException">The record is no issue.</exception>
    public static ImportedTask Import(JsonElement record, StatusMapping mapping, string? source)
    {
        var issue = JiraIssue.Parse(record);
        var events = new TaskEvents(source ?? issue.Source, issue.Project, issue.Key, issue.Created);
        var status = JiraStatusHistory.Of(issue, mapping);
        var states = States(issue);

        StateCreation(events, issue, states[0].State, status?.Initial);
        foreach (var change in status?.Changes ?? []) events.State(change.Time, new TaskStatusChanged(issue.Key, change.Status), change.Author);
        for (var i = 1; i < states.Count; i++)
            JiraStateChange.State(events, issue.Key, issue.Milestones, states[i - 1].State, states[i].State, states[i].Time, states[i].Author);

        return new ImportedTask(source ?? issue.Source, issue.Project, issue.ProjectName, issue.Created, events.InOrder());
    }

    /// <summary>What is known of the issue at which times, from its creation on.</summary>
    private static List<(DateTimeOffset Time, string? Author, JiraState State)> States(JiraIssue issue)
    {
        List<(DateTimeOffset Time, string? Author, JiraState State)> states = [];
        var state = issue.State;
        foreach (var change in issue.Changes.Reverse())
        {
            states.Add((change.Time, change.Author, state));
            state = change.Undo(state);
        }

        states.Reverse();
        if (issue.HasWholeChangelog || issue.Latest == issue.Created) return [(issue.Created, issue.Creator, state), .. states];
        return [(issue.Created, issue.Creator, state.WhatItIs()), .. states.Count > 0 ? states : [(issue.Latest, null, state)]];
    }

    private static void StateCreation(TaskEvents events, JiraIssue issue, JiraState state, Status? status)
    {
        var milestone = JiraMilestone.Of(state, issue.Milestones);
        events.State(issue.Created, new TaskCreated(issue.Key, new TaskFields
        {
            Title = KnownField.Of(state.Title),
            Kind = KnownField.Of(state.Kind),
            Parent = KnownField.Of(state.Parent),
            Priority = KnownField.Of(state.Priority),
            Status = status,
            Assignee = KnownField.Of(state.Assignee),
            EstimateHours = KnownField.Of(state.EstimateHours),
            Due = KnownField.Of(state.Due ?? milestone?.Due),
            Milestone = KnownField.Of(milestone?.ToMilestone()),
            Labels = state.AllLabels is { Count: > 0 } labels ? new(true, labels) : default,
        }), issue.Creator);
        if (state.RemainingHours is not null || state.SpentHours is not null)
            events.State(issue.Created, new TaskEstimated(issue.Key, default, KnownField.Of(state.RemainingHours), KnownField.Of(state.SpentHours)), issue.Creator);
        if (state.Flagged) events.State(issue.Created, new TaskBlocked(issue.Key, JiraStateChange.Impediment), issue.Creator);
    }
}
