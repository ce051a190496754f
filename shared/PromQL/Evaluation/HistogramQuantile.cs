namespace ShitOps.PromQL.Evaluation;

/// <summary>histogram_quantile: quantiles from cumulative buckets, whose upper bounds are in the label <c>le</c>.</summary>
internal sealed class HistogramQuantile : Columns
{
    private const string UpperBound = "le";

    private readonly double[] _q;
    private readonly Columns _source;
    private readonly (double UpperBound, int Series)[][] _histograms;
    private readonly double[][] _buckets;
    private readonly List<(double UpperBound, double Count)> _present = [];

    private HistogramQuantile(double[] q, Columns source, Labels[] labels, (double, int)[][] histograms, Budget budget)
        : base(labels)
    {
        _q = q;
        _source = source;
        _histograms = histograms;
        var most = 0;
        foreach (var histogram in histograms) most = Math.Max(most, histogram.Length);
        _buckets = new double[most][];
        for (var i = 0; i < most; i++) _buckets[i] = budget.Column(q.Length);
    }

    public static Columns Of(double[] q, Columns source, Timeline steps, Budget budget)
    {
        var groups = GroupIndex.Of(source.Labels, builder => builder.Remove(UpperBound));
        List<Labels> labels = [];
        List<(double, int)[]> histograms = [];
        var builder = new LabelsBuilder();
        for (var group = 0; group < groups.Labels.Length; group++)
        {
            List<(double UpperBound, int Series)> buckets = [];
            foreach (var series in groups.Members[group])
            {
                if (NumberText.TryParse(source.Labels[series][UpperBound], out var bound)) buckets.Add((bound, series));
            }

            if (buckets.Count == 0) continue;
            buckets.Sort((left, right) => left.UpperBound.CompareTo(right.UpperBound));
            histograms.Add([.. buckets]);
            labels.Add(builder.Reset(groups.Labels[group]).Remove(PromQL.Labels.MetricName).Build());
        }

        return MergedColumns.Of(new HistogramQuantile(q, source, [.. labels], [.. histograms], budget), steps, budget);
    }

    public override void Fill(int index, Span<double> column)
    {
        var histogram = _histograms[index];
        for (var i = 0; i < histogram.Length; i++) _source.Fill(histogram[i].Series, _buckets[i]);
        for (var step = 0; step < column.Length; step++)
        {
            _present.Clear();
            for (var i = 0; i < histogram.Length; i++)
            {
                var count = _buckets[i][step];
                if (StaleMarker.Is(count)) continue;
                if (_present.Count > 0 && _present[^1].UpperBound == histogram[i].UpperBound) _present[^1] = (histogram[i].UpperBound, _present[^1].Count + count);
                else _present.Add((histogram[i].UpperBound, count));
            }

            column[step] = _present.Count == 0 ? StaleMarker.Value : Estimate(_q[step], _present);
        }
    }

    /// <summary>The quantile, as if the observations of a bucket lay evenly in it; NaN without observations or without a bucket up to +Inf.</summary>
    /// <param name="buckets">By ascending bounds. A count below an earlier one is an error of scraping, and counts as that one.</param>
    private static double Estimate(double q, List<(double UpperBound, double Count)> buckets)
    {
        if (double.IsNaN(q)) return double.NaN;
        if (q < 0) return double.NegativeInfinity;
        if (q > 1) return double.PositiveInfinity;
        if (buckets[^1].UpperBound != double.PositiveInfinity || buckets.Count < 2) return double.NaN;

        var most = buckets[0].Count;
        for (var i = 1; i < buckets.Count; i++)
        {
            if (buckets[i].Count > most) most = buckets[i].Count;
            else if (buckets[i].Count < most) buckets[i] = (buckets[i].UpperBound, most);
        }

        var observations = buckets[^1].Count;
        if (observations == 0) return double.NaN;
        var rank = q * observations;
        var last = buckets.Count - 1;
        var found = FirstReaching(rank, buckets);
        if (found == last) return buckets[last - 1].UpperBound;
        if (found == 0 && buckets[0].UpperBound <= 0) return buckets[0].UpperBound;

        var (from, below) = found > 0 ? buckets[found - 1] : (0, 0);
        var (to, count) = buckets[found];
        return from + (to - from) * ((rank - below) / (count - below));
    }

    /// <summary>The first bucket but the last that holds the rank; the last if none does. By bisection, which decides about NaN as Prometheus does.</summary>
    private static int FirstReaching(double rank, List<(double UpperBound, double Count)> buckets)
    {
        var (from, to) = (0, buckets.Count - 1);
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (buckets[middle].Count >= rank) to = middle;
            else from = middle + 1;
        }

        return from;
    }
}
