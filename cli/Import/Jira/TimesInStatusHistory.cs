using ShitOps.Events;

namespace ShitOps.Cli.Import.Jira;

/// <summary>
/// A status history out of the times that an issue spent in each status: the order comes from the workflow
/// (<see cref="StatusPath"/>), the times add up from creation. Of a status that was visited several times only the sum is known;
/// its visits share it equally. The resolution date, where there is one, is when the issue got into its last stretch of done statuses.
/// </summary>
internal static class TimesInStatusHistory
{
    /// <summary>The statuses that every Jira begins with, and the one that Apache's adds for patches under review.</summary>
    private static readonly Dictionary<string, string> DefaultNames = new(StringComparer.Ordinal)
    {
        ["1"] = "Open",
        ["3"] = "In Progress",
        ["4"] = "Reopened",
        ["5"] = "Resolved",
        ["6"] = "Closed",
        ["10002"] = "Patch Available",
    };

    /// <summary>Visits of one issue, all statuses together, that are put into an order.</summary>
    private const int MostVisits = 500;

    /// <summary>The history; null if the record has no times in status, or more visits than anyone can have made.</summary>
    public static JiraStatusHistory? Of(JiraIssue issue, JiraStatus now, StatusMapping mapping)
    {
        if (issue.TimesInStatus.Count == 0 || issue.TimesInStatus.Sum(time => (long)time.Visits) > MostVisits) return null;
        var names = Names(issue, now, mapping);
        var steps = issue.TimesInStatus
            .Select((time, i) => new WorkflowStep(names[i], WorkflowStep.PlaceOf(names[i], CategoryOf(names[i], null)), time.Visits, time.Duration, names[i] == now.Name))
            .ToArray();
        var path = StatusPath.Order(steps);
        var firstOfEnd = path.Count;
        while (firstOfEnd > 0 && IsDone(path[firstOfEnd - 1])) firstOfEnd--;

        List<StatusChange> changes = [];
        var entries = Entries(issue, steps, path);
        for (var i = 1; i < path.Count; i++)
        {
            var name = steps[path[i]].Name;
            changes.Add(new StatusChange(Bounded(i), new Status(name, CategoryOf(name, i >= firstOfEnd ? issue.Resolution : null))));
        }

        var first = steps[path[0]].Name;
        return new JiraStatusHistory(new Status(first, CategoryOf(first, firstOfEnd == 0 ? issue.Resolution : null)), changes);

        StatusCategory CategoryOf(string name, string? resolution) =>
            mapping.CategoryOf(issue.Project, name, name == now.Name ? now.Category : null, resolution);

        bool IsDone(int step) => CategoryOf(steps[step].Name, null) is StatusCategory.Done or StatusCategory.Cancelled;

        DateTimeOffset Bounded(int i)
        {
            var time = entries[i];
            if (issue.Resolved is not { } resolved || firstOfEnd == path.Count) return time;
            if (i == firstOfEnd) return resolved;
            return i < firstOfEnd ? (time < resolved ? time : resolved) : (time > resolved ? time : resolved);
        }
    }

    /// <summary>The words for the ids: the record's own, the mapping file's, Jira's; an unknown status that was only just entered is the present one.</summary>
    private static string[] Names(JiraIssue issue, JiraStatus now, StatusMapping mapping)
    {
        var names = issue.TimesInStatus
            .Select(time => time.StatusId == now.Id ? now.Name : mapping.NameOf(issue.Project, time.StatusId) ?? DefaultNames.GetValueOrDefault(time.StatusId))
            .ToArray();
        var justEntered = names.Contains(now.Name, StringComparer.Ordinal)
            ? []
            : Enumerable.Range(0, names.Length).Where(i => names[i] is null && issue.TimesInStatus[i] is { Visits: 1, Duration.Ticks: 0 }).ToArray();
        if (justEntered.Length == 1) names[justEntered[0]] = now.Name;
        return [.. names.Select((name, i) => name ?? $"Status {issue.TimesInStatus[i].StatusId}")];
    }

    /// <summary>When the issue got into each status of the path, at the latest when its record is from. The last visit has only just begun, so that its status' time belongs to the earlier visits.</summary>
    private static DateTimeOffset[] Entries(JiraIssue issue, WorkflowStep[] steps, IReadOnlyList<int> path)
    {
        var left = steps.Select((_, step) => path.Count(visited => visited == step) - (path[^1] == step ? 1 : 0)).ToArray();
        var remaining = steps.Select(step => step.Duration).ToArray();
        var entries = new DateTimeOffset[path.Count];
        entries[0] = issue.Created;
        for (var i = 0; i + 1 < path.Count; i++)
        {
            var share = remaining[path[i]] / left[path[i]]--;
            remaining[path[i]] -= share;
            entries[i + 1] = share < issue.Latest - entries[i] ? entries[i] + share : issue.Latest;
        }

        return entries;
    }
}
