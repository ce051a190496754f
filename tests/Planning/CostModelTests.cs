using ShitOps.Planning;

namespace ShitOps.Tests.Planning;

/// <summary>
/// The cost model in a simulated store, whose costs the rule is wrong about and which now and then is slow: beside the most general plan, the
/// rule, and an oracle that knows the mean of each plan.
/// </summary>
public sealed class CostModelTests
{
    private const int Queries = 3_000;
    private const int Change = 2_000;
    private const int Seeds = 5;

    private static readonly DateTime Now = new(2026, 5, 20, 12, 0, 0, DateTimeKind.Utc);

    private static readonly Query[] Asked = [.. ((string[])
    [
        "report open-tasks", "report tasks by team", "report open-tasks where project = \"P-1\"", "report wip by person", "report blocked-tasks where team = \"t-2\" by project",
        "rank open-tasks by project order desc limit 5", "report open-tasks on 2026-03-01", "trend completed by team from 2026-03-01 to 2026-05-19 step 1w", "report completed where project = \"P-3\", \"P-4\" from 2026-04-01 to 2026-04-30",
        "report lead-time by team from 2026-04-01 to 2026-04-30", "report people", "trend open-tasks where project = \"P-7\" from 2026-04-01 to 2026-05-01 step 1w", "report created where project = \"P-9\" from 2026-05-01 to 2026-05-19",
    ]).Select(QueryText.Parse)];

    private static readonly FleetSize Fleet = new(8, [.. Enumerable.Range(0, 150).Select(i => new ProjectSize($"P-{i}", $"t-{i % 12}", [], 20 + (i * 7 % 300), 30 + (i * 11 % 400)))]);

    private static readonly PlanCandidate[][] Plans = [.. Asked.Select(query => QueryPlans.Of(query, Now).Select(plan => new PlanCandidate(plan, PlanEstimate.Of(query, plan, Fleet, Now))).ToArray())];

    [Fact]
    public void It_begins_like_the_rule_comes_near_the_oracle_and_follows_a_change()
    {
        var runs = Enumerable.Range(1, Seeds).Select(Run).ToList();

        // Mean over seeds, with what is within 95 % by Student's t for 5 runs.
        var first = Interval(runs.Select(run => run.First / run.RuleFirst));
        Assert.True(first.Low < 1.15, $"the first 100 queries take {first} of the rule's time");
        var second = Interval(runs.Select(run => run.Learnt / run.OracleLearnt));
        Assert.True(second.High < 1.25, $"queries 1,001 to 2,000 take {second} of the oracle's time");
        var after = Interval(runs.Select(run => run.Changed / run.OracleChanged));
        Assert.True(after.High < 1.3, $"the last 500 queries after a change take {after} of the oracle's time");
        var regret = Interval(runs.Select(run => (run.All - run.OracleAll) / (run.DefaultAll - run.OracleAll)));
        Assert.True(regret.High < 0.05, $"the regret is {regret} of that of always the default");

        // What is learnt is worth something: the rule alone is farther away.
        var rule = Interval(runs.Select(run => run.RuleLearnt / run.OracleLearnt));
        Assert.True(rule.Low > second.High, $"the rule takes {rule}, the model {second} of the oracle's time");
    }

    [Fact]
    public void The_same_seed_and_the_same_costs_give_the_same_choices()
    {
        Assert.Equal(Choices(5), Choices(5));
        Assert.NotEqual(Choices(5), Choices(6));

        static List<string> Choices(int seed)
        {
            var model = new CostModel(new Random(seed));
            var costs = new Random(1);
            return [.. Enumerable.Range(0, 200).Select(i =>
            {
                var at = i % Asked.Length;
                var choice = model.Choose(QueryShape.Of(Asked[at], Now), Plans[at]);
                model.Learn(QueryShape.Of(Asked[at], Now), choice.Candidate, Mean(choice.Candidate, isChanged: false) * (0.5 + costs.NextDouble()));
                return $"{choice.Candidate.Plan} {choice.Propensity}";
            })];
        }
    }

    [Fact]
    public void Propensities_are_the_shares_with_which_plans_are_chosen()
    {
        // A model that knows nothing draws anew each time, from the same belief.
        var model = new CostModel(new Random(1));
        var shape = QueryShape.Of(Asked[7], Now);
        var choices = Enumerable.Range(0, 4_000).Select(_ => model.Choose(shape, Plans[7])).ToList();
        foreach (var plan in choices.GroupBy(choice => choice.Candidate.Plan).Where(plan => plan.Count() > 400))
        {
            // That the plan which was chosen is one of the 8 draws lifts its share.
            var share = (double)plan.Count() / choices.Count;
            Assert.Equal(((7 * share) + 1) / 8, plan.Average(choice => choice.Propensity), 0.03);
        }
    }

