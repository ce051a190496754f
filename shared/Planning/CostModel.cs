using System.Globalization;
using ShitOps.Sampling;

namespace ShitOps.Planning;

/// <summary>A plan that may be chosen.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Estimate">What it is estimated to read.</param>
public sealed record PlanCandidate(QueryPlan Plan, PlanEstimate Estimate);

/// <summary>A choice.</summary>
/// <param name="Candidate">What was chosen.</param>
/// <param name="ExpectedMs">How long it is expected to take.</param>
/// <param name="Propensity">With which probability it was chosen.</param>
public sealed record PlanChoice(PlanCandidate Candidate, double ExpectedMs, double Propensity);

/// <summary>
/// Learns how long plans take, and chooses by Thompson sampling: each time costs are drawn from what is believed of them, and the cheapest plan
/// is taken. What is learnt is by which factor an engineer's rule (<see cref="PlanEstimate.RuleMs"/>) is wrong: a linear regression over the
/// plan's size, and beside it for shapes of queries that come again what is left. So it begins as the rule. It forgets with each query, of whatever
/// shape, so that it follows when costs change and tries again what was slow once; and what is far off from what was expected counts as if it
/// were less so (Huber, 1964), so that a single outage condemns no plan. Not for several threads at once.
/// </summary>
/// <param name="random">What is drawn with.</param>
public sealed class CostModel(Random random)
{
    /// <summary>How much of what was known is still believed after one more query.</summary>
    public const double Kept = 1 - (1.0 / 2_000);

    private const int Draws = 8;
    private const double MostSurprise = 1.5;
    private const double ShapeKept = 1 - (1.0 / 50);
    private const double Noise = 0.3;
    private const double PriorDeviation = 0.25;
    private const double ShapeDeviation = 0.25;

    // How wide it draws what it believes, of how uncertain it is: narrower draws try less, and find the cheapest plan as well (Chapelle and Li,
    // An Empirical Evaluation of Thompson Sampling, NIPS 2011).
    private const double Breadth = 0.5;

    private readonly LinearBelief _belief = new(Features.Count, 1 / (PriorDeviation * PriorDeviation), Noise * Noise);
    private readonly Dictionary<string, Residual> _shapes = new(StringComparer.Ordinal);

    /// <summary>Of how many shapes and plans it knows what is left at most; those are forgotten first that were longest not taken.</summary>
    public int MostShapes { get; init; } = 20_000;

    /// <summary>How many plans it has learnt from.</summary>
    public long Learnt { get; private set; }

    /// <summary>Chooses one of some plans.</summary>
    /// <param name="shape">The query's shape.</param>
    /// <param name="candidates">Plans that give the answer and are within limits; at least one.</param>
    public PlanChoice Choose(string shape, IReadOnlyList<PlanCandidate> candidates)
    {
        var ways = candidates.Select(candidate => (Rule: Math.Log(candidate.Estimate.RuleMs(candidate.Plan)), Features: Features.Of(candidate), Left: Left(shape, candidate))).ToArray();
        var chosen = Drawn();
        if (candidates.Count == 1) return new PlanChoice(candidates[chosen], ExpectedMs(shape, candidates[chosen]), Propensity: 1);

        // By draws beside the one that chose, which would count itself; as if one more had been spread over all, so that none is impossible.
        var same = 0;
        for (var i = 0; i < Draws; i++) same += Drawn() == chosen ? 1 : 0;
        return new PlanChoice(candidates[chosen], ExpectedMs(shape, candidates[chosen]), (same + (1.0 / candidates.Count)) / (Draws + 1));

        int Drawn()
        {
            var weights = _belief.Draw(random, Breadth);
            var (best, least) = (0, double.MaxValue);
            for (var i = 0; i < ways.Length; i++)
            {
                var (rule, features, left) = ways[i];
                var cost = rule + LinearBelief.Product(weights, features) + left.Mean + (Breadth * left.Deviation * Normal.Draw(random));
                if (cost < least) (best, least) = (i, cost);
            }

            return best;
        }
    }

    /// <summary>How long a plan is expected to take, in milliseconds: the middle of what is believed.</summary>
    public double ExpectedMs(string shape, PlanCandidate candidate) =>
        candidate.Estimate.RuleMs(candidate.Plan) * Math.Exp(LinearBelief.Product(_belief.Mean, Features.Of(candidate)) + Left(shape, candidate).Mean);

