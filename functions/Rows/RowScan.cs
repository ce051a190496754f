namespace ShitOps.Rows;

/// <summary>Fills a page from a listing that may be much longer.</summary>
internal static class RowScan
{
    /// <summary>
    /// How many projects or tasks one request reads. A filter that lets few through then gives a page that is not full, or has no rows at
    /// all, with the token of where to go on.
    /// </summary>
    public const int MostRead = 20_000;

    /// <summary>Reads until the page is full, or enough was read.</summary>
    /// <param name="source">The listing.</param>
    /// <param name="limit">The most rows.</param>
    /// <param name="rowOf">The row of one of the listing; null: a filter does not let it through.</param>
    /// <param name="tokenOf">The token to go on behind it.</param>
    /// <returns>The rows, and where the next page goes on; null: there are no more.</returns>
    public static async Task<(IReadOnlyList<TRow> Rows, string? Continuation)> TakeAsync<TSource, TRow>(
        IAsyncEnumerable<TSource> source, int limit, Func<TSource, TRow?> rowOf, Func<TSource, string> tokenOf)
        where TRow : class
    {
        List<TRow> rows = [];
        TSource last = default!;
        var read = 0;
        await foreach (var one in source)
        {
            // Whether there is more is known only when it is read.
            if (rows.Count == limit || read == MostRead) return (rows, tokenOf(last));
            if (rowOf(one) is { } row) rows.Add(row);
            last = one;
            read++;
        }

        return (rows, null);
    }

    /// <summary>A page of what was summed over all slices, by name.</summary>
    public static Task<(IReadOnlyList<TRow> Rows, string? Continuation)> OfSumsAsync<TSum, TRow>(
        IEnumerable<KeyValuePair<string, TSum>> sums, RowPosition position, int limit, Func<string, TSum, TRow> rowOf)
        where TRow : class =>
        TakeAsync(
            sums.Where(sum => position.IsBefore(sum.Key)).OrderBy(sum => sum.Key, StringComparer.Ordinal).ToAsyncEnumerable(),
            limit,
            sum => rowOf(sum.Key, sum.Value),
            last => position.Token(last.Key));
}
