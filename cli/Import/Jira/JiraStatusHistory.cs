using ShitOps.Events;

namespace ShitOps.Cli.Import.Jira;

/// <summary>
/// The statuses of an issue as far as its record proves them, from the best source that it has: the changelog, else the times in
/// status, else what creation, resolution date and present status say. It always ends in the record's status.
/// </summary>
/// <param name="Initial">The status at creation.</param>
/// <param name="Changes">Each later one with the time at which the issue got into it.</param>
internal sealed record JiraStatusHistory(Status Initial, IReadOnlyList<StatusChange> Changes)
{
    /// <summary>The word for the beginning where the record does not have it: Jira's own default.</summary>
    private const string InitialName = "Open";

    /// <summary>The history of an issue; null if its record has neither a status nor a resolution date.</summary>
    public static JiraStatusHistory? Of(JiraIssue issue, StatusMapping mapping)
    {
        var now = issue.Status ?? (issue.Resolved is null ? null : new JiraStatus("Resolved", null, StatusCategory.Done));
        if (now is null) return null;
        var final = new Status(now.Name, mapping.CategoryOf(issue.Project, now.Name, now.Category, issue.Resolution));
        return (FromChangelog(issue, now, mapping) ?? TimesInStatusHistory.Of(issue, now, mapping) ?? FromEnds(issue, now, final, mapping)).EndingIn(final, issue);
    }

    /// <summary>The first status where nothing proves another: the present one if that is where an issue begins, else Jira's default.</summary>
    private static Status Beginning(JiraIssue issue, JiraStatus now, StatusMapping mapping)
    {
        var category = mapping.CategoryOf(issue.Project, now.Name, now.Category);
        return category == StatusCategory.Todo && WorkflowStep.PlaceOf(now.Name, category) == WorkflowPlace.Beginning
            ? new Status(now.Name, category)
            : new Status(InitialName, mapping.CategoryOf(issue.Project, InitialName, StatusCategory.Todo));
    }

    private static JiraStatusHistory? FromChangelog(JiraIssue issue, JiraStatus now, StatusMapping mapping)
    {
        Status? initial = null;
        List<StatusChange> changes = [];
        foreach (var (change, resolution) in issue.Changes.Zip(ResolutionsAfter(issue)))
        {
            foreach (var field in change.Fields.Where(field => field.Is("status")))
            {
                if (initial is null && NameOf(field.FromName, field.From) is { } from) initial = StatusOf(from, null, StatusCategory.Todo);
                if (NameOf(field.ToName, field.To) is { } to) changes.Add(new StatusChange(change.Time, StatusOf(to, resolution, StatusCategory.InProgress), change.Author));
            }
        }

        if (changes.Count == 0) return null;
        return new JiraStatusHistory(issue.HasWholeChangelog && initial is { } first ? first : Beginning(issue, now, mapping), changes);

        string? NameOf(string? name, string? id) =>
            Limits.Cut(name, Limits.Name) ?? (id is null ? null : mapping.NameOf(issue.Project, id) ?? (id == now.Id ? now.Name : id));

        Status StatusOf(string name, string? resolution, StatusCategory otherwise) =>
            new(name, mapping.CategoryOf(issue.Project, name, name == now.Name ? now.Category : null, resolution, otherwise));
    }

    /// <summary>The resolution that the issue had after each change, from the present one backwards.</summary>
    private static string?[] ResolutionsAfter(JiraIssue issue)
    {
        var resolutions = new string?[issue.Changes.Count];
        var resolution = issue.Resolution;
        for (var i = resolutions.Length - 1; i >= 0; i--)
        {
            resolutions[i] = resolution;
            if (issue.Changes[i].Fields.FirstOrDefault(field => field.Is("resolution")) is { } changed) resolution = changed.FromName;
        }

        return resolutions;
    }

    /// <summary>Creation, resolution and the present status are all that is known.</summary>
    private static JiraStatusHistory FromEnds(JiraIssue issue, JiraStatus now, Status final, StatusMapping mapping)
    {
        var neverChanged = issue.Latest == issue.Created || (issue.HasWholeChangelog && issue.Resolved is null);
        return new JiraStatusHistory(neverChanged ? final : Beginning(issue, now, mapping), []);
    }

    /// <summary>
    /// This history brought to the record's status: what is missing comes last, on the resolution date if it is the resolution,
    /// else at the latest time at which it must have happened; and the last status gets the category that the resolution gives it.
    /// </summary>
    private JiraStatusHistory EndingIn(Status final, JiraIssue issue)
    {
        var last = Changes.Count > 0 ? Changes[^1] : new StatusChange(issue.Created, Initial);
        if (last.Status == final) return this;
        if (Changes.Count > 0 && last.Status.Name == final.Name) return this with { Changes = [.. Changes.SkipLast(1), last with { Status = final }] };

        var isResolution = IsDone(final.Category) && !IsDone(last.Status.Category) && issue.Resolved >= last.Time;
        return this with { Changes = [.. Changes, new StatusChange(isResolution ? issue.Resolved!.Value : issue.Latest, final)] };
    }

    private static bool IsDone(StatusCategory category) => category is StatusCategory.Done or StatusCategory.Cancelled;
}

/// <summary>A change into a status.</summary>
/// <param name="Time">When.</param>
/// <param name="Status">Into which.</param>
/// <param name="Author">By whom; null: nothing says.</param>
internal readonly record struct StatusChange(DateTimeOffset Time, Status Status, string? Author = null);
