using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using ShitOps.Storage;

namespace ShitOps.Planning;

/// <summary>Expects, learns and logs what requests take whose form has one plan (<see cref="FormPlan"/>).</summary>
/// <param name="queries">What requests took.</param>
/// <param name="costs">What is believed of it; nobody else uses it.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
public sealed class FormPlanner(QueryLog queries, CostModel costs, TimeProvider time, ILogger<FormPlanner> log) : IDisposable
{
    private const int MostCharacters = 1_000_000;

    // Of dashboards the same expressions come again and again.
    private readonly MemoryCache _expressions = new(new MemoryCacheOptions { SizeLimit = MostCharacters });
    private readonly Lock _lock = new();
    private Task? _remembering;

    /// <summary>The plan of an expression; null: it is no PromQL.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="range">How long the range is that it is asked over; null: it is asked for at an instant.</param>
    /// <param name="points">How many steps the range has; 1 at an instant.</param>
    public FormPlan? OfPromQL(string expression, TimeSpan? range, long points) =>
        _expressions.GetOrCreate((expression, range, points), entry =>
        {
            entry.Size = 100 + expression.Length;
            return FormPlan.OfPromQL(expression, time.GetUtcNow().UtcDateTime, range, points);
        });

    /// <summary>The plan of a call of rows; null: there is no such route.</summary>
    /// <param name="path">The path with its parameters, such as <c>/api/rows/tasks?project=A</c>.</param>
    public FormPlan? OfRows(string path) => FormPlan.OfRows(path, time.GetUtcNow().UtcDateTime);

    /// <summary>How long a plan is expected to take, in milliseconds.</summary>
    public double ExpectedMs(FormPlan plan)
    {
        lock (_lock)
        {
            // What others learnt comes beside the first requests: none waits for it.
            _remembering ??= Task.Run(RememberAsync, CancellationToken.None);
            return costs.ExpectedMs(plan.Shape, plan.Candidate);
        }
    }

    /// <summary>Learns and logs what a plan took.</summary>
    public void Learn(FormPlan plan, double expectedMs, double spentMs, long requests, long bytes, int rows)
    {
        lock (_lock) costs.Learn(plan.Shape, plan.Candidate, spentMs);
        queries.AddForm(new LoggedQuery(time.GetUtcNow(), plan.Shape, plan.Candidate.Plan, plan.Candidate.Estimate, expectedMs, spentMs, requests, bytes, rows, Propensity: 1, Candidates: 1));
    }

    public void Dispose() => _expressions.Dispose();

    private async Task RememberAsync()
    {
        try
        {
            var before = await queries.FormsAsync(TimeSpan.FromHours(1), CancellationToken.None);
            lock (_lock)
                foreach (var one in before) costs.Learn(one.Shape, new PlanCandidate(one.Plan, one.Estimate), one.SpentMs);
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            log.LogWarning(fault, "What requests took before could not be read; what they are expected to take is a guess at first");
        }
    }
}