    /// <summary>Learns what a plan took.</summary>
    /// <param name="shape">The query's shape.</param>
    /// <param name="candidate">The plan, with the estimate that was made of it.</param>
    /// <param name="spentMs">How long it took.</param>
    /// <param name="count">How many times it took that.</param>
    /// <param name="isAtLeast">Whether it was broken off then: nothing is learnt from that unless it was expected to have ended.</param>
    public void Learn(string shape, PlanCandidate candidate, double spentMs, int count = 1, bool isAtLeast = false)
    {
        var features = Features.Of(candidate);
        var factor = Math.Log(Math.Max(spentMs, 0.1)) - Math.Log(candidate.Estimate.RuleMs(candidate.Plan));
        var expected = LinearBelief.Product(_belief.Mean, features);
        var left = Left(shape, candidate).Mean;
        if (isAtLeast && factor <= expected + left) return;

        var key = KeyOf(shape, candidate);
        var (known, sum) = Of(key);

        // What the regression learns of it is not left over any more.
        _belief.Learn(features, expected + Math.Clamp(factor - expected, -MostSurprise, MostSurprise), Kept, count);
        expected = LinearBelief.Product(_belief.Mean, features);
        var observed = left + Math.Clamp(factor - expected - left, -MostSurprise, MostSurprise);
        var (kept, gain) = (Math.Pow(ShapeKept, count), (1 - Math.Pow(ShapeKept, count)) / (1 - ShapeKept));
        if (_shapes.Count >= MostShapes && !_shapes.ContainsKey(key)) ForgetOldest();
        Learnt += count;
        _shapes[key] = new Residual((kept * known) + gain, (kept * sum) + (gain * observed), Learnt);
    }

    /// <summary>What a shape of query and a plan have left over beside the regression, and how uncertain that is.</summary>
    private (double Mean, double Deviation) Left(string shape, PlanCandidate candidate)
    {
        const double Prior = Noise * Noise / (ShapeDeviation * ShapeDeviation);
        var (count, sum) = Of(KeyOf(shape, candidate));

        // Until the regression knows something, the rule is not doubted for single shapes.
        var deviation = Noise / Math.Sqrt(count + Prior) * Math.Min(1, Learnt / 50.0);
        return (sum / (count + Prior), deviation);
    }

    /// <summary>How many times a shape and a plan were seen and the sum of what was left, as far as it is not forgotten since.</summary>
    private (double Count, double Sum) Of(string key)
    {
        if (!_shapes.TryGetValue(key, out var one)) return (0, 0);
        var kept = Math.Pow(Kept, Learnt - one.At);
        return (kept * one.Count, kept * one.Sum);
    }

    private void ForgetOldest()
    {
        foreach (var key in _shapes.OrderBy(one => one.Value.At).Take(Math.Max(1, MostShapes / 10)).Select(one => one.Key).ToList()) _shapes.Remove(key);
    }

    private static string KeyOf(string shape, PlanCandidate candidate) =>
        string.Create(CultureInfo.InvariantCulture, $"{shape}|{candidate.Plan}|{(int)Math.Round(2 * Math.Log2(1 + candidate.Estimate.Entities))}");

    /// <summary>What is left of a shape and a plan: how often they were seen, the sum, and after how many queries in all.</summary>
    private readonly record struct Residual(double Count, double Sum, long At);

    /// <summary>What the regression sees of a plan.</summary>
    private static class Features
    {
        private const int Sources = 9;

        /// <summary>How many there are.</summary>
        public const int Count = 1 + Sources + 3 + 5 + (3 * 3) + 2;

        public static double[] Of(PlanCandidate candidate)
        {
            var (plan, estimate) = (candidate.Plan, candidate.Estimate);
            var (requests, entities, concurrency) = (Math.Log(1 + estimate.Requests) / 5, Math.Log(1 + estimate.Entities) / 8, Math.Log(plan.Concurrency) / 2);
            var values = new double[Count];
            values[0] = 1;
            values[1 + (int)plan.Source] = 1;
            var at = 1 + Sources;
            foreach (var value in (ReadOnlySpan<double>)[requests, entities, concurrency, requests * requests, entities * entities, requests * entities, requests * concurrency, entities * concurrency]) values[at++] = value;
            foreach (var source in (ReadOnlySpan<PlanSource>)[PlanSource.Sums, PlanSource.Tasks, PlanSource.History])
            {
                foreach (var value in (ReadOnlySpan<double>)[requests, entities, concurrency]) values[at++] = plan.Source == source ? value : 0;
            }

            values[at++] = plan.Reach == PlanReach.Listed ? 1 : 0;
            values[at] = plan.Reach == PlanReach.Listed ? requests : 0;
            return values;
        }
    }
}
