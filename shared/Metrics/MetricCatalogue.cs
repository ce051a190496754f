namespace ShitOps.Metrics;

/// <summary>Every metric that can be asked for; docs/metrics.md lists them.</summary>
public static class MetricCatalogue
{
    /// <summary>The label of a project: its key.</summary>
    public const string Project = "project";

    /// <summary>The label of a project's present team.</summary>
    public const string Team = "team";

    /// <summary>The label of what a status means.</summary>
    public const string Category = "category";

    /// <summary>The label of a status in the tracker's word.</summary>
    public const string Status = "status";

    /// <summary>The label of the odds at which something is promised, such as <c>0.85</c>.</summary>
    public const string Quantile = "quantile";

    public static Metric Tasks { get; } = new("shitops_tasks", MetricType.Gauge, "", "Tasks that are not deleted, by what their status means.", [Project, Team, Category]);

    public static Metric TasksByStatus { get; } = new("shitops_tasks_by_status", MetricType.Gauge, "", "Tasks that are not deleted, by their status in the tracker's word.", [Project, Team, Status]);

    public static Metric TasksBlocked { get; } = new("shitops_tasks_blocked", MetricType.Gauge, "", "Open tasks that wait, by their status or by a block.", [Project, Team]);

    public static Metric Effort { get; } = new("shitops_effort_hours", MetricType.Gauge, "hours", "Effort over all tasks: kind is estimate, remaining or spent.", [Project, Team, "kind"]);

    public static Metric TasksCreated { get; } = new("shitops_tasks_created_total", MetricType.Counter, "", "Tasks that came to be.", [Project, Team]);

    public static Metric TasksCompleted { get; } = new("shitops_tasks_completed_total", MetricType.Counter, "", "Times that a task became done; once more after every reopening.", [Project, Team]);

    public static Metric TasksReopened { get; } = new("shitops_tasks_reopened_total", MetricType.Counter, "", "Times that a task which was done or cancelled became open again.", [Project, Team]);

    public static Metric TasksDropped { get; } = new("shitops_tasks_dropped_total", MetricType.Counter, "", "Times that a task became cancelled.", [Project, Team]);

    public static Metric TaskTransitions { get; } = new("shitops_task_transitions_total", MetricType.Counter, "", "Times that a task went from a status that means from to one that means to; those that never happened are left out.", [Project, Team, "from", "to"]);

    public static Metric LeadTime { get; } = new("shitops_lead_time_seconds", MetricType.Histogram, "seconds", "From the creation of a task to its completion, counted with each completion.", [Project, Team]);

    public static Metric CycleTime { get; } = new("shitops_cycle_time_seconds", MetricType.Histogram, "seconds", "From when a task was first in progress to its completion, counted with each completion.", [Project, Team]);

    public static Metric TaskAge { get; } = new(
        "shitops_task_age_seconds", MetricType.Gauge, "seconds", "How long ago a task in progress was first in progress: the 30 oldest of each project; now only, and only of up to 20 projects that the query names.", [Project, Team, "task", Status]);

    public static Metric ProjectInfo { get; } = new(
        "shitops_project_info", MetricType.Gauge, "", "Always 1: the name that people read, and the present status of the project itself. Join with it on (project).", [Project, Team, "name", Status, Category]);

    public static Metric ProjectDue { get; } = new(
        "shitops_project_due_timestamp_seconds", MetricType.Gauge, "seconds", "The end of the day on which the project has to be done, as is planned now; Unix time.", [Project, Team]);

    public static Metric ResourceAllocation { get; } = new(
        "shitops_resource_allocation_hours", MetricType.Gauge, "hours", "Hours per week that a person or another resource is allocated to the project, as is planned now.", [Project, Team, "resource"]);

    public static Metric ForecastCompletion { get; } = new(
        "shitops_forecast_completion_timestamp_seconds", MetricType.Gauge, "seconds", "When the present backlog is done at odds of quantile; Unix time.", [Project, Team, Quantile]);

    public static Metric ForecastCompletionWithGrowth { get; } = new(
        "shitops_forecast_completion_with_growth_timestamp_seconds", MetricType.Gauge, "seconds", "When nothing is open any more, with what arrives until then, at odds of quantile; Unix time.", [Project, Team, Quantile]);

    public static Metric ForecastRemaining { get; } = new(
        "shitops_forecast_remaining_tasks", MetricType.Gauge, "", "What remains of the present backlog, so much or less at odds of quantile; with samples in the future.", [Project, Team, Quantile]);

    public static Metric ForecastOpen { get; } = new(
        "shitops_forecast_open_tasks", MetricType.Gauge, "", "Open tasks with what arrives, so many or fewer at odds of quantile; with samples in the future.", [Project, Team, Quantile]);

    public static Metric ForecastOnTime { get; } = new(
        "shitops_forecast_on_time_probability", MetricType.Gauge, "", "The odds that the present backlog is done by the end of the project's due day, 0 to 1.", [Project, Team]);

    public static Metric ForecastOnTimeWithGrowth { get; } = new(
        "shitops_forecast_on_time_with_growth_probability", MetricType.Gauge, "", "The odds that nothing is open any more by then, with what arrives until then, 0 to 1.", [Project, Team]);

