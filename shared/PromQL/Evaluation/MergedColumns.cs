namespace ShitOps.PromQL.Evaluation;

/// <summary>Columns whose label sets coincide, put together: one series, if never two have a sample at the same step.</summary>
internal sealed class MergedColumns : Columns
{
    private const string SameLabels = "vector cannot contain metrics with the same labelset";

    private readonly Columns _source;
    private readonly List<int>[] _members;
    private readonly bool _onlyOne;
    private readonly double[] _other;
    private readonly string _fault;

    private MergedColumns(Columns source, Labels[] labels, List<int>[] members, double[] other, bool onlyOne, string fault)
        : base(labels)
    {
        _source = source;
        _members = members;
        _onlyOne = onlyOne;
        _other = other;
        _fault = fault;
    }

    /// <summary>Columns with unique label sets. If some had to be put together all are computed, so that errors show even if nobody asks for them.</summary>
    /// <param name="onlyOne">Whether two series with one label set are an error even if they have no step in common.</param>
    /// <param name="fault">What is said of two series with one label set.</param>
    /// <exception cref="QueryException">Two series with one label set have a sample at the same step.</exception>
    public static Columns Of(Columns source, Timeline steps, Budget budget, bool onlyOne = false, string fault = SameLabels)
    {
        var merged = WhenAsked(source, steps, budget, onlyOne, fault);
        return ReferenceEquals(merged, source) ? source : merged.Computed(steps.Count, budget);
    }

    /// <summary>Columns with unique label sets, put together a column at a time.</summary>
    public static Columns WhenAsked(Columns source, Timeline steps, Budget budget, bool onlyOne = false, string fault = SameLabels)
    {
        var byLabels = new Dictionary<Labels, int>(source.Count);
        var isUnique = true;
        for (var i = 0; i < source.Count && isUnique; i++) isUnique = byLabels.TryAdd(source.Labels[i], i);
        if (isUnique) return source;

        byLabels.Clear();
        List<Labels> labels = [];
        List<List<int>> members = [];
        for (var i = 0; i < source.Count; i++)
        {
            if (!byLabels.TryGetValue(source.Labels[i], out var at))
            {
                byLabels[source.Labels[i]] = at = labels.Count;
                labels.Add(source.Labels[i]);
                members.Add([]);
            }

            members[at].Add(i);
        }

        return new MergedColumns(source, [.. labels], [.. members], budget.Column(steps.Count), onlyOne, fault);
    }

    /// <exception cref="QueryException">Two of the series have a sample at the same step.</exception>
    public override void Fill(int index, Span<double> column)
    {
        var members = _members[index];
        _source.Fill(members[0], column);
        if (members.Count == 1) return;

        var hasAny = HasAny(column);
        foreach (var member in members.Skip(1))
        {
            _source.Fill(member, _other);
            if (!HasAny(_other)) continue;
            if (hasAny && _onlyOne) throw QueryContext.ExecutionError(_fault);
            hasAny = true;
            for (var i = 0; i < column.Length; i++)
            {
                if (StaleMarker.Is(_other[i])) continue;
                if (!StaleMarker.Is(column[i])) throw QueryContext.ExecutionError(_fault);
                column[i] = _other[i];
            }
        }
    }

    private static bool HasAny(ReadOnlySpan<double> column)
    {
        foreach (var value in column)
        {
            if (!StaleMarker.Is(value)) return true;
        }

        return false;
    }
}
