using ShitOps.PromQL.Ast;

namespace ShitOps.PromQL.Evaluation;

/// <summary>Which series go together, and the labels that each group has in common. Groups are in the order of their first series.</summary>
internal sealed class GroupIndex
{
    private GroupIndex(Labels[] labels, List<int>[] members)
    {
        Labels = labels;
        Members = members;
    }

    public Labels[] Labels { get; }

    /// <summary>The series of each group, in their order.</summary>
    public List<int>[] Members { get; }

    public static GroupIndex Of(Labels[] series, Grouping grouping) => grouping.Without
        ? Of(series, builder => builder.Remove(grouping.Labels).Remove(PromQL.Labels.MetricName))
        : Of(series, builder => builder.Keep(grouping.Labels));

    /// <param name="reduce">Leaves of a label set what a group has in common.</param>
    public static GroupIndex Of(Labels[] series, Action<LabelsBuilder> reduce)
    {
        var builder = new LabelsBuilder();
        var byLabels = new Dictionary<Labels, int>();
        List<Labels> labels = [];
        List<List<int>> members = [];
        for (var i = 0; i < series.Length; i++)
        {
            reduce(builder.Reset(series[i]));
            var common = builder.Build();
            if (!byLabels.TryGetValue(common, out var group))
            {
                byLabels[common] = group = labels.Count;
                labels.Add(common);
                members.Add([]);
            }

            members[group].Add(i);
        }

        return new([.. labels], [.. members]);
    }
}
