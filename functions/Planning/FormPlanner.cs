using Microsoft.Extensions.Caching.Memory;

namespace ShitOps.Planning;

/// <summary>Expects, learns and logs what requests take whose form has one plan (<see cref="FormPlan"/>).</summary>
/// <param name="queries">What requests took.</param>
/// <param name="costs">What is believed of it.</param>
/// <param name="time">The clock.</param>
public sealed class FormPlanner(QueryLog queries, LearntCosts costs, TimeProvider time) : IDisposable
{
    private const int MostCharacters = 1_000_000;

    // Of dashboards the same expressions come again and again.
    private readonly MemoryCache _expressions = new(new MemoryCacheOptions { SizeLimit = MostCharacters });

    /// <summary>The plan of an expression; null: it is no PromQL.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="at">The instant that it is asked for, or the end of its range; UTC.</param>
    /// <param name="range">How long the range is that it is asked over; null: it is asked for at an instant.</param>
    /// <param name="points">How many steps the range has; 1 at an instant.</param>
    public FormPlan? OfPromQL(string expression, DateTime at, TimeSpan? range, long points)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return _expressions.GetOrCreate((expression, range, points, QueryShape.Magnitude(now - at)), entry =>
        {
            entry.Size = 100 + expression.Length;
            return FormPlan.OfPromQL(expression, at, now, range, points);
        });
    }

    /// <summary>The plan of a call of rows; null: there is no such route.</summary>
    /// <param name="path">The path with its parameters, such as <c>/api/rows/tasks?project=A</c>.</param>
    public FormPlan? OfRows(string path) => FormPlan.OfRows(path, time.GetUtcNow().UtcDateTime);

    /// <summary>How long a plan is expected to take, in milliseconds.</summary>
    public double ExpectedMs(FormPlan plan) => costs.Ask(model => model.ExpectedMs(plan.Shape, plan.Candidate));

    /// <summary>Learns and logs what a plan took.</summary>
    internal void Learn(FormPlan plan, ReadingEnd end, double expectedMs, double spentMs, long requests, long bytes)
    {
        var one = new LoggedQuery(
            time.GetUtcNow(), plan.Shape, plan.Candidate.Plan, plan.Candidate.Estimate, expectedMs, spentMs, requests, bytes, end.Rows, Propensity: 1, Candidates: 1, Outcome: end.Outcome);
        costs.Learn(one);
        queries.AddForm(one);
    }

    /// <summary>Lets what it knows of expressions go.</summary>
    public void Dispose() => _expressions.Dispose();
}
