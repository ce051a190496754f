namespace ShitOps.Wording;

/// <summary>How many letters must be added, left out, replaced, or exchanged with their neighbour (Damerau, 1964; optimal string alignment).</summary>
public static class EditDistance
{
    /// <summary>The distance, or <paramref name="limit"/> + 1 if it is greater than that.</summary>
    /// <param name="x">One word.</param>
    /// <param name="y">The other.</param>
    /// <param name="limit">Beyond it the distance is of no interest; not negative.</param>
    public static int Of(ReadOnlySpan<char> x, ReadOnlySpan<char> y, int limit)
    {
        if (Math.Abs(x.Length - y.Length) > limit) return limit + 1;
        var width = y.Length + 1;
        Span<int> rows = width * 3 <= 512 ? stackalloc int[width * 3] : new int[width * 3];
        var before = rows[..width];
        var last = rows.Slice(width, width);
        var row = rows.Slice(2 * width, width);
        for (var j = 0; j < width; j++) last[j] = j;
        for (var i = 1; i <= x.Length; i++)
        {
            row[0] = i;
            var least = i;
            for (var j = 1; j < width; j++)
            {
                var cost = x[i - 1] == y[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + cost);
                if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1]) row[j] = Math.Min(row[j], before[j - 2] + 1);
                least = Math.Min(least, row[j]);
            }

            if (least > limit) return limit + 1;
            var free = before;
            before = last;
            last = row;
            row = free;
        }

        return last[y.Length];
    }
}
