namespace ShitOps.PromQL.Evaluation;

/// <summary>The aggregation quantile: of all samples of a group at a step.</summary>
internal sealed class GroupQuantiles : Columns
{
    private readonly Columns _source;
    private readonly GroupIndex _groups;
    private readonly double[] _q;
    private readonly double[] _member;
    private readonly double[] _table;
    private readonly int[] _counts;
    private readonly int _largest;

    public GroupQuantiles(double[] q, Columns source, GroupIndex groups, Timeline steps, Budget budget)
        : base(groups.Labels)
    {
        _q = q;
        _source = source;
        _groups = groups;
        _member = budget.Column(steps.Count);
        _counts = new int[steps.Count];
        foreach (var members in groups.Members) _largest = Math.Max(_largest, members.Count);
        var cells = (long)_largest * steps.Count;
        budget.TakeSamples(cells);
        _table = new double[cells];
    }

    public override void Fill(int index, Span<double> column)
    {
        Array.Clear(_counts);
        foreach (var member in _groups.Members[index])
        {
            _source.Fill(member, _member);
            for (var step = 0; step < column.Length; step++)
            {
                if (!StaleMarker.Is(_member[step])) _table[step * _largest + _counts[step]++] = _member[step];
            }
        }

        for (var step = 0; step < column.Length; step++)
        {
            var count = _counts[step];
            column[step] = count == 0 ? StaleMarker.Value : Quantile.Of(_q[step], _table.AsSpan(step * _largest, count));
        }
    }
}
