using ShitOps.PromQL.Ast;

namespace ShitOps.PromQL.Evaluation;

/// <summary>The aggregations that take in one series of a group after the other: sum, avg, count, min, max, group, stddev, stdvar.</summary>
internal sealed class GroupColumns(AggregationOperator @operator, Columns source, GroupIndex groups, Timeline steps, Budget budget) : Columns(groups.Labels)
{
    private readonly double[] _member = budget.Column(steps.Count);
    private readonly double[] _counts = budget.Column(@operator is AggregationOperator.Avg or AggregationOperator.StdDev or AggregationOperator.StdVar ? steps.Count : 0);
    private readonly double[] _means = budget.Column(@operator is AggregationOperator.StdDev or AggregationOperator.StdVar ? steps.Count : 0);

    public override void Fill(int index, Span<double> column)
    {
        column.Fill(StaleMarker.Value);
        Array.Clear(_counts);
        foreach (var member in groups.Members[index])
        {
            source.Fill(member, _member);
            switch (@operator)
            {
                case AggregationOperator.Sum: AddTo(column, _member); break;
                case AggregationOperator.Count: CountIn(column, _member); break;
                case AggregationOperator.Min: Least(column, _member); break;
                case AggregationOperator.Max: Greatest(column, _member); break;
                case AggregationOperator.Group: Mark(column, _member); break;
                case AggregationOperator.Avg: Average(column, _member); break;
                default: Spread(column, _member); break;
            }
        }

        if (@operator is AggregationOperator.StdDev or AggregationOperator.StdVar) FinishSpread(column);
    }

    private static void AddTo(Span<double> column, ReadOnlySpan<double> member)
    {
        for (var i = 0; i < column.Length; i++)
        {
            var value = member[i];
            if (StaleMarker.Is(value)) continue;
            column[i] = StaleMarker.Is(column[i]) ? value : column[i] + value;
        }
    }

    private static void CountIn(Span<double> column, ReadOnlySpan<double> member)
    {
        for (var i = 0; i < column.Length; i++)
        {
            if (!StaleMarker.Is(member[i])) column[i] = StaleMarker.Is(column[i]) ? 1 : column[i] + 1;
        }
    }

    private static void Mark(Span<double> column, ReadOnlySpan<double> member)
    {
        for (var i = 0; i < column.Length; i++)
        {
            if (!StaleMarker.Is(member[i])) column[i] = 1;
        }
    }

    /// <summary>A number is less than NaN here, and anything than no sample, whose marker is a NaN.</summary>
    private static void Least(Span<double> column, ReadOnlySpan<double> member)
    {
        for (var i = 0; i < column.Length; i++)
        {
            var value = member[i];
            if (!StaleMarker.Is(value) && (value < column[i] || double.IsNaN(column[i]))) column[i] = value;
        }
    }

    private static void Greatest(Span<double> column, ReadOnlySpan<double> member)
    {
        for (var i = 0; i < column.Length; i++)
        {
            var value = member[i];
            if (!StaleMarker.Is(value) && (value > column[i] || double.IsNaN(column[i]))) column[i] = value;
        }
    }

    /// <summary>The mean without ever holding the sum, which may be too great for a number.</summary>
    private void Average(Span<double> column, ReadOnlySpan<double> member)
    {
        for (var i = 0; i < column.Length; i++)
        {
            var value = member[i];
            if (StaleMarker.Is(value)) continue;
            var count = ++_counts[i];
            if (count == 1) column[i] = value;
            else if (!RunningMean.Keeps(column[i], value)) column[i] += value / count - column[i] / count;
        }
    }

    /// <summary>Welford's recurrence, by which the squares of differences from the mean add up (Technometrics 4, 1962).</summary>
    private void Spread(Span<double> column, ReadOnlySpan<double> member)
    {
        for (var i = 0; i < column.Length; i++)
        {
            var value = member[i];
            if (StaleMarker.Is(value)) continue;
            var count = ++_counts[i];
            if (count == 1)
            {
                _means[i] = value;
                column[i] = 0;
                continue;
            }

            var delta = value - _means[i];
            _means[i] += delta / count;
            column[i] += delta * (value - _means[i]);
        }
    }

    private void FinishSpread(Span<double> column)
    {
        for (var i = 0; i < column.Length; i++)
        {
            if (StaleMarker.Is(column[i])) continue;
            var variance = column[i] / _counts[i];
            column[i] = @operator == AggregationOperator.StdDev ? Math.Sqrt(variance) : variance;
        }
    }
}
