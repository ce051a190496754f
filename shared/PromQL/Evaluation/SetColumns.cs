using ShitOps.PromQL.Ast;

namespace ShitOps.PromQL.Evaluation;

/// <summary>The set operators: and, unless keep samples of the left by whether any of the right matches them; or adds those of the right that none of the left matches.</summary>
internal static class SetColumns
{
    public static Columns Of(BinaryOperation operation, Columns left, Columns right, Timeline steps, Budget budget)
    {
        var matching = operation.Matching!;
        if (operation.Operator != BinaryOperator.Or)
            return new FilteredColumns(left, right, MatchGroups.Of(left, right, matching), steps.Count, budget, keepsMatched: operation.Operator == BinaryOperator.And);
        var added = new FilteredColumns(right, left, MatchGroups.Of(right, left, matching), steps.Count, budget, keepsMatched: false);
        return MergedColumns.WhenAsked(new JoinedColumns(left, added), steps, budget);
    }

    /// <summary>One vector behind the other.</summary>
    private sealed class JoinedColumns(Columns first, Columns second) : Columns([.. first.Labels, .. second.Labels])
    {
        public override void Fill(int index, Span<double> column)
        {
            if (index < first.Count) first.Fill(index, column);
            else second.Fill(index - first.Count, column);
        }
    }

    /// <summary>The samples of a vector for which, at their step, there is a matching sample of another, or for which there is none.</summary>
    private sealed class FilteredColumns(Columns source, Columns other, MatchGroups groups, int steps, Budget budget, bool keepsMatched) : Columns(source.Labels)
    {
        private readonly int[] _groupOf = groups.GroupOfLeft(source.Count);
        private readonly Dictionary<int, bool[]> _matched = [];

        public override void Fill(int index, Span<double> column)
        {
            var group = _groupOf[index];
            if (groups.RightOf(group).Count == 0)
            {
                if (keepsMatched) column.Fill(StaleMarker.Value);
                else source.Fill(index, column);
                return;
            }

            source.Fill(index, column);
            var matched = MatchedSteps(group);
            for (var step = 0; step < column.Length; step++)
            {
                if (matched[step] != keepsMatched) column[step] = StaleMarker.Value;
            }
        }

        private bool[] MatchedSteps(int group)
        {
            if (_matched.TryGetValue(group, out var known)) return known;
            budget.TakeSamples((steps / sizeof(double)) + 1);
            var matched = new bool[steps];
            var column = new double[steps];
            foreach (var series in groups.RightOf(group))
            {
                other.Fill(series, column);
                for (var step = 0; step < column.Length; step++) matched[step] |= !StaleMarker.Is(column[step]);
            }

            return _matched[group] = matched;
        }
    }
}
