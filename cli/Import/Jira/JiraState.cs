using System.Text.Json;

namespace ShitOps.Cli.Import.Jira;

/// <summary>What an issue is like at one time, its status apart.</summary>
internal sealed record JiraState
{
    public string? Title { get; init; }

    public string? Kind { get; init; }

    public string? Parent { get; init; }

    public string? Priority { get; init; }

    public string? Assignee { get; init; }

    public DateOnly? Due { get; init; }

    public double? EstimateHours { get; init; }

    public double? RemainingHours { get; init; }

    public double? SpentHours { get; init; }

    /// <summary>Flagged as impeded.</summary>
    public bool Flagged { get; init; }

    public IReadOnlyList<string> Labels { get; init; } = [];

    public IReadOnlyList<string> Components { get; init; } = [];

    /// <summary>Names of sprints, the current one last.</summary>
    public IReadOnlyList<string> Sprints { get; init; } = [];

    /// <summary>Names of the versions that it is to be fixed in.</summary>
    public IReadOnlyList<string> Versions { get; init; } = [];

    /// <summary>Labels, and components as <c>component:</c>NAME.</summary>
    public IReadOnlyList<string> AllLabels => Limits.LabelSet(Labels.Concat(Components.Select(name => Limits.Cut($"component:{name}", Limits.Name)!)));

    /// <summary>
    /// What is left of the state when nothing tells when the rest of it came about: what an issue is rarely without,
    /// and what makes it recognisable.
    /// </summary>
    public JiraState WhatItIs() => new() { Title = Title, Kind = Kind, Parent = Parent };

    /// <summary>Reads the state from an issue's fields.</summary>
    public static JiraState Parse(JsonElement fields, IReadOnlyList<JiraMilestone> milestones)
    {
        var tracking = fields.Get("timetracking") ?? default;
        return new JiraState
        {
            Title = fields.Text("summary", Limits.Title),
            Kind = NameOf(fields, "issuetype"),
            Parent = fields.Get("parent")?.Text("key") ?? fields.Get("epic")?.Text("key"),
            Priority = NameOf(fields, "priority"),
            Assignee = JiraIssue.PersonIn(fields, "assignee"),
            Due = fields.Day("duedate"),
            EstimateHours = fields.HoursFromSeconds("timeoriginalestimate") ?? tracking.HoursFromSeconds("originalEstimateSeconds"),
            RemainingHours = fields.HoursFromSeconds("timeestimate") ?? tracking.HoursFromSeconds("remainingEstimateSeconds"),
            SpentHours = fields.HoursFromSeconds("timespent") ?? tracking.HoursFromSeconds("timeSpentSeconds"),
            Flagged = fields.IsTrue("flagged"),
            Labels = [.. fields.Items("labels").Select(label => label.AsText()).OfType<string>()],
            Components = [.. fields.Items("components").Select(component => component.Text("name")).OfType<string>()],
            Sprints = [.. milestones.Where(one => one.IsSprint).Select(one => one.Name)],
            Versions = [.. milestones.Where(one => !one.IsSprint).Select(one => one.Name)],
        };
    }

    private static string? NameOf(JsonElement fields, string field) => fields.Get(field) is { } value ? value.Text("name") ?? value.AsText() : null;
}
