using FsCheck.Xunit;
using ShitOps.Planning;

namespace ShitOps.Tests.Planning;

public sealed class QueryLoweringTests
{
    private static readonly DateTime Now = new(2026, 5, 20, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("sum by (team) (shitops_tasks{category!~\"done|cancelled\"})", "report open-tasks by team")]
    [InlineData("sum(shitops_tasks{team=~\"a|b\", category=\"todo\"})", "report todo-tasks where team = \"a\", \"b\"")]
    [InlineData("sum(shitops_tasks{category=\"todo\", team=~\"a|b\"})", "report todo-tasks where team = \"a\", \"b\"")]
    [InlineData("sort_desc( topk(5, sum by(project)(shitops_effort_hours{kind=\"remaining\"})) )", "rank remaining-hours by project order desc limit 5")]
    [InlineData("histogram_quantile(0.85, sum by (le) (increase(shitops_lead_time_seconds_bucket[30d])))", "report lead-time p85 from 2026-04-20T12:00Z to 2026-05-20T12:00Z")]
    [InlineData("max by (quantile) (shitops_forecast_completion_timestamp_seconds{quantile=\"0.5\", project=\"x\"})", "forecast completion-date p50 where project = \"x\"")]
    [InlineData("sum(shitops_tasks{category=\"todo\"}) * 2", null)]
    [InlineData("rate(shitops_tasks_created_total[5m])", null)]
    [InlineData("sum(", null)]
    public void An_expression_is_lowered_to_the_query_that_it_is_or_to_none(string expression, string? line) =>
        Assert.Equal(line, QueryLowering.FromPromQL(expression, Now)?.ToString());

    [Theory]
    [InlineData("/api/rows/tasks?assignee=Amara+Okafor&open=true", "report open-tasks list where person = \"Amara Okafor\"")]
    [InlineData("/api/rows/tasks?project=x&blocked=true&limit=10", "report blocked-tasks list where project = \"x\" limit 10")]
    [InlineData("/api/rows/tasks?project=x&open=false", null)]
    [InlineData("/api/rows/projects?team=a&team=b&format=csv", "report projects list where team = \"a\", \"b\"")]
    [InlineData("/api/rows/projects?category=done", null)]
    [InlineData("/api/rows/resources?project=x", "report people list where project = \"x\"")]
    [InlineData("/api/rows/audit?project=x&actor=y&from=2026-05-01&to=2026-05-02", "audit changes where project = \"x\" and person = \"y\" from 2026-05-01 to 2026-05-02")]
    [InlineData("/api/rows/history?project=x", null)]
    [InlineData("/api/health", null)]
    public void A_call_of_rows_is_lowered_to_the_query_that_it_is_or_to_none(string path, string? line) =>
        Assert.Equal(line, QueryLowering.FromRows(path, Now)?.ToString());

    [Property(Arbitrary = [typeof(SomeQueries)], MaxTest = 100)]
    public void What_is_lowered_is_printed_as_it_was(Query query)
    {
        foreach (var request in Requests().Take(1))
        {
            if (QueryLowering.FromPromQL(request.Expression, request.Time) is not { } lowered) continue;
            Assert.Equal(request.Expression, Assert.Single(PromQLRequest.Of(lowered, request.Time, DateTime.UnixEpoch)).Expression);
        }

        IReadOnlyList<PromQLRequest> Requests()
        {
            try
            {
                return PromQLRequest.Of(query, Now, DateTime.UnixEpoch);
            }
            catch (QuerySpanException)
            {
                // A forecast by the hour has more steps than are answered.
                Assert.Equal(QueryKind.Forecast, query.Kind);
                return [];
            }
        }
    }

    [Theory]
    [InlineData("report open-tasks where project != \"a\", \"b\" and team = \"c\" by category")]
    [InlineData("report tasks where status = \"In Review\" by project")]
    [InlineData("report completed by team from 2026-05-01 to 2026-05-19")]
    [InlineData("report wip max where team = \"c\" from 2026-05-01 to 2026-05-19")]
    [InlineData("rank cycle-time p95 where project = \"a.b|c\" by team from 2026-05-01 to 2026-05-19 order asc limit 3")]
    [InlineData("forecast on-time-probability by project order asc")]
    [InlineData("report bottleneck by team")]
    public void A_query_comes_back_from_its_PromQL(string line)
    {
        var request = Assert.Single(PromQLRequest.Of(QueryText.Parse(line), Now, DateTime.UnixEpoch));

        Assert.Equal(line, QueryLowering.FromPromQL(request.Expression, request.Time)?.ToString());
    }
}
