using System.Numerics.Tensors;

namespace ShitOps.Forecasting;

/// <summary>
/// Draws past weeks with replacement. The later a week, the likelier it is drawn: one k weeks back with weight Decay^k. Each run has a level
/// exp(u) of mean 1 by which its weeks are multiplied: u begins with variance LevelVariance and goes on as u ← 0.97·u + ε with Var ε =
/// LevelDrift, so that dispersion grows with the horizon and does not grow for ever. Weeks with days off count for what they can hold.
/// </summary>
/// <param name="Name">Its name, in words.</param>
/// <param name="Window">How many past weeks are drawn from, at least 1.</param>
/// <param name="Decay">How much less likely than the next a week is drawn, above 0, to 1: all alike.</param>
public sealed record RecentWeeks(string Name, int Window, double Decay) : FlowMethod
{
    private const int BlockRuns = 1024;
    private const int ShortestSpan = 4;
    private const double FewDone = 0.3;
    private const float LevelReturn = 0.97f;
    private const double WeightBeforeShift = 0.3;
    private const double EvidenceScale = 20;

    /// <inheritdoc/>
    public override string Name { get; init; } = Name;

    /// <summary>How many weeks that followed each other are drawn together, at least 1.</summary>
    public int Stretch { get; init; } = 1;

    /// <summary>
    /// If more than 0: the evidence from which on a shift of the level counts as such, and weeks before it are drawn with 0.3 of their weight,
    /// or with less, exp(−x/20), for x more of it.
    /// It is twice the logarithm of the likelihood ratio of two Poisson levels against one, divided by the dispersion of week to week.
    /// </summary>
    public double ShiftEvidence { get; init; }

    /// <summary>How far a trend goes on: by this power of the mean of the last 8 weeks over that of the last 26; 0: not.</summary>
    public double Trend { get; init; }

    /// <summary>The variance of the level's logarithm before the first week.</summary>
    public double LevelVariance { get; init; } = 0.06;

    /// <summary>What each week adds to it.</summary>
    public double LevelDrift { get; init; } = 0.03;

    /// <summary>Whether days off are allowed for.</summary>
    public bool HasCalendar { get; init; } = true;

    /// <inheritdoc/>
    public override void Simulate(FlowPast past, FlowPaths paths, int first, int count, ulong seed)
    {
        var (weeks, slots) = Pool(past);
        var random = new FastRandomLanes(seed);
        var (worth, scales) = (new float[TableDraws.Size], new float[paths.Weeks]);
        for (var slot = 0; slot < worth.Length; slot++) worth[slot] = weeks[slots[slot]];
        var variance = LevelVariance;
        for (var week = 0; week < scales.Length; week++)
        {
            // By half its variance the mean of a log-normal factor is above 1.
            variance = (LevelReturn * LevelReturn * variance) + LevelDrift;
            scales[week] = (float)((HasCalendar ? past.Capacity(week) : 1) * Math.Exp(-variance / 2));
        }

        // So few runs at a time that all of theirs stays in the cache of the first level.
        for (var from = 0; from < count; from += BlockRuns)
        {
            var block = new Block(Math.Min(BlockRuns, count - from));
            if (HasLevel)
            {
                random.Fill(block.Random);
                TableDraws.First(NormalTable.Values, block.Random, (float)Math.Sqrt(LevelVariance), block.Level);
            }

            for (var week = 0; week < scales.Length; week++)
            {
                random.Fill(block.Random);
                if (Stretch == 1) TableDraws.First(worth, block.Random, scales[week], block.Done);
                else DrawStretch(week % Stretch == 0, weeks, slots, scales[week], block);
                var sums = paths.At(week).Slice(first + from, block.Runs);
                if (week == 0) sums.Clear();
                var before = week > 0 ? paths.At(week - 1).Slice(first + from, block.Runs) : sums;
                if (HasLevel)
                {
                    TableDraws.Step(NormalTable.Values, block.Random, LevelReturn, (float)Math.Sqrt(LevelDrift), block.Level);
                    TensorPrimitives.Exp<float>(block.Level, block.Factor);
                    TensorPrimitives.MultiplyAdd(block.Done.AsSpan(0, block.Runs), block.Factor.AsSpan(0, block.Runs), before, sums);
                }
                else
                {
                    TensorPrimitives.Add(before, block.Done.AsSpan(0, block.Runs), sums);
                }
            }
        }
    }

    private bool HasLevel => LevelVariance > 0 || LevelDrift > 0;

