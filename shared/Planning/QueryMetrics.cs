using static ShitOps.Planning.QueryAggregation;
using static ShitOps.Planning.MetricTime;
using static ShitOps.Planning.MetricUnit;
using static ShitOps.Planning.QueryField;

namespace ShitOps.Planning;

/// <summary>The metrics that can be asked for; <c>docs/asking.md</c> has the same table.</summary>
public static class QueryMetrics
{
    private static readonly QueryAggregation[] none = [];
    private static readonly QueryAggregation[] overTime = [Mean, Min, Max];
    private static readonly QueryAggregation[] counted = [Mean, Min, Max, List];
    private static readonly QueryAggregation[] listed = [List];
    private static readonly QueryAggregation[] quantiles = [P50, P85, P95];

    private static readonly QueryField[] place = [Project, Team];
    private static readonly QueryField[] placeAndStatus = [Project, Team, Status];
    private static readonly QueryField[] ofTask = [Person, QueryField.Type, Milestone];
    private static readonly QueryField[] ofTaskAndStatus = [Person, Status, QueryField.Type, Milestone];
    private static readonly QueryField[] ofFinishedTask = [Project, Team, Person, QueryField.Type, Milestone];
    private static readonly QueryField[] ofProject = [Project, Team, Person, Status];

    /// <summary>All, in the order of <see cref="QueryMetric"/>.</summary>
    public static IReadOnlyList<MetricMeaning> All { get; } =
    [
        Counted(QueryMetric.Tasks, "tasks", "how many tasks there are"),
        Counted(QueryMetric.OpenTasks, "open-tasks", "how many tasks are neither done nor cancelled"),
        Counted(QueryMetric.TodoTasks, "todo-tasks", "how many tasks are not begun"),
        Counted(QueryMetric.InProgressTasks, "in-progress-tasks", "how many tasks have a status that means in progress"),
        Counted(QueryMetric.BlockedTasks, "blocked-tasks", "how many open tasks wait, by their status or by a block"),
        Counted(QueryMetric.DoneTasks, "done-tasks", "how many tasks are done"),
        Counted(QueryMetric.CancelledTasks, "cancelled-tasks", "how many tasks are cancelled"),
        Counted(QueryMetric.Wip, "wip", "how many tasks are begun and not finished, those that wait included"),
        new(QueryMetric.OverdueTasks, "overdue-tasks", "how many open tasks are past their due day", Present, MetricUnit.Count, "count", listed, place, ofTaskAndStatus, []),
        Effort(QueryMetric.EstimatedHours, "estimated-hours", "how much effort is estimated"),
        Effort(QueryMetric.RemainingHours, "remaining-hours", "how much effort remains"),
        Effort(QueryMetric.SpentHours, "spent-hours", "how much effort is spent"),
        Waiting(QueryMetric.TaskAge, "task-age", "how old open tasks are, since they were created"),
        Waiting(QueryMetric.BlockedTime, "blocked-time", "how long blocked tasks have waited"),
        new(QueryMetric.Created, "created", "how many tasks came to be", Flow, MetricUnit.Count, "count", listed, ofFinishedTask, [], []),
        new(QueryMetric.Completed, "completed", "how many tasks became done", Flow, MetricUnit.Count, "count", listed, ofFinishedTask, [], []),
        new(QueryMetric.Reopened, "reopened", "how often tasks became open again", Flow, MetricUnit.Count, "count", none, place, [], []),
        new(QueryMetric.Dropped, "dropped", "how often tasks became cancelled", Flow, MetricUnit.Count, "count", none, place, [], []),
        Duration(QueryMetric.LeadTime, "lead-time", "how long tasks took from created to done"),
        Duration(QueryMetric.CycleTime, "cycle-time", "how long tasks took from first in progress to done"),
        new(QueryMetric.Projects, "projects", "how many projects there are, and which", Present, MetricUnit.Count, "count", listed, ofProject, [], [Category]),
        new(QueryMetric.OverdueProjects, "overdue-projects", "how many projects are past their due day and not done", Present, MetricUnit.Count, "count", listed, ofProject, [], []),
        new(QueryMetric.DueDate, "due-date", "when projects are due", Day, Date, "the day", [Min, Max], [Project, Team, Person], [], []),
        new(QueryMetric.People, "people", "how many people work on projects, and who", Present, MetricUnit.Count, "count", listed, [Project], [], []),
        new(QueryMetric.AllocatedHours, "allocated-hours", "how many hours a week people are allocated", Level, HoursPerWeek, "sum", overTime, [Project, Team, Person], [], []),
        new(QueryMetric.CompletionDate, "completion-date", "when a project will be done", Ahead, Date, "p50, p85 and p95", quantiles, place, [], []),
        new(QueryMetric.ExpectedTasks, "expected-tasks", "how many open tasks are expected at a day to come", Ahead, MetricUnit.Count, "p50, p85 and p95", quantiles, place, [], []),
        new(QueryMetric.OnTimeProbability, "on-time-probability", "how probable it is that a project is done in time", Ahead, Probability, "the probability", none, place, [], []),
        new(QueryMetric.Bottleneck, "bottleneck", "where work is held up", Present, Score, "the score", none, [Project, Team, Person, Status], [], []),
        new(QueryMetric.Changes, "changes", "who changed what and when", Flow, MetricUnit.Count, "list", [QueryAggregation.Count], [Project, Person, QueryField.Task, Change], [], []),
    ];

    /// <summary>What the metric means.</summary>
    public static MetricMeaning Of(QueryMetric metric) => All[(int)metric];

    private static MetricMeaning Counted(QueryMetric metric, string word, string help) =>
        new(metric, word, help, Level, MetricUnit.Count, "count", counted, placeAndStatus, ofTask, [Category]);

    private static MetricMeaning Effort(QueryMetric metric, string word, string help) =>
        new(metric, word, help, Level, Hours, "sum", overTime, place, [.. ofTaskAndStatus, QueryField.Task], []);

    private static MetricMeaning Waiting(QueryMetric metric, string word, string help) =>
        new(metric, word, help, Present, Seconds, "mean", [Min, Max, P50, P85, P95], place, [.. ofTaskAndStatus, QueryField.Task], []);

    private static MetricMeaning Duration(QueryMetric metric, string word, string help) =>
        new(metric, word, help, Flow, Seconds, "mean", quantiles, [.. ofFinishedTask, QueryField.Task], [], []);
}
