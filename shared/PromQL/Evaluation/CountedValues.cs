using ShitOps.PromQL.Ast;

namespace ShitOps.PromQL.Evaluation;

/// <summary>The aggregation count_values: how many samples of a group have the same value; the value becomes a label.</summary>
internal static class CountedValues
{
    /// <exception cref="QueryException">The label's name is none.</exception>
    public static Columns Of(string label, Columns source, Grouping grouping, Timeline steps, Budget budget)
    {
        if (!LabelName.IsValid(label)) throw QueryContext.ExecutionError($"invalid label name {QuotedText.Of(label)}");

        var isDropped = grouping.Without && (label == Labels.MetricName || grouping.Labels.Contains(label));
        var groups = GroupIndex.Of(source.Labels, grouping);
        var builder = new LabelsBuilder();
        var counted = new Dictionary<Labels, double[]>();
        var texts = new Dictionary<long, string>();
        var member = budget.Column(steps.Count);
        for (var group = 0; group < groups.Labels.Length; group++)
        {
            foreach (var series in groups.Members[group])
            {
                source.Fill(series, member);
                for (var step = 0; step < member.Length; step++)
                {
                    if (!StaleMarker.Is(member[step])) CountIn(group, member[step], step);
                }
            }
        }

        return new ArrayColumns([.. counted.Keys], [.. counted.Values]);

        void CountIn(int group, double value, int step)
        {
            var bits = BitConverter.DoubleToInt64Bits(value);
            if (!texts.TryGetValue(bits, out var text)) texts[bits] = text = NumberText.Plain(value);
            var labels = builder.Reset(groups.Labels[group]).Set(label, isDropped ? "" : text).Build();
            if (!counted.TryGetValue(labels, out var column))
            {
                counted[labels] = column = budget.Column(steps.Count);
                column.AsSpan().Fill(StaleMarker.Value);
            }

            column[step] = StaleMarker.Is(column[step]) ? 1 : column[step] + 1;
        }
    }
}
