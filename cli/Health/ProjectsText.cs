using ShitOps.Wording;

namespace ShitOps.Cli.Health;

/// <summary>The projects in short: how many, and those with the most open tasks.</summary>
internal static class ProjectsText
{
    private const int MostShown = 10;
    private const int NameWidth = 28;

    // A blank, the line of all, and the table's heading.
    private const int Above = 3;

    /// <summary>Lines below the health report, a blank one first; none if there is not even room for the line of all.</summary>
    /// <param name="projects">What the app said; null: it was not asked.</param>
    /// <param name="room">How many lines there may be.</param>
    public static IReadOnlyList<string> Lines(ProjectsSeen? projects, int room)
    {
        if (projects is null || room < 2) return [];
        IReadOnlyList<string> all = ["", All(projects)];
        var shown = projects.Projects.OrderByDescending(one => one.TasksOpen).ThenBy(one => one.Project, StringComparer.Ordinal).Take(Math.Min(MostShown, room - Above)).ToList();
        return shown.Count == 0
            ? all
            : [.. all, $"  {"project",-NameWidth}{"open",9}{"blocked",9}{"wip",9}{"done",9}  due", .. shown.Select(Row)];
    }

    private static string All(ProjectsSeen projects) => projects switch
    {
        { Fault: { } fault } => $"projects: not shown, {fault}",
        { Projects.Count: 0 } => "projects: none yet",
        { Projects: var some } => $"projects: {(projects.AreAll ? "" : "the first ")}{some.Count:N0} with {Quantity.Of(some.Sum(one => one.TasksOpen), "open task")}, of which {some.Sum(one => one.TasksBlocked):N0} blocked",
    };

    private static string Row(ProjectSeen one) =>
        $"  {Cut(one.Project),-NameWidth}{one.TasksOpen,9:N0}{one.TasksBlocked,9:N0}{one.Wip,9:N0}{one.TasksDone,9:N0}  {(one.Due is { } due ? due.ToString("O") : "-")}";

    private static string Cut(string name) => name.Length < NameWidth ? name : $"{name[..(NameWidth - 2)]}…";
}
