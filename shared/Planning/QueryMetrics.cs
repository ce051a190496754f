using static ShitOps.Planning.QueryAggregation;
using static ShitOps.Planning.MetricTime;
using static ShitOps.Planning.MetricUnit;
using static ShitOps.Planning.QueryField;

namespace ShitOps.Planning;

/// <summary>The metrics that can be asked for; <c>docs/asking.md</c> has the same table.</summary>
public static class QueryMetrics
{
    private static readonly QueryAggregation[] NoOther = [];
    private static readonly QueryAggregation[] OverTime = [Mean, Min, Max];
    private static readonly QueryAggregation[] OverTimeOrListed = [Mean, Min, Max, List];
    private static readonly QueryAggregation[] Listed = [List];
    private static readonly QueryAggregation[] Quantiles = [P50, P85, P95];

    private static readonly QueryField[] Place = [Project, Team];
    private static readonly QueryField[] PlaceAndStatus = [Project, Team, Status];
    private static readonly QueryField[] OfTask = [Person, QueryField.Type, Milestone];
    private static readonly QueryField[] OfTaskAndStatus = [Person, Status, QueryField.Type, Milestone];
    private static readonly QueryField[] OfFinishedTask = [Project, Team, Person, QueryField.Type, Milestone];
    private static readonly QueryField[] OfProject = [Project, Team, Person, Status];

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
        new(QueryMetric.OverdueTasks, "overdue-tasks", "how many open tasks are past their due day", Present, MetricUnit.Count, "count", Listed, Place, OfTaskAndStatus, []),
        Effort(QueryMetric.EstimatedHours, "estimated-hours", "how much effort is estimated"),
        Effort(QueryMetric.RemainingHours, "remaining-hours", "how much effort remains"),
        Effort(QueryMetric.SpentHours, "spent-hours", "how much effort is spent"),
        Waiting(QueryMetric.TaskAge, "task-age", "how old open tasks are, since they were created"),
        Waiting(QueryMetric.BlockedTime, "blocked-time", "how long blocked tasks have waited"),
        new(QueryMetric.Created, "created", "how many tasks came to be", MetricTime.Flow, MetricUnit.Count, "count", Listed, OfFinishedTask, [], []),
        new(QueryMetric.Completed, "completed", "how many tasks became done", MetricTime.Flow, MetricUnit.Count, "count", Listed, OfFinishedTask, [], []),
        new(QueryMetric.Reopened, "reopened", "how often tasks became open again", MetricTime.Flow, MetricUnit.Count, "count", NoOther, Place, [], []),
        new(QueryMetric.Dropped, "dropped", "how often tasks became cancelled", MetricTime.Flow, MetricUnit.Count, "count", NoOther, Place, [], []),
        Duration(QueryMetric.LeadTime, "lead-time", "how long tasks took from created to done"),
        Duration(QueryMetric.CycleTime, "cycle-time", "how long tasks took from first in progress to done"),
        new(QueryMetric.Projects, "projects", "how many projects there are, and which", Present, MetricUnit.Count, "count", Listed, OfProject, [], [Category]),
        new(QueryMetric.OverdueProjects, "overdue-projects", "how many projects are past their due day and not done", Present, MetricUnit.Count, "count", Listed, OfProject, [], []),
        new(QueryMetric.DueDate, "due-date", "when projects are due", Day, Date, "the day", [Min, Max], [Project, Team, Person], [], []),
        new(QueryMetric.People, "people", "how many people work on projects, and who", Present, MetricUnit.Count, "count", Listed, [Project], [], []),
        new(QueryMetric.AllocatedHours, "allocated-hours", "how many hours a week people are allocated", Level, HoursPerWeek, "sum", OverTime, [Project, Team, Person], [], []),
        new(QueryMetric.CompletionDate, "completion-date", "when a project will be done", Ahead, Date, "p50, p85 and p95", Quantiles, Place, [], []),
        new(QueryMetric.ExpectedTasks, "expected-tasks", "how many open tasks are expected at a day to come", Ahead, MetricUnit.Count, "p50, p85 and p95", Quantiles, Place, [], []),
        new(QueryMetric.OnTimeProbability, "on-time-probability", "how probable it is that a project is done in time", Ahead, Probability, "the probability", NoOther, Place, [], []),
        new(QueryMetric.Bottleneck, "bottleneck", "where work is held up", Present, Score, "the score", NoOther, [Project, Team, Person, Status], [], []),
        new(QueryMetric.Changes, "changes", "who changed what and when", MetricTime.Flow, MetricUnit.Count, "list", [QueryAggregation.Count], [Project, Person, QueryField.Task, Change], [], []),
    ];

    /// <summary>What the metric means.</summary>
    public static MetricMeaning Of(QueryMetric metric) => All[(int)metric];

    private static MetricMeaning Counted(QueryMetric metric, string word, string help) =>
        new(metric, word, help, Level, MetricUnit.Count, "count", OverTimeOrListed, PlaceAndStatus, OfTask, [Category]);

    private static MetricMeaning Effort(QueryMetric metric, string word, string help) =>
        new(metric, word, help, Level, Hours, "sum", OverTime, Place, [.. OfTaskAndStatus, QueryField.Task], []);

    private static MetricMeaning Waiting(QueryMetric metric, string word, string help) =>
        new(metric, word, help, Present, Seconds, "mean", [Min, Max, P50, P85, P95], Place, [.. OfTaskAndStatus, QueryField.Task], []);

    private static MetricMeaning Duration(QueryMetric metric, string word, string help) =>
        new(metric, word, help, MetricTime.Flow, Seconds, "mean", Quantiles, [.. OfFinishedTask, QueryField.Task], [], []);
}