    [Fact]
    public void A_shape_has_no_names()
    {
        var query = QueryText.Parse("trend completed where project = \"SECRET\", \"HIDDEN\" and person != \"Ada Quartz\" by team from 2026-04-01 to 2026-04-30 step 1w");

        Assert.Equal("completed project=2 person!=1 by team 32d-32d step 1w", QueryShape.Of(query, Now));
    }

    [Fact]
    public void Plans_beyond_limits_are_told_from_those_within()
    {
        var huge = new FleetSize(256, [.. Enumerable.Range(0, 60_000).Select(i => new ProjectSize($"P-{i}", "t", [], 500, 900))]);
        var query = QueryText.Parse("report open-tasks by team");
        var within = QueryPlans.Of(query, Now).Where(plan => PlanEstimate.Of(query, plan, huge, Now).IsWithinLimits).Select(plan => plan.Source).Distinct();

        Assert.Equal([PlanSource.Sums, PlanSource.TeamSums], within);
    }

    /// <summary>What a plan takes on average: a request costs less than the rule says and does not gain by concurrency beyond 3, rows cost more, and looking up single projects is slow.</summary>
    private static double Mean(PlanCandidate candidate, bool isChanged)
    {
        var (plan, estimate) = (candidate.Plan, candidate.Estimate);
        var row = plan.Source == PlanSource.History ? 0.15 : plan.Source == PlanSource.Tasks ? 0.04 : 0.03;
        var request = isChanged && plan.Source == PlanSource.Sums ? 40 : 2.0;
        return 2 + (request * estimate.Requests / Math.Min(3, plan.Concurrency)) + (row * estimate.Entities) + (plan.Concurrency > 4 ? 6 : 0) + (plan.Reach == PlanReach.Listed ? 60 : 0);
    }

    private static Totals Run(int seed)
    {
        var (model, random, totals) = (new CostModel(new Random(seed)), new Random(1_000 + seed), new Totals());
        for (var i = 0; i < Queries; i++)
        {
            var at = random.Next(Asked.Length);
            var means = Plans[at].Select(candidate => Mean(candidate, i >= Change)).ToArray();
            var choice = model.Choose(QueryShape.Of(Asked[at], Now), Plans[at]);
            var mean = means[Array.IndexOf(Plans[at], choice.Candidate)];
            var rule = means[Array.IndexOf(Plans[at], Plans[at].MinBy(candidate => candidate.Estimate.RuleMs(candidate.Plan)))];

            // One in twenty waits long.
            var noise = Math.Exp(0.25 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())) * (random.Next(20) == 0 ? 3 + (5 * random.NextDouble()) : 1);
            model.Learn(QueryShape.Of(Asked[at], Now), choice.Candidate, mean * noise);
            totals.Add(i, mean, rule, means[0], means.Min());
        }

        return totals;
    }

    private static (double Low, double Mean, double High) Interval(IEnumerable<double> values)
    {
        var all = values.ToList();
        var mean = all.Average();
        var half = 2.776 * Math.Sqrt(all.Sum(value => (value - mean) * (value - mean)) / (all.Count - 1) / all.Count);
        return (mean - half, mean, mean + half);
    }

    private sealed class Totals
    {
        public double First { get; private set; }

        public double RuleFirst { get; private set; }

        public double Learnt { get; private set; }

        public double RuleLearnt { get; private set; }

        public double OracleLearnt { get; private set; }

        public double Changed { get; private set; }

        public double OracleChanged { get; private set; }

        public double All { get; private set; }

        public double DefaultAll { get; private set; }

        public double OracleAll { get; private set; }

        public void Add(int number, double cost, double rule, double general, double oracle)
        {
            (All, DefaultAll, OracleAll) = (All + cost, DefaultAll + general, OracleAll + oracle);
            if (number < 100) (First, RuleFirst) = (First + cost, RuleFirst + rule);
            if (number is >= 1_000 and < Change) (Learnt, RuleLearnt, OracleLearnt) = (Learnt + cost, RuleLearnt + rule, OracleLearnt + oracle);
            if (number >= Queries - 500) (Changed, OracleChanged) = (Changed + cost, OracleChanged + oracle);
        }
    }
}
