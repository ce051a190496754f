using ShitOps.Planning;
using ShitOps.Rows;

namespace ShitOps.Tests.Planning;

public sealed class FormPlanTests
{
    private static readonly DateTime Now = new(2026, 5, 20, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("sum by (team) (shitops_tasks{category!~\"done|cancelled\"})", "open-tasks by team")]
    [InlineData("sum(shitops_tasks{team=~\"a|b\", category=\"todo\"})", "todo-tasks team=2")]
    [InlineData("sum(shitops_tasks{project=\"APOLLO\"}) * 2", "promql sum(shitops_tasks{project=\"\"}) * 2")]
    [InlineData("label_replace(up, \"a\", \"Amara \\\"Okafor\\\"\", \"b\", \"\")", "promql label_replace(up, \"\", \"\", \"\", \"\")")]
    public void An_expression_has_the_shape_of_its_query_or_its_own_without_names(string expression, string shape) => Assert.Equal(shape, FormPlan.OfPromQL(expression, Now, range: null, points: 1)!.Shape);

    [Theory]
    [InlineData("/api/rows/tasks?project=x&blocked=true&limit=10", "blocked-tasks list project=1", "tasks/listed/1")]
    [InlineData("/api/rows/tasks?project=x&open=false", "rows tasks open=1 project=1", "tasks/listed/1")]
    [InlineData("/api/rows/projects", "projects list", "projects/all/1")]
    [InlineData("/api/rows/projects/APOLLO?continuation=abc&format=csv", "rows projects of one", "projects/listed/1")]
    [InlineData("/api/rows/teams?team=red&team=blue", "rows teams team=2", "team-sums/all/1")]
    [InlineData("/api/rows/tasks?Amara%20Okafor=1&code=secret", "rows tasks", "tasks/all/1")]
    public void A_call_of_rows_likewise(string path, string shape, string plan)
    {
        var form = FormPlan.OfRows(path, Now)!;
        Assert.Equal((shape, plan), (form.Shape, form.Candidate.Plan.ToString()));
    }

    [Fact]
    public void Every_route_of_rows_has_a_plan()
    {
        foreach (var route in RowRoutes.All) Assert.NotNull(FormPlan.OfRows($"/api/{route.Path.Replace("{project}", "x", StringComparison.Ordinal)}", Now));
        Assert.Null(FormPlan.OfRows("/api/rows/nothing", Now));
        Assert.Null(FormPlan.OfPromQL("sum(", Now, range: null, points: 1));
    }

    [Fact]
    public void More_is_estimated_to_read_more()
    {
        const string One = "sum(shitops_tasks)";
        var instant = FormPlan.OfPromQL(One, Now, range: null, points: 1)!;
        var month = FormPlan.OfPromQL(One, Now, TimeSpan.FromDays(30), points: 720)!;
        var two = FormPlan.OfPromQL($"{One} / {One}", Now, range: null, points: 1)!;
        Assert.Equal("tasks over 32d in 1024", month.Shape);
        Assert.True(month.Candidate.Estimate.Entities > instant.Candidate.Estimate.Entities);
        Assert.Equal(2 * instant.Candidate.Estimate.Requests, two.Candidate.Estimate.Requests);
    }
}
