using FsCheck.Xunit;
using ShitOps.Planning;
using ShitOps.PromQL.Parsing;

namespace ShitOps.Tests.Planning;

public sealed class RequestTests
{
    private static readonly DateTime Now = new(2026, 5, 20, 12, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime Earliest = new(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("report open-tasks", "2026-05-20T12:00Z", "sum(shitops_tasks{category!~\"done|cancelled\"})")]
    [InlineData("report open-tasks where team = \"a.b\", \"c\" by project on 2026-03-01", "2026-03-02T00:00Z", "sum by (project) (shitops_tasks{category!~\"done|cancelled\", team=~\"a\\\\.b|c\"})")]
    [InlineData("report wip mean from 2026-04-01 to 2026-04-30", "2026-05-01T00:00Z", "avg_over_time(sum(shitops_tasks{category=~\"in-progress|blocked\"})[30d:1h])")]
    [InlineData("report completed where project != \"x\" from 2026-05-11 to 2026-05-17", "2026-05-18T00:00Z", "sum(shitops_tasks_completed_total{project!=\"x\"}) - sum(shitops_tasks_completed_total{project!=\"x\"} offset 7d) or sum(shitops_tasks_completed_total{project!=\"x\"})")]
    [InlineData("report cycle-time p85 by team from 2026-05-11 to 2026-05-17", "2026-05-18T00:00Z", "histogram_quantile(0.85, sum by (team, le) (increase(shitops_cycle_time_seconds_bucket[7d])))")]
    [InlineData("report lead-time from 2026-05-20 to 2026-05-20", "2026-05-20T12:00Z", "sum(increase(shitops_lead_time_seconds_sum[720m])) / sum(increase(shitops_lead_time_seconds_count[720m]))")]
    [InlineData("rank open-tasks by project order desc limit 5", "2026-05-20T12:00Z", "sort_desc(topk(5, sum by (project) (shitops_tasks{category!~\"done|cancelled\"})))")]
    [InlineData("report tasks by status", "2026-05-20T12:00Z", "sum by (status) (shitops_tasks_by_status)")]
    [InlineData("report tasks by category", "2026-05-20T12:00Z", "sum by (category) (shitops_tasks)")]
    [InlineData("rank remaining-hours by team order asc", "2026-05-20T12:00Z", "sort(sum by (team) (shitops_effort_hours{kind=\"remaining\"}))")]
    [InlineData("report due-date by project from 2026-06-01 to 2026-06-30", "2026-05-20T12:00Z", "min by (project) (shitops_project_due_timestamp_seconds) >= 1780272000 < 1782864000")]
    [InlineData("forecast completion-date p85 where project = \"x\"", "2026-05-20T12:00Z", "max by (quantile) (shitops_forecast_completion_timestamp_seconds{quantile=\"0.85\", project=\"x\"})")]
    [InlineData("forecast expected-tasks where project = \"x\" on 2026-07-01", "2026-07-02T00:00Z", "sum by (quantile) (shitops_forecast_remaining_tasks{quantile=~\"0.5|0.85|0.95\", project=\"x\"})")]
    [InlineData("forecast on-time-probability by project order asc limit 3", "2026-05-20T12:00Z", "sort(bottomk(3, min by (project) (shitops_forecast_on_time_probability)))")]
    public void A_query_is_printed_as_PromQL(string line, string time, string expression)
    {
        var request = Assert.Single(PromQLRequest.Of(QueryText.Parse(line), Now, Earliest));

        Assert.Equal(expression, request.Expression);
        Assert.Equal(time, new TimeBound(request.Time).ToString());
    }

    [Fact]
    public void A_comparison_of_spans_is_two_requests()
    {
        var requests = PromQLRequest.Of(QueryText.Parse("compare open-tasks on 2026-05-20 versus on 2026-04-20"), Now, Earliest);

        Assert.Equal(["2026-05-20T12:00Z", "2026-04-21T00:00Z"], requests.Select(request => new TimeBound(request.Time).ToString()));
    }

    [Fact]
    public void A_trend_has_a_request_for_each_step_and_the_last_step_ends_now()
    {
        var requests = PromQLRequest.Of(QueryText.Parse("trend completed from 2026-03-15 to 2026-05-31 step 1mo"), Now, Earliest);

        Assert.Equal(["2026-04-01T00:00Z", "2026-05-01T00:00Z", "2026-05-20T12:00Z"], requests.Select(request => new TimeBound(request.Time).ToString()));
        Assert.Contains("offset 17d", requests[0].Expression);
        Assert.Contains("offset 30d", requests[1].Expression);
    }

    [Theory]
    [InlineData("from 0001-01-01 to 9999-12-30 step 1h", "From 0001-01-01 to 9999-12-31 there are 87,649,392 steps; expected at most 400: take a longer step or a shorter span.")]
    [InlineData("from 2026-06-01 to 2026-06-17 step 1h", "From 2026-06-01 to 2026-06-18 there are 408 steps; expected at most 400: take a longer step or a shorter span.")]
    public void A_forecast_of_too_many_steps_is_refused(string span, string message)
    {
        var query = QueryText.Parse($"forecast expected-tasks {span}");

        Assert.Equal(message, Assert.Throws<QuerySpanException>(() => PromQLRequest.Of(query, Now, Earliest)).Message);
        Assert.Throws<QuerySpanException>(() => PlanEstimate.Of(query, Assert.Single(QueryPlans.Of(query, Now)), new FleetSize(1, []), Now));
    }

    [Theory]
    [InlineData("1h", "9999-12-31", 24, "9999-12-31T01:00Z")]
    [InlineData("1d", "9999-12-30", 2, "9999-12-31T00:00Z")]
    [InlineData("1w", "9999-12-19", 3, "9999-12-20T00:00Z")]
    [InlineData("1mo", "9999-10-31", 3, "9999-11-01T00:00Z")]
    [InlineData("1q", "9999-07-01", 2, "9999-10-01T00:00Z")]
    public void Steps_go_to_the_last_instant_that_there_is(string step, string from, int count, string first)
    {
        var requests = PromQLRequest.Of(QueryText.Parse($"forecast expected-tasks from {from} to 9999-12-31 step {step}"), Now, Earliest);

        Assert.Equal(count, requests.Count);
        Assert.Equal(first, new TimeBound(requests[0].Time).ToString());
        Assert.Equal(DateTime.MaxValue, requests[^1].Time);
    }

    [Theory]
    [InlineData("report blocked-tasks list where project = \"check out\" and person = \"Amara\"", "/api/rows/tasks?project=check%20out&assignee=Amara&blocked=true")]
    [InlineData("report wip where person = \"Amara\"", "/api/rows/tasks?assignee=Amara&category=in-progress&category=blocked")]
    [InlineData("report projects list where team = \"a\", \"b\" and person = \"c\"", "/api/rows/projects?team=a&team=b&owner=c")]
    [InlineData("report people list where project = \"x\"", "/api/rows/resources?project=x")]
    [InlineData("audit changes where project = \"x\" and person = \"y\" on 2026-05-19", "/api/rows/audit?project=x&actor=y&from=2026-05-19&to=2026-05-19")]
    [InlineData("audit changes where task = \"T-1\"", "/api/rows/audit?task=T-1&from=2026-04-21")]
    [InlineData("trend open-tasks where project = \"x\" from 2026-03-01 to 2026-03-31 step 1w", "/api/rows/history?project=x&from=2026-03-01&to=2026-03-31&step=1w")]
    [InlineData("report completed list where type = \"bug\" from 2026-05-11 to 2026-05-17", "/api/rows/tasks?kind=bug&category=done")]
    public void A_query_is_printed_as_a_call_of_rows(string line, string path) =>
        Assert.Equal(path, Assert.Single(RowsRequest.Of(QueryText.Parse(line), Now)).Path);

    [Fact]
    public void Tasks_of_two_projects_are_two_calls() =>
        Assert.Equal(
            ["/api/rows/tasks?project=x&open=true", "/api/rows/tasks?project=y&open=true"],
            RowsRequest.Of(QueryText.Parse("report open-tasks list where project = \"x\", \"y\""), Now).Select(request => request.Path));

    [Property(Arbitrary = [typeof(SomeQueries)], MaxTest = 2_000)]
    public void Every_expression_is_PromQL(Query query)
    {
        try
        {
            foreach (var request in PromQLRequest.Of(query, Now, Earliest).Take(3)) Parser.Parse(request.Expression);
        }
        catch (QuerySpanException) when (query is { Metric: QueryMetric.ExpectedTasks, Step: not null })
        {
            // Some are drawn with more steps than a forecast may have.
        }
    }

    [Property(Arbitrary = [typeof(SomeQueries)], MaxTest = 500)]
    public void Every_query_without_a_past_has_one_or_the_other(Query query)
    {
        if (query.Span is not null || query.Step is not null || query.Versus is not null) return;

        Assert.True(PromQLRequest.Of(query, Now, Earliest).Count + RowsRequest.Of(query, Now).Count > 0, query.ToString());
    }
}
