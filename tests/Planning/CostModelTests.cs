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
    private const int ColdSeeds = 40;

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
        var runs = Enumerable.Range(1, Seeds).Select(seed => Run(seed, Queries)).ToList();

        // Mean over seeds, with what is within 95 % by Student's t.
        var first = Interval(Enumerable.Range(1, ColdSeeds).Select(seed => Run(seed, queries: 100)).Select(run => run.First / run.RuleFirst));
        Assert.True(first.High < 1.15, $"the first 100 queries take {first} of the rule's time");
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
            // 8 draws, and one that is spread over all plans.
            var share = (double)plan.Count() / choices.Count;
            Assert.Equal(((8 * share) + (1.0 / Plans[7].Length)) / 9, plan.Average(choice => choice.Propensity), 0.03);
        }
    }

    [Fact]
    public void A_plan_with_one_outage_is_tried_again_and_taken_if_it_is_the_best()
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            var random = new Random(seed);
            var model = new CostModel(new Random(seed));
            LearnOthers(model, 400, random);
            var (shape, plans) = (QueryShape.Of(Asked[7], Now), Plans[7]);
            var (best, other) = (plans.First(plan => plan.Plan.Source == PlanSource.Tasks), plans.First(plan => plan.Plan.Source == PlanSource.History));
            for (var i = 0; i < 2; i++)
                foreach (var plan in (PlanCandidate[])[best, other]) model.Learn(shape, plan, Spent(plan));
            model.Learn(shape, best, 120_000, isAtLeast: true);

            List<PlanCandidate> taken = [];
            for (var i = 0; i < 500; i++)
            {
                var choice = model.Choose(shape, [best, other]);
                taken.Add(choice.Candidate);
                model.Learn(shape, choice.Candidate, Spent(choice.Candidate));
            }

            Assert.True(taken.TakeLast(200).Count(plan => plan == best) > 150, $"seed {seed}: the last 200 times it is taken {taken.TakeLast(200).Count(plan => plan == best)}");

            double Spent(PlanCandidate plan) => (plan == best ? 1 : 1.7) * best.Estimate.RuleMs(best.Plan) * (0.8 + (0.4 * random.NextDouble()));
        }
    }

    [Fact]
    public void What_a_plan_once_took_is_forgotten_with_other_queries_too()
    {
        var random = new Random(1);
        var (model, shape, plan) = (new CostModel(new Random(1)), QueryShape.Of(Asked[7], Now), Plans[7][0]);
        LearnOthers(model, 400, random);
        var before = model.ExpectedMs(shape, plan);
        for (var i = 0; i < 10; i++) model.Learn(shape, plan, 120_000, isAtLeast: true);
        Assert.True(model.ExpectedMs(shape, plan) > 4 * before);

        LearnOthers(model, 12_000, random);
        Assert.True(model.ExpectedMs(shape, plan) < 2 * before, $"{model.ExpectedMs(shape, plan):F0} ms are expected, before {before:F0}");
    }

    private static void LearnOthers(CostModel model, int count, Random random)
    {
        for (var i = 0; i < count; i++)
        {
            var at = random.Next(Asked.Length - 6);
            var plan = Plans[at][random.Next(Plans[at].Length)];
            model.Learn(QueryShape.Of(Asked[at], Now), plan, plan.Estimate.RuleMs(plan.Plan) * (0.8 + (0.4 * random.NextDouble())));
        }
    }

    [Fact]
    public void That_a_plan_was_broken_off_teaches_nothing_unless_it_was_expected_to_have_ended()
    {
        var (model, shape, plan) = (new CostModel(new Random(1)), QueryShape.Of(Asked[0], Now), Plans[0][0]);
        for (var i = 0; i < 20; i++) model.Learn(shape, plan, 100);
        var before = model.ExpectedMs(shape, plan);

        model.Learn(shape, plan, before / 2, isAtLeast: true);
        Assert.Equal(before, model.ExpectedMs(shape, plan));
        model.Learn(shape, plan, before * 4, isAtLeast: true);
        Assert.True(model.ExpectedMs(shape, plan) > before);
    }

    [Fact]
    public void What_took_the_same_several_times_may_be_learnt_at_once()
    {
        var (one, all) = (new CostModel(new Random(1)), new CostModel(new Random(1)));
        var (shape, plan) = (QueryShape.Of(Asked[0], Now), Plans[0][0]);
        var spent = 1.2 * plan.Estimate.RuleMs(plan.Plan);
        for (var i = 0; i < 30; i++) one.Learn(shape, plan, spent);
        all.Learn(shape, plan, spent, count: 30);

        Assert.Equal(one.Learnt, all.Learnt);
        Assert.Equal(Math.Log(one.ExpectedMs(shape, plan)), Math.Log(all.ExpectedMs(shape, plan)), 0.1);
        Assert.Equal(Math.Log(spent), Math.Log(all.ExpectedMs(shape, plan)), 0.1);
    }

    [Fact]
    public void Of_too_many_shapes_those_are_forgotten_that_were_longest_not_asked()
    {
        var model = new CostModel(new Random(1)) { MostShapes = 50 };
        var plan = Plans[0][0];
        var slow = 20 * plan.Estimate.RuleMs(plan.Plan);
        for (var i = 0; i < 20; i++) model.Learn("asked again and again", plan, slow);
        var known = model.ExpectedMs("asked again and again", plan) / model.ExpectedMs("never asked", plan);
        for (var i = 0; i < 120; i++)
        {
            model.Learn($"once {i}", plan, plan.Estimate.RuleMs(plan.Plan));
            if (i % 10 == 0) model.Learn("asked again and again", plan, slow);
        }

        Assert.True(model.ExpectedMs("asked again and again", plan) / model.ExpectedMs("once 0", plan) > Math.Sqrt(known), "what is asked again is forgotten");
        Assert.Equal(model.ExpectedMs("never asked", plan), model.ExpectedMs("once 0", plan));
        Assert.NotEqual(model.ExpectedMs("never asked", plan), model.ExpectedMs("once 119", plan));
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

    private static Totals Run(int seed, int queries)
    {
        var (model, random, totals) = (new CostModel(new Random(seed)), new Random(1_000 + seed), new Totals());
        for (var i = 0; i < queries; i++)
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
        var half = (all.Count == Seeds ? 2.776 : 2.023) * Math.Sqrt(all.Sum(value => (value - mean) * (value - mean)) / (all.Count - 1) / all.Count);
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
