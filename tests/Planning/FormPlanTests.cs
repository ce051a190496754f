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
    [InlineData("label_replace(up, \"a\", \"Amara \\\"Okafor\\\"\", \"b\", \"\")", "promql label_replace(_, \"\", \"\", \"\", \"\")")]
    [InlineData("sum by (amara_okafor) (shitops_tasks)", "promql sum by (_) (shitops_tasks)")]
    [InlineData("rate(amara:okafor_total{okafor=\"1\"}[5m] offset 1d) > bool 1e3", "promql rate(_{_=\"\"}[5m] offset 1d) > bool 1000")]
    public void An_expression_has_the_shape_of_its_query_or_its_own_without_names(string expression, string shape) => Assert.Equal(shape, FormPlan.OfPromQL(expression, Now, Now, range: null, points: 1)!.Shape);

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
        Assert.Null(FormPlan.OfPromQL("sum(", Now, Now, range: null, points: 1));
    }

    [Fact]
    public void More_is_estimated_to_read_more()
    {
        const string One = "sum(shitops_tasks)";
        var instant = FormPlan.OfPromQL(One, Now, Now, range: null, points: 1)!;
        var month = FormPlan.OfPromQL(One, Now, Now, TimeSpan.FromDays(30), points: 720)!;
        var two = FormPlan.OfPromQL($"{One} / {One}", Now, Now, range: null, points: 1)!;
        Assert.Equal("tasks over 32d in 1024", month.Shape);
        Assert.True(month.Candidate.Estimate.Entities > instant.Candidate.Estimate.Entities);
        Assert.Equal(2 * instant.Candidate.Estimate.Requests, two.Candidate.Estimate.Requests);
    }

    [Fact]
    public void No_name_but_those_of_PromQL_and_the_catalogue_is_in_a_shape()
    {
        const string Secret = "zq";
        var random = new Random(1);
        var parsed = 0;
        for (var i = 0; i < 2_000; i++)
        {
            if (FormPlan.OfPromQL(Vector(3), Now, Now, range: null, points: 1) is not { } plan) continue;
            parsed++;
            Assert.DoesNotContain(Secret, plan.Shape, StringComparison.OrdinalIgnoreCase);
        }

        Assert.True(parsed > 1_500, $"{parsed} are expressions");

        string Vector(int depth) => depth == 0 ? Selector() : random.Next(7) switch
        {
            0 => $"sum by ({Name()}, team) ({Vector(depth - 1)})",
            1 => $"max({Vector(depth - 1)}) without ({Name()})",
            2 => $"{Vector(depth - 1)} * on ({Name()}) group_left ({Name()}) {Vector(depth - 1)}",
            3 => $"rate({Selector()}[{random.Next(1, 9)}h])",
            4 => $"label_replace({Vector(depth - 1)}, \"{Name()}\", \"$1 {Name()}\", \"{Name()}\", \"({Name()}.*)\")",
            5 => $"count_values(\"{Name()}\", {Vector(depth - 1)})",
            _ => Selector(),
        };

        string Selector() => $"{(random.Next(2) == 0 ? Name() : "shitops_tasks")}{{{Name()}=\"{Name()} \\\"{Name()}\\\"\", team!~'{Name()}|\"'}}";
        string Name() => $"{(random.Next(2) == 0 ? "Amara_" : "_")}{Secret}{random.Next(9)}{(random.Next(3) == 0 ? "_total" : "")}";
    }

    [Fact]
    public void What_is_long_is_not_taken_apart()
    {
        var plan = FormPlan.OfPromQL(string.Join(" + ", Enumerable.Repeat("sum(shitops_tasks)", 20_000)), Now, Now, range: null, points: 1)!;

        Assert.Equal("promql that is long", plan.Shape);
        Assert.True(plan.Candidate.Estimate.Requests > 1_000);
    }

    [Fact]
    public void What_lies_farther_back_has_another_shape_and_a_greater_estimate()
    {
        var now = FormPlan.OfPromQL("sum(shitops_tasks)", Now, Now, range: null, points: 1)!;
        var before = FormPlan.OfPromQL("sum(shitops_tasks)", Now.AddDays(-100), Now, range: null, points: 1)!;

        Assert.Equal(("tasks", "tasks 128d ago"), (now.Shape, before.Shape));
        Assert.True(before.Candidate.Estimate.Entities > now.Candidate.Estimate.Entities);
    }
}
