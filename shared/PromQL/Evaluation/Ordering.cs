namespace ShitOps.PromQL.Evaluation;

/// <summary>sort and sort_desc, which mean something only at a single step.</summary>
internal static class Ordering
{
    /// <summary>The series by their only value; NaN behind all numbers.</summary>
    public static Columns ByValue(Columns vector, bool descending)
    {
        var values = new double[vector.Count][];
        var order = new int[vector.Count];
        for (var i = 0; i < order.Length; i++)
        {
            values[i] = new double[1];
            vector.Fill(i, values[i]);
            order[i] = i;
        }

        Array.Sort(order, (left, right) => Compare(values[left][0], values[right][0]) is var found && found != 0 ? found : left.CompareTo(right));
        return new ArrayColumns([.. order.Select(i => vector.Labels[i])], [.. order.Select(i => values[i])]);

        int Compare(double left, double right) => (double.IsNaN(left), double.IsNaN(right)) switch
        {
            (true, true) => 0,
            (true, false) => 1,
            (false, true) => -1,
            _ => descending ? right.CompareTo(left) : left.CompareTo(right),
        };
    }
}
