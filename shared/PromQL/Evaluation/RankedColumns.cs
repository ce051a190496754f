namespace ShitOps.PromQL.Evaluation;

/// <summary>topk and bottomk: of each group at each step the k samples of the greatest or least values, each with all its labels.</summary>
internal static class RankedColumns
{
    /// <param name="ofLeast">bottomk.</param>
    /// <param name="k">At each step; below 1 there is no sample.</param>
    /// <returns>The series that are among the first at any step; with a single step in the order of their ranks.</returns>
    /// <exception cref="QueryException">A k is no number of 64 bits.</exception>
    public static Columns Of(bool ofLeast, double[] k, Columns source, GroupIndex groups, Timeline steps, Budget budget)
    {
        var counts = new int[k.Length];
        for (var step = 0; step < counts.Length; step++) counts[step] = Count(k[step], source.Count);

        var member = budget.Column(steps.Count);
        var ranked = new Dictionary<int, double[]>();
        foreach (var members in groups.Members)
        {
            var heaps = new RankHeap[steps.Count];
            for (var step = 0; step < heaps.Length; step++)
            {
                var most = Math.Min(counts[step], members.Count);
                budget.TakeSamples(most);
                heaps[step] = new(most, ofLeast);
            }

            foreach (var series in members)
            {
                source.Fill(series, member);
                for (var step = 0; step < member.Length; step++)
                {
                    if (!StaleMarker.Is(member[step])) heaps[step].Offer(series, member[step]);
                }
            }

            for (var step = 0; step < heaps.Length; step++)
            {
                foreach (var (series, value) in heaps[step].Ranked()) Keep(series, step, value);
            }
        }

        var labels = new Labels[ranked.Count];
        var at = 0;
        foreach (var series in ranked.Keys) labels[at++] = source.Labels[series];
        return new ArrayColumns(labels, [.. ranked.Values]);

        void Keep(int series, int step, double value)
        {
            if (!ranked.TryGetValue(series, out var column))
            {
                ranked[series] = column = budget.Column(steps.Count);
                column.AsSpan().Fill(StaleMarker.Value);
            }

            column[step] = value;
        }
    }

    private static int Count(double k, int most)
    {
        if (!(k >= long.MinValue && k < -(double)long.MinValue)) throw QueryContext.ExecutionError($"Scalar value {NumberText.Plain(k)} overflows int64");
        return (int)Math.Clamp((long)k, 0, most);
    }
}

/// <summary>
/// A binary heap of the first k samples, with the last of them on top. It sifts as Go's container/heap does, so that of equal values the
/// same ones remain as in Prometheus.
/// </summary>
internal struct RankHeap(int k, bool ofLeast)
{
    private (int Series, double Value)[]? _items;
    private int _count;

    public void Offer(int series, double value)
    {
        if (k == 0) return;
        _items ??= new (int, double)[k];
        if (_count < k)
        {
            _items[_count] = (series, value);
            Up(_count++);
            return;
        }

        var top = _items[0].Value;
        if (!double.IsNaN(top) && !(ofLeast ? top > value : top < value)) return;
        (_items[0], _items[k - 1]) = (_items[k - 1], _items[0]);
        Down(k - 1);
        _items[k - 1] = (series, value);
        Up(k - 1);
    }

    /// <summary>The samples from the first to the last, NaN behind all numbers.</summary>
    public readonly (int Series, double Value)[] Ranked()
    {
        if (_items is null) return [];
        var ranked = _items[.._count];
        var direction = ofLeast ? 1 : -1;
        Array.Sort(ranked, (left, right) => (double.IsNaN(left.Value), double.IsNaN(right.Value)) switch
        {
            (true, true) => 0,
            (true, false) => 1,
            (false, true) => -1,
            _ => direction * left.Value.CompareTo(right.Value),
        });
        return ranked;
    }

    private readonly bool Before(int left, int right)
    {
        var (first, second) = (_items![left].Value, _items[right].Value);
        return double.IsNaN(first) || (ofLeast ? first > second : first < second);
    }

    private readonly void Up(int at)
    {
        while (at > 0)
        {
            var parent = (at - 1) / 2;
            if (!Before(at, parent)) break;
            (_items![parent], _items[at]) = (_items[at], _items[parent]);
            at = parent;
        }
    }

    private readonly void Down(int count)
    {
        var at = 0;
        while (true)
        {
            var child = 2 * at + 1;
            if (child >= count) break;
            if (child + 1 < count && Before(child + 1, child)) child++;
            if (!Before(child, at)) break;
            (_items![child], _items[at]) = (_items[at], _items[child]);
            at = child;
        }
    }
}
