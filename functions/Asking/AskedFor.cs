using ShitOps.People;
using ShitOps.Planning;
using ShitOps.Projects;

namespace ShitOps.Asking;

/// <summary>
/// The filters of a query, for what storage holds: people by their ids, and statuses, teams and milestones by the labels under which they are
/// counted. What has no such thing passes a filter that leaves out, and none that keeps.
/// </summary>
internal sealed class AskedFor
{
    private readonly Dictionary<(QueryField Field, bool Excludes), HashSet<string>> _values = [];

    private AskedFor()
    {
    }

    /// <summary>The filters of a query.</summary>
    public static async Task<AskedFor> OfAsync(Query query, PersonNames people, CancellationToken cancellationToken)
    {
        var asked = new AskedFor();
        foreach (var filter in query.Filters)
        {
            IEnumerable<string> values = filter.Field switch
            {
                QueryField.Person => [.. filter.Values, .. await people.IdsAsync(filter.Values, cancellationToken)],
                QueryField.Status or QueryField.Team or QueryField.Milestone => filter.Values.Select(Label.Of),
                _ => filter.Values,
            };
            asked._values[(filter.Field, filter.Excludes)] = values.ToHashSet(StringComparer.Ordinal);
        }

        return asked;
    }

    /// <summary>The values of which one is wanted; null: any will do.</summary>
    public IReadOnlyCollection<string>? Kept(QueryField field) => _values.GetValueOrDefault((field, false));

    /// <summary>Whether something is filtered by a field.</summary>
    public bool Filters(QueryField field) => _values.ContainsKey((field, false)) || _values.ContainsKey((field, true));

    /// <summary>Whether a value passes; null or empty: there is none.</summary>
    public bool Lets(QueryField field, string? value) =>
        (!_values.TryGetValue((field, false), out var kept) || (value is { Length: > 0 } && kept.Contains(value)))
        && (value is not { Length: > 0 } || !_values.TryGetValue((field, true), out var excluded) || !excluded.Contains(value));

    /// <summary>Whether a task passes, as it is now; its status is left to whoever knows of which time.</summary>
    public bool Lets(string project, string? team, string task, TaskState state) =>
        Lets(QueryField.Project, project) && Lets(QueryField.Team, team) && Lets(QueryField.Task, task) && Lets(QueryField.Person, state.Assignee)
        && Lets(QueryField.Type, state.Kind) && Lets(QueryField.Milestone, state.Milestone is { } milestone ? Label.Of(milestone.Name) : null);

    /// <summary>Whether a project may have tasks that pass: its sums spare reading the tasks of most projects.</summary>
    public bool MayLetTasksOf(string project, string? projectTeam, ProjectSummary sums) =>
        Lets(QueryField.Project, project) && !sums.Totals.IsZero
        && Counts(sums.Assignees, Kept(QueryField.Person)) && Counts(sums.Milestones, Kept(QueryField.Milestone))
        && (Counts(sums.Teams, Kept(QueryField.Team)) || (projectTeam is not null && Kept(QueryField.Team)!.Contains(Label.Of(projectTeam))));

    private static bool Counts(Breakdown breakdown, IReadOnlyCollection<string>? labels) =>
        labels is null || !breakdown.Others.IsZero || breakdown.Counted.Any(one => labels.Contains(one.Key));
}