    /// <summary>Weeks that follow each other; behind the last one of the past comes the one with which a stretch would have ended there.</summary>
    private void DrawStretch(bool isNew, float[] weeks, short[] slots, float scale, Block block)
    {
        var (random, drawn, done) = (block.Random, block.Drawn, block.Done);
        for (var run = 0; run < done.Length; run++)
        {
            var at = isNew ? slots[random[run] >> (32 - TableDraws.Bits)] : drawn[run] + 1;
            if (at == weeks.Length) at = Math.Max(0, at - Stretch);
            drawn[run] = at;
            done[run] = weeks[at] * scale;
        }
    }

    /// <summary>What each week would have held without days off, and which week each of 4,096 equally likely slots stands for.</summary>
    private (float[] Weeks, short[] Slots) Pool(FlowPast past)
    {
        var counts = past.Weeks.AsSpan(Math.Max(0, past.Weeks.Length - Window));
        var (weeks, weights) = (new float[counts.Length], new double[counts.Length]);
        var full = new double[counts.Length];
        for (var i = 0; i < full.Length; i++) full[i] = counts[i] / (HasCalendar ? past.Capacity(i - full.Length) : 1);
        var (shift, evidence) = ShiftEvidence > 0 ? LastShift(full) : (0, 0);
        var before = WeightBeforeShift * Math.Exp((ShiftEvidence - evidence) / EvidenceScale);
        var (total, trend) = (0.0, Math.Pow((Mean(8) + FewDone) / (Mean(26) + FewDone), Trend));
        for (var i = 0; i < weeks.Length; i++)
        {
            var back = weeks.Length - 1 - i;
            var capacity = HasCalendar ? past.Capacity(-1 - back) : 1;
            weeks[i] = (float)(full[i] * trend);
            total += weights[i] = Math.Pow(Decay, back) * capacity * (i < shift ? before : 1);
        }

        var slots = new short[TableDraws.Size];
        var (week, upTo) = (0, weights[0]);
        for (var slot = 0; slot < slots.Length; slot++)
        {
            while (week < weeks.Length - 1 && (slot + 0.5) / slots.Length * total > upTo) upTo += weights[++week];
            slots[slot] = (short)week;
        }

        return (weeks, slots);

        // Of what weeks would have held without days off: quiet days at the end of the year are neither a trend nor a shift.
        double Mean(int last)
        {
            var (first, sum) = (Math.Max(0, past.Weeks.Length - last), 0.0);
            for (var i = first; i < past.Weeks.Length; i++) sum += past.Weeks[i] / (HasCalendar ? past.Capacity(i - past.Weeks.Length) : 1);
            return sum / (past.Weeks.Length - first);
        }
    }

    /// <summary>The week with which the present level began, 0: there is no sign of a shift; and the evidence.</summary>
    private (int Week, double Evidence) LastShift(ReadOnlySpan<double> counts)
    {
        var (total, steps) = (0.0, 0.0);
        for (var i = 0; i < counts.Length; i++)
        {
            total += counts[i];
            if (i > 0) steps += (counts[i] - counts[i - 1]) * (counts[i] - counts[i - 1]) / 2.0;
        }

        var mean = total / counts.Length;
        if (mean <= 0 || counts.Length < 2 * ShortestSpan) return (0, 0);
        var dispersion = Math.Max(1, steps / (counts.Length - 1) / Math.Max(mean, 0.2));
        var (before, best, found) = (0.0, ShiftEvidence, 0);
        for (var split = 1; split <= counts.Length - ShortestSpan; split++)
        {
            before += counts[split - 1];
            if (split < ShortestSpan) continue;
            var evidence = 2 * (Gain(before, split) + Gain(total - before, counts.Length - split)) / dispersion;
            if (evidence > best) (best, found) = (evidence, split);
        }

        return (found, best);

        double Gain(double sum, int weeks) => sum > 0 ? sum * Math.Log(sum / weeks / mean) : 0;
    }

    /// <summary>The runs that are simulated together, filled up to whole vectors.</summary>
    private sealed class Block(int runs)
    {
        public int Runs { get; } = runs;

        /// <summary>The logarithm of each run's level.</summary>
        public float[] Level { get; } = new float[Filled(runs)];

        public float[] Factor { get; } = new float[Filled(runs)];

        public float[] Done { get; } = new float[Filled(runs)];

        /// <summary>Which week of the past a run is at.</summary>
        public int[] Drawn { get; } = new int[Filled(runs)];

        /// <summary>A number for each run, the first bits of which draw a week and the second ones a step of the level.</summary>
        public uint[] Random { get; } = new uint[Filled(runs)];

        private static int Filled(int runs) => (runs + TableDraws.Lanes - 1) / TableDraws.Lanes * TableDraws.Lanes;
    }
}