    public static Metric ForecastItems { get; } = new(
        "shitops_forecast_items", MetricType.Gauge, "", "Tasks that will be done in so many weeks from then on, so many or more at odds of quantile.", [Project, Team, "weeks", Quantile]);

    public static Metric MilestoneDone { get; } = new(
        "shitops_forecast_milestone_done_ratio", MetricType.Gauge, "", "The share of a milestone, sprint or version that is done when its last day is over, so much or more at odds of quantile, 0 to 1.", [Project, Team, "milestone", Quantile]);

    public static Metric MilestoneOnTime { get; } = new(
        "shitops_forecast_milestone_on_time_probability", MetricType.Gauge, "", "The odds that all of a milestone, sprint or version is done when its last day is over, 0 to 1.", [Project, Team, "milestone"]);

    public static Metric MilestoneRemaining { get; } = new(
        "shitops_forecast_milestone_remaining_tasks", MetricType.Gauge, "", "Open tasks of a milestone, sprint or version, when it was forecast.", [Project, Team, "milestone"]);

    public static Metric MilestoneDue { get; } = new(
        "shitops_forecast_milestone_due_timestamp_seconds", MetricType.Gauge, "seconds", "The end of the last day of a milestone, sprint or version, as it was known when it was forecast; Unix time.", [Project, Team, "milestone"]);

    public static Metric MilestoneMoved { get; } = new(
        "shitops_forecast_milestone_moved_probability", MetricType.Gauge, "", "How much the odds that all of a milestone is done in time gained since they were last announced, -1 to 1, at those moments at which they moved materially; cause says why.", [Project, Team, "milestone", "cause"]);

    public static Metric ForecastMoved { get; } = new(
        "shitops_forecast_moved_seconds", MetricType.Gauge, "seconds", "How much later than last announced the backlog is done at odds of 85%, at those moments at which a forecast moved materially: +Inf, later than three years ahead from then on; -Inf, no longer so; cause says why.", [Project, Team, "cause"]);

    public static Metric PromisesSettled { get; } = new(
        "shitops_forecast_promises_settled_total", MetricType.Counter, "", "Promises at odds of quantile whose time is over: promise is items, of so many tasks in so many weeks, or completion, of a day; one of each is made a week; now only.", [Project, Team, "promise", "weeks", Quantile]);

    public static Metric PromisesHeld { get; } = new(
        "shitops_forecast_promises_held_total", MetricType.Counter, "", "How many of them held; now only.", [Project, Team, "promise", "weeks", Quantile]);

    public static Metric BottleneckScore { get; } = new(
        "shitops_bottleneck_score", MetricType.Gauge, "", "The share of the time until the backlog is done that widening this queue would save, or of a stalled one the share of open tasks that wait there, 0 to 100: kind is status, resource or team, or one of them with stalled- before it, and the label status, resource or holder says which; team is the project's.", [Project, Team, "kind", Status, "resource", "holder"]);

    public static Metric PipelineLag { get; } = new("shitops_pipeline_lag_records", MetricType.Gauge, "", "Records on the topic that are not yet aggregated; now only.", ["stream", "topic", "partition"]);

    public static Metric PipelineFreshness { get; } = new(
        "shitops_pipeline_behind_seconds", MetricType.Gauge, "seconds", "How old what is known is: 0 without lag, else the time since the last record aggregated was put on the topic; now only.", ["stream", "topic", "partition"]);

    public static Metric PipelineEvents { get; } = new("shitops_pipeline_events_total", MetricType.Counter, "", "Records aggregated, by the event's type; now only.", ["stream", "topic", "type"]);

    public static Metric PipelineDeadLetters { get; } = new("shitops_pipeline_dead_letters_total", MetricType.Counter, "", "Records that were no events and were put aside; now only.", ["stream", "topic"]);

    public static Metric PipelineArchiveLag { get; } = new("shitops_pipeline_archive_lag_records", MetricType.Gauge, "", "Records on the topic that are not yet archived; now only.", ["stream", "topic"]);

    public static Metric PipelineQueries { get; } = new("shitops_pipeline_queries_per_second", MetricType.Gauge, "", "Questions, and requests in PromQL and of rows, that all instances answered a second over a minute; now only.", ["stream", "topic"]);

    public static Metric PipelineQueryTime { get; } = new("shitops_pipeline_query_expected_seconds", MetricType.Gauge, "seconds", "How long one of them is expected to take, the mean by the cost model; without any there is no sample; now only.", ["stream", "topic"]);

    /// <summary>All of them, by subject.</summary>
    public static IReadOnlyList<Metric> All { get; } =
    [
        Tasks, TasksByStatus, TasksBlocked, Effort, TasksCreated, TasksCompleted, TasksReopened, TasksDropped, TaskTransitions, LeadTime, CycleTime, TaskAge, ProjectInfo, ProjectDue, ResourceAllocation,
        ForecastCompletion, ForecastCompletionWithGrowth, ForecastRemaining, ForecastOpen, ForecastOnTime, ForecastOnTimeWithGrowth, ForecastItems, MilestoneDone, MilestoneOnTime, MilestoneRemaining, MilestoneDue, MilestoneMoved, ForecastMoved, PromisesSettled, PromisesHeld, BottleneckScore,
        PipelineLag, PipelineFreshness, PipelineEvents, PipelineDeadLetters, PipelineArchiveLag, PipelineQueries, PipelineQueryTime,
    ];
}
