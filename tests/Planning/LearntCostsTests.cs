using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ShitOps.Planning;

namespace ShitOps.Tests.Planning;

/// <summary>What was learnt before a process comes beside its first answers.</summary>
public sealed class LearntCostsTests
{
    private static readonly PlanCandidate Plan = new(QueryPlan.Parse("tasks/all/4")!, new PlanEstimate(10, 1_000, 1, 8));

    private readonly FakeTimeProvider _time = new(Some.Time);

    [Fact]
    public async Task Nobody_waits_for_what_was_learnt_before()
    {
        var reading = new TaskCompletionSource<IReadOnlyList<LoggedQuery>>();
        var costs = Costs(() => reading.Task);
        var byRule = Expected(costs);
        Assert.Equal(Plan.Estimate.RuleMs(Plan.Plan), byRule, 1e-9);

        reading.SetResult([.. Enumerable.Repeat(Took(1_000), 30)]);
        await Eventually.TrueAsync(() => Expected(costs) > 500);
    }

    [Fact]
    public async Task Whatever_is_wrong_with_reading_it_it_is_read_again_after_a_while()
    {
        var tries = 0;
        var costs = Costs(() => ++tries < 3 ? throw new InvalidOperationException("not a fault of storage (test)") : Task.FromResult<IReadOnlyList<LoggedQuery>>([.. Enumerable.Repeat(Took(1_000), 30)]));
        for (var i = 1; i <= 3; i++)
        {
            Expected(costs);
            await Eventually.TrueAsync(() => tries == i);

            // Nobody hammers what fails.
            Expected(costs);
            Assert.Equal(i, tries);
            await Task.Delay(500);
            _time.Advance(LearntCosts.AgainAfter);
        }

        await Eventually.TrueAsync(() => Expected(costs) > 500);
        Assert.Equal(3, tries);
    }

    [Fact]
    public void What_was_broken_off_is_learnt_as_at_least_so_long_and_what_failed_not_at_all()
    {
        var costs = Costs(() => Task.FromResult<IReadOnlyList<LoggedQuery>>([]));
        for (var i = 0; i < 30; i++) costs.Learn(Took(1_000));
        var known = Expected(costs);
        foreach (var outcome in (QueryOutcome[])[QueryOutcome.Failed, QueryOutcome.GivenUp, QueryOutcome.TimedOut]) costs.Learn(Took(1) with { Outcome = outcome });
        costs.Learn(Took(120_000) with { Outcome = QueryOutcome.Failed });
        Assert.Equal(known, Expected(costs));

        costs.Learn(Took(120_000) with { Outcome = QueryOutcome.GivenUp });
        Assert.True(Expected(costs) > known);
    }

    private static double Expected(LearntCosts costs) => costs.Ask(model => model.ExpectedMs("shape", Plan));

    private static LoggedQuery Took(double ms) => new(Some.Time, "shape", Plan.Plan, Plan.Estimate, 1, ms, 1, 1, 1, 1, 1);

    private LearntCosts Costs(Func<Task<IReadOnlyList<LoggedQuery>>> before) => new(new CostModel(new Random(1)), _ => before(), _time, NullLogger<LearntCosts>.Instance);
}
