using ShitOps.PromQL.Ast;

namespace ShitOps.PromQL.Evaluation;

/// <summary>The series of two vectors by what they are matched by: the labels of <c>on</c>, or all but those of <c>ignoring</c> and the metric's name.</summary>
internal sealed class MatchGroups
{
    private static readonly List<int> Nobody = [];

    private readonly Dictionary<Labels, int> _rightGroups;
    private readonly List<int>[] _rightMembers;

    private MatchGroups(GroupIndex left, GroupIndex right)
    {
        Left = left;
        _rightMembers = right.Members;
        _rightGroups = new(right.Labels.Length);
        for (var i = 0; i < right.Labels.Length; i++) _rightGroups[right.Labels[i]] = i;
    }

    /// <summary>The left series in groups.</summary>
    public GroupIndex Left { get; }

    public static MatchGroups Of(Columns left, Columns right, VectorMatching matching)
    {
        Action<LabelsBuilder> reduce = matching.On
            ? builder => builder.Keep(matching.Labels)
            : builder => builder.Remove(matching.Labels).Remove(Labels.MetricName);
        return new(GroupIndex.Of(left.Labels, reduce), GroupIndex.Of(right.Labels, reduce));
    }

    /// <summary>The right series that a group of left ones matches; maybe none.</summary>
    public List<int> RightOf(int leftGroup) => _rightGroups.TryGetValue(Left.Labels[leftGroup], out var right) ? _rightMembers[right] : Nobody;

    /// <summary>Whether several series of a group compete for a match, so that it depends on which of them has a sample at a step.</summary>
    /// <param name="cardinality">How the vectors are matched.</param>
    /// <param name="left">The group's series on the left.</param>
    /// <param name="right">Those on the right, of which there is to be one at each step.</param>
    public static bool IsContested(MatchCardinality cardinality, List<int> left, List<int> right) => right.Count > 1 || (cardinality == MatchCardinality.OneToOne && left.Count > 1);

    /// <summary>Whether there is a contested match.</summary>
    public bool AreContested(MatchCardinality cardinality)
    {
        for (var group = 0; group < Left.Members.Length; group++)
        {
            var right = RightOf(group);
            if (right.Count > 0 && IsContested(cardinality, Left.Members[group], right)) return true;
        }

        return false;
    }

    /// <summary>The groups of right series that no left one matches.</summary>
    public IEnumerable<List<int>> UnmatchedRight()
    {
        var matched = new HashSet<Labels>(Left.Labels);
        foreach (var (labels, right) in _rightGroups)
        {
            if (!matched.Contains(labels)) yield return _rightMembers[right];
        }
    }

    /// <summary>The group that each left series belongs to.</summary>
    public int[] GroupOfLeft(int count)
    {
        var groupOf = new int[count];
        for (var group = 0; group < Left.Members.Length; group++)
        {
            foreach (var series in Left.Members[group]) groupOf[series] = group;
        }

        return groupOf;
    }
}
